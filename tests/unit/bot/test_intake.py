"""Intake: from a submission to a job, the same for every platform and under today's policy."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image

from bot.awaiting import Awaited, Presence
from bot.errors import FileGone, QueueFull, StoreLost, SubmissionError, UnknownWorkflow
from bot.estimates import Estimates, Work
from bot.images import Admitted, ImageRefused, admit
from bot.intake import Intake, Knowledge
from bot.jobs import JobId, JobState, Place, Requester, StoredFile, Tenant, job_id_of
from bot.laning import Laning
from bot.limits import Limits
from bot.policy.places import PlaceRule, Spot
from bot.policy.tiers import Tier
from bot.servers import ServerState, ServerStatus
from bot.shares import Caps, Share
from bot.submissions import InputOf, Occasion, Promised, ResultOf, Submission, followed_up, may_see, repeated
from tests.fakes.memory_files import MemoryFiles
from tests.fakes.memory_store import MemoryStore
from tests.unit.bot.bench import ALICE, BOB, CATALOG, ELSEWHERE, PLACE, TXT2IMG, VOCABULARY, occasion
from workflows.catalog import Catalog
from workflows.cost import cost_of
from workflows.faults import InvalidValues
from workflows.manifest import Needs
from workflows.requirements import GB
from workflows.values import FileHandle
from workflows.vocabulary import Vocabulary
from workflows.workflow import Workflow

FLUX_ELSEWHERE = PlaceRule(
    platform=ELSEWHERE.tenant.platform,
    community=ELSEWHERE.tenant.id,
    channel=ELSEWHERE.channel,
    default_workflow="flux",
)


def picture(colour: str = "teal") -> Admitted:
    buffer = BytesIO()
    Image.new("RGB", (64, 48), colour).save(buffer, "PNG")
    return admit(buffer.getvalue())


def intake(
    store: MemoryStore,
    *,
    workflows: Mapping[str, Workflow] = CATALOG.workflows,
    files: MemoryFiles | None = None,
    rules: Sequence[PlaceRule] = (FLUX_ELSEWHERE,),
    **more,
) -> Intake:
    knowledge = Knowledge(
        catalog=lambda: Catalog(workflows=workflows),
        vocabulary=lambda: VOCABULARY,
        usual=lambda: "txt2img",
        rules=lambda: rules,
    )
    return Intake(
        queue=store,
        store=store,
        files=files or MemoryFiles(),
        estimates=more.pop("estimates", Estimates()),
        knowledge=knowledge,
        **more,
    )


def asked(
    text: str = "a cat", *, event: str = "1", requester: Requester = ALICE, place: Place = PLACE, **more
) -> Submission:
    return Submission(occasion=occasion(event, requester, place), text=text, **more)


class SharesSeen(MemoryStore):
    """Remembers how those who asked stand in the queue."""

    def __init__(self) -> None:
        super().__init__()
        self.shares: list[Share] = []

    async def enqueue(self, job, charges=(), *, share=Share(), books=None):  # noqa: B008 - frozen
        self.shares.append(share)
        return await super().enqueue(job, charges, share=share, books=books)


async def painted(store: MemoryStore, submission: Submission, **files: object) -> JobId:
    """A job of somebody that has ended with one picture."""
    receipt = await intake(store).submit(submission)
    lease = (await store.claim("gpu", submission.occasion.event)).lease
    await store.record(lease, run_id="run")
    result = {"name": "a.png", "kind": "image", "media_type": "image/png", "bytes": 9, "width": 512, "height": 512}
    await store.succeed(lease, files=[StoredFile(**{"key": "ab" * 32, **result, **files})])
    return receipt.record.job.id


async def test_words_become_a_job_that_waits_with_its_seed_drawn():
    store = MemoryStore()
    receipt = await intake(store, draw=lambda most: most - 1).submit(asked("a cat steps:12"))

    job = receipt.record.job
    assert (receipt.record.state, receipt.ahead) == (JobState.QUEUED, 0)
    assert (job.values["prompt"], job.values["steps"], job.values["seed"]) == ("a cat", 12, 2**32 - 1)
    assert job.values["model"] == "simulated-sd15.safetensors"
    assert await store.workflow(job.digest) == (TXT2IMG.manifest_file, TXT2IMG.graph_file)


async def test_a_redelivered_event_is_the_same_job_with_the_same_seed_even_when_its_workflow_is_gone():
    store = MemoryStore()
    first = await intake(store).submit(asked())
    again = await intake(store, workflows={}).submit(asked())

    assert again.record == first.record
    assert len(await store.of_requester(ALICE)) == 1


async def test_fields_and_words_are_read_together():
    receipt = await intake(MemoryStore()).submit(asked("a cat", raw={"steps": 9, "seed": "4"}))

    assert (receipt.record.job.values["steps"], receipt.record.job.values["seed"]) == (9, 4)


async def told(store: MemoryStore, offers: Mapping[str, Vocabulary], **presence) -> Laning:
    lanes = Laning(store=store, presence=Presence(**presence))
    await lanes.refresh(offers, [TXT2IMG])
    return lanes


def needing(**needs: object) -> Mapping[str, Workflow]:
    manifest = TXT2IMG.manifest.model_copy(update={"needs": Needs(**needs)})
    return {"txt2img": replace(TXT2IMG, manifest=manifest)}


async def test_what_no_gpu_of_the_pool_has_is_refused_with_its_name():
    store = MemoryStore()
    lanes = await told(store, {"one": replace(VOCABULARY, memory=8 * GB)})

    with pytest.raises(SubmissionError, match=r"No GPU here is labelled video\."):
        await intake(store, workflows=needing(labels=("video",)), lanes=lanes).submit(asked())
    with pytest.raises(SubmissionError, match=r"No GPU here has 24 GB of memory\."):
        await intake(store, workflows=needing(memory_gb=24), lanes=lanes).submit(asked())
    assert await store.of_requester(ALICE) == []


async def test_what_only_a_gpu_has_that_is_down_waits_for_it():
    store = MemoryStore()
    down = ServerStatus(state=ServerState.DOWN, seen_ms=0)
    offers = {"one": VOCABULARY, "two": replace(VOCABULARY, labels=frozenset({"video"}))}
    lanes = await told(store, offers, statuses={"two": down})

    receipt = await intake(store, workflows=needing(labels=("video",)), lanes=lanes).submit(asked())

    position = await store.position(receipt.record.job.id)
    assert lanes.awaited(position) == Awaited(down=("two",))
    assert lanes.gpus(position.lane, [position.lane]) == 0
    assert await store.claim("one", "x") is None


async def test_a_pool_without_any_gpu_refuses_and_says_so():
    store = MemoryStore()
    lanes = await told(store, {"one": VOCABULARY}, listed=frozenset())

    with pytest.raises(SubmissionError, match="There is no GPU here at the moment"):
        await intake(store, lanes=lanes).submit(asked())


async def test_before_any_gpu_told_its_choices_nobody_guesses_and_one_that_cannot_tell_takes_what_the_graph_says():
    store, silent = (
        MemoryStore(),
        Knowledge(catalog=lambda: CATALOG, vocabulary=Vocabulary, usual=lambda: "txt2img"),
    )
    untold = replace(intake(store, lanes=await told(store, {})), knowledge=silent)
    with pytest.raises(StoreLost, match="Try again in a moment"):
        await untold.submit(asked())

    receipt = await replace(untold, lanes=await told(store, {"plain": Vocabulary()})).submit(asked())

    assert receipt.record.job.values["model"] == TXT2IMG.literals()["model"]


async def test_every_fault_is_told_at_once_and_nothing_is_kept():
    store, files = MemoryStore(), MemoryFiles()

    with pytest.raises(InvalidValues) as raised:
        await intake(store, files=files).submit(
            asked("a cat steps:900 stepz:3 cfg:7", raw={"cfg": 3, "width": 5}, attachments=(picture(),))
        )

    assert {"steps", "cfg", "width", "pictures"} <= {fault.parameter for fault in raised.value.faults}
    assert files.contents == {}
    assert await store.of_requester(ALICE) == []


@pytest.mark.parametrize(
    ("submission", "name"),
    [
        (asked("a cat"), "txt2img"),
        (asked("a cat workflow:upscale"), "upscale"),
        (asked("a cat", workflow="upscale"), "upscale"),
        (asked("a cat", place=ELSEWHERE), "flux"),
    ],
)
def test_the_workflow_is_the_one_asked_for_else_the_places_own(submission, name):
    chosen = intake(MemoryStore())._pick(submission)

    assert chosen.name == name


@pytest.mark.parametrize("more", [{"text": "a cat workflow:nope"}, {"workflow": "nope"}])
async def test_an_unknown_or_withdrawn_workflow_is_refused_with_those_that_are_there(more):
    with pytest.raises(UnknownWorkflow, match=r"“nope”.*txt2img"):
        await intake(MemoryStore()).submit(asked(**more))


async def test_the_estimate_is_quoted_for_this_much_work():
    estimates = Estimates()
    first = await intake(MemoryStore(), estimates=estimates).submit(asked())
    work = Work("txt2img", cost_of(TXT2IMG.manifest.cost, first.record.job.values))
    estimates.learn(work, "gpu", gpu_ms=4321, quoted_ms=1)

    second = await intake(MemoryStore(), estimates=estimates).submit(asked())

    assert second.record.job.estimate_ms == 4321


async def test_nobody_has_more_jobs_waiting_than_one_person_may():
    store = MemoryStore()
    desk = intake(store, limits=Limits(waiting=Caps(person=2, everybody=3)))
    for event in ("1", "2"):
        await desk.submit(asked(event=event))

    with pytest.raises(QueueFull, match="You have 2 jobs"):
        await desk.submit(asked(event="3"))
    await desk.submit(asked(event="4", requester=BOB))
    with pytest.raises(QueueFull, match="The queue is full") as raised:
        await desk.submit(asked(event="5", requester=BOB))

    assert raised.value.retry_after_s > 0


async def test_a_tier_has_caps_of_its_own_and_never_more_than_one_person_may():
    patrons = Tier(name="patrons", roles=frozenset({"7"}), weight=2500, waiting=3, running=2)
    store = MemoryStore()
    limits = Limits(
        waiting=Caps(user=1, person=2), tiers=[patrons, replace(patrons, roles=frozenset({"8"}), waiting=1)]
    )
    desk = intake(store, limits=limits)

    async def ask(event: str, requester: Requester, *roles: str) -> None:
        await desk.submit(Submission(occasion=occasion(event, requester, PLACE, roles=roles), text="a cat"))

    await ask("1", ALICE, "7")
    await ask("2", ALICE, "7")
    with pytest.raises(QueueFull, match="You have 2 jobs waiting, as many as one person may have"):
        await ask("3", ALICE, "7")
    await ask("4", BOB, "8")
    with pytest.raises(QueueFull, match="You have 1 job waiting in this community, as many as your tier, patrons, may"):
        await ask("5", BOB, "8")
    with pytest.raises(QueueFull, match="as many as a member may have"):
        await ask("6", BOB)


async def test_a_tier_gives_weight_and_nothing_of_it_is_kept_with_the_job():
    patrons = Tier(name="patrons", roles=frozenset({"7"}), weight=2500, waiting=3, running=2)
    store = SharesSeen()
    desk = intake(store, limits=Limits(waiting=Caps(person=9), tiers=[patrons]))
    asked_for = asked()

    receipt = await desk.submit(replace(asked_for, occasion=replace(asked_for.occasion, roles=("7", "8"))))

    assert store.shares == [Share(weight=2500, waiting=Caps(user=3, person=9), running=Caps(user=2))]
    assert "patrons" not in repr(receipt.record)
    assert "roles" not in repr(receipt.record)


async def test_a_picture_for_which_there_was_no_room_is_kept_until_it_is_tidied_away_with_others_of_no_job():
    store, files = MemoryStore(), MemoryFiles()
    desk = intake(store, files=files, limits=Limits(waiting=Caps(person=1)))
    await desk.submit(asked(event="1"))

    with pytest.raises(QueueFull):
        await desk.submit(asked("a cat workflow:img2img", event="2", attachments=(picture(),)))

    assert len(files.contents) == 1
    assert len(await store.of_requester(ALICE)) == 1


# ---- Lanes ----


async def lanes_of(store: MemoryStore, **offers: Vocabulary) -> Laning:
    lanes = Laning(store=store)
    await lanes.refresh(offers, list(CATALOG.workflows.values()))
    return lanes


async def test_a_job_says_what_it_needs_and_waits_where_that_is():
    store = MemoryStore()
    record = (await intake(store, lanes=await lanes_of(store, gpu=VOCABULARY)).submit(asked())).record

    assert (await store.table()).routes[record.job.requirement] == ("1",)
    assert record.job.requirement in await store.requirements()
    assert (await store.claim("gpu", "nonce")).record.job.id == record.job.id


async def test_what_no_single_gpu_has_is_refused_and_leaves_nothing_behind():
    store, files = MemoryStore(), MemoryFiles()
    without = replace(VOCABULARY, choices={**VOCABULARY.choices, "CheckpointLoaderSimple.ckpt_name": ("other",)})
    lanes = await lanes_of(store, gpu=without)

    with pytest.raises(SubmissionError, match=r"No GPU here has the checkpoint “simulated-sd15.safetensors”"):
        await intake(store, files=files, lanes=lanes).submit(asked("a cat workflow:img2img", attachments=(picture(),)))

    assert files.contents == {}
    assert await store.of_requester(ALICE) == []


@pytest.mark.parametrize(("asked_for", "given"), [(0, 0), (1, 1), (-1, -1), (7, 1), (-7, -1)])
async def test_a_priority_among_ones_own_jobs_goes_one_step_up_or_down(asked_for, given):
    record = (await intake(MemoryStore()).submit(asked(priority=asked_for))).record

    assert record.job.priority == given


# ---- Pictures ----


async def test_an_attached_picture_fills_the_workflows_own_picture_parameter_and_is_kept():
    store, files = MemoryStore(), MemoryFiles()
    receipt = await intake(store, files=files).submit(asked("a cat workflow:img2img", attachments=(picture(),)))

    handle = receipt.record.job.values["image"]
    assert isinstance(handle, FileHandle)
    assert files.contents[handle.key] == picture().content


@pytest.mark.parametrize("text", ["../../etc/passwd", "http://169.254.169.254/", "example.png", "@a.png"])
async def test_no_text_becomes_a_picture(text):
    with pytest.raises(InvalidValues, match="picture"):
        await intake(MemoryStore()).submit(asked(f"a cat workflow:img2img image:{text}"))
    with pytest.raises(InvalidValues, match="picture"):
        await intake(MemoryStore()).submit(asked("a cat workflow:img2img", raw={"image": text}))


async def test_the_image_gate_works_off_the_loop_and_refuses_what_is_no_picture():
    with pytest.raises(ImageRefused):
        await intake(MemoryStore()).admit_off_loop(b"<svg/>")


async def test_a_picture_of_ours_is_used_by_those_who_may_see_it_and_by_nobody_else():
    store = MemoryStore()
    job_id = await painted(store, asked(event="old"))
    again = {"pictures": {"image": ResultOf(job_id=job_id)}, "text": "a dog workflow:img2img"}

    own = await intake(store).submit(asked(event="2", **again))
    assert own.record.job.values["image"].key == "ab" * 32
    await intake(store).submit(asked(event="3", requester=BOB, **again))
    for event, somebody, place in (
        ("4", BOB, ELSEWHERE),
        ("5", _from("other"), PLACE),
        ("6", _from("other"), replace(PLACE, tenant=Tenant(platform="web", id="other"))),
    ):
        with pytest.raises(FileGone):
            await intake(store).submit(asked(event=event, requester=somebody, place=place, **again))


def _from(tenant: str) -> Requester:
    return replace(ALICE, tenant=Tenant(platform="web", id=tenant))


@pytest.mark.parametrize(
    "picture",
    [
        ResultOf(job_id=JobId("nobody's")),
        ResultOf(job_id=JobId("x"), index=-1),
        InputOf(job_id=JobId("x"), parameter="image"),
    ],
)
async def test_a_guess_learns_nothing(picture):
    with pytest.raises(FileGone, match="not kept any more"):
        await intake(MemoryStore()).submit(asked("x workflow:img2img", pictures={"image": picture}))


async def test_a_result_that_is_no_picture_and_one_that_is_not_there_are_refused():
    store = MemoryStore()
    job_id = await painted(store, asked(event="old"), media_type="video/mp4")

    for index in (0, 1, -1):
        with pytest.raises(FileGone):
            await intake(store).submit(
                asked("x workflow:img2img", pictures={"image": ResultOf(job_id=job_id, index=index)})
            )


# ---- Again ----


async def test_a_reroll_is_the_same_job_with_another_seed_and_knows_its_parent():
    store = MemoryStore()
    old = (await intake(store).submit(asked("a cat steps:12 seed:4"))).record

    again = repeated(occasion("2", BOB, PLACE), old, {"seed": "random"})
    new = (await intake(store, draw=lambda most: 99).submit(again)).record.job

    assert {**new.values, "seed": 4} == old.job.values
    assert (new.values["seed"], new.parent, new.requester) == (99, old.job.id, BOB)


async def test_a_repeated_job_keeps_the_picture_it_was_given():
    store = MemoryStore()
    desk = intake(store)
    old = (await desk.submit(asked("a cat workflow:img2img seed:4", attachments=(picture(),)))).record

    new = (await desk.submit(repeated(occasion("2", ALICE, PLACE), old, {}))).record.job

    assert new.values == old.job.values


async def test_a_repeat_obeys_what_holds_today():
    store = MemoryStore()
    old = (await intake(store).submit(asked("a cat steps:12"))).record
    again = repeated(occasion("2", ALICE, PLACE), old, {"steps": 9000})

    with pytest.raises(InvalidValues, match="steps"):
        await intake(store).submit(again)
    with pytest.raises(UnknownWorkflow):
        await intake(store, workflows={}).submit(replace(again, occasion=occasion("3", ALICE, PLACE)))


@pytest.mark.parametrize("button", ["vary", "upscale"])
async def test_a_button_under_a_picture_hands_it_and_the_words_to_its_workflow(button):
    store = MemoryStore()
    job_id = await painted(store, asked("a cat neg:blurry seed:4 steps:12", event="old"))
    old = await store.read(job_id)
    action = TXT2IMG.manifest.actions[button]
    target = CATALOG.workflows[action.workflow]

    submission = followed_up(occasion("2", BOB, PLACE), old, action, target)
    job = (await intake(store).submit(submission)).record.job

    assert (job.workflow, job.parent) == (action.workflow, job_id)
    assert job.values[action.parameter].key == "ab" * 32
    if button == "vary":
        assert (job.values["prompt"], job.values["negative_prompt"], job.values["denoise"]) == ("a cat", "blurry", 0.6)
        assert job.values["seed"] is not None


async def test_somebody_sees_their_own_jobs_from_anywhere_and_others_only_where_they_were_asked():
    store = MemoryStore()
    record = (await intake(store).submit(asked())).record

    assert may_see(record, ALICE, ELSEWHERE)
    assert may_see(record, BOB, PLACE)
    assert not may_see(record, BOB, ELSEWHERE)
    assert not may_see(record, _from("other"), PLACE)


# ---- Which workflow where ----------------------------------------------------------------------------------------


FLUX_ONLY = PlaceRule(platform=PLACE.tenant.platform, community=PLACE.tenant.id, workflows=("flux",))


async def test_a_place_that_knows_one_workflow_takes_no_other_also_by_a_click_that_repeats_an_old_job():
    store = MemoryStore()
    old = (await intake(store).submit(asked())).record
    closed = intake(store, rules=[FLUX_ONLY])

    for refused in (
        asked(event="2", workflow="txt2img"),
        asked("a cat workflow:txt2img", event="3"),
        repeated(occasion("4", ALICE, PLACE), old, {"seed": "random"}),
    ):
        with pytest.raises(SubmissionError, match="Here there is flux"):
            await closed.submit(refused)
        with pytest.raises(SubmissionError, match="Here there is flux"):
            await closed.check(refused)


async def test_a_workflow_for_adults_is_refused_where_nobody_says_that_it_may_be_shown():
    manifest = TXT2IMG.manifest.model_copy(update={"nsfw": True})
    adult = intake(MemoryStore(), workflows={"txt2img": replace(TXT2IMG, manifest=manifest)})

    for ask in (adult.check, adult.submit):
        with pytest.raises(SubmissionError, match="for adults"):
            await ask(asked())
    there = replace(occasion("2", ALICE, PLACE), spot=Spot(place=PLACE, adults_only=True))
    assert (await adult.submit(replace(asked(), occasion=there))).record.state is JobState.QUEUED


ADULTS_HERE = PlaceRule(platform=PLACE.tenant.platform, community=PLACE.tenant.id, adults_only=True)


async def test_where_a_rule_says_that_a_place_is_for_adults_they_may_ask_and_begin_with_such_a_picture():
    store = MemoryStore()
    here = intake(store, workflows={**CATALOG.workflows, "txt2img": ADULT}, rules=[ADULTS_HERE])
    first = await painted(store, asked())
    taken = Submission(
        occasion=occasion("2", ALICE, PLACE),
        workflow="img2img",
        text="an owl",
        pictures={"image": ResultOf(job_id=first)},
    )

    assert (await here.submit(taken)).record.job.for_adults


ADULT = replace(TXT2IMG, manifest=TXT2IMG.manifest.model_copy(update={"nsfw": True}))


def for_adults(event: str) -> Occasion:
    return replace(occasion(event, ALICE, PLACE), spot=Spot(place=PLACE, adults_only=True))


async def test_whatever_begins_with_a_picture_for_adults_is_for_adults_however_far_down_the_line():
    store = MemoryStore()
    known = intake(store, workflows={**CATALOG.workflows, "txt2img": ADULT})
    first = await painted(store, asked())  # of an earlier version, which marked no job
    taken = {"workflow": "img2img", "text": "an owl"}

    second = Submission(occasion=for_adults("2"), pictures={"image": ResultOf(job_id=first)}, **taken)
    of_a_result = (await known.submit(second)).record
    third = repeated(for_adults("3"), of_a_result, {"seed": "random"})
    of_an_input = (await known.submit(third)).record
    afresh = (await known.submit(Submission(occasion=for_adults("4"), attachments=(picture(),), **taken))).record

    assert [each.job.for_adults for each in (of_a_result, of_an_input, afresh)] == [True, True, False]
    for number, record in enumerate((of_a_result, of_an_input), start=5):
        elsewhere = repeated(occasion(f"{number}", ALICE, PLACE), record, {"seed": "random"})
        with pytest.raises(SubmissionError, match="for adults"):
            await known.submit(elsewhere)
        assert await store.read(elsewhere.job_id) is None
    allowed = repeated(occasion("9", ALICE, PLACE), afresh, {"seed": "random"})
    assert not (await known.submit(allowed)).record.job.for_adults


async def test_a_job_of_a_workflow_for_adults_says_so_whatever_becomes_of_the_workflow():
    store = MemoryStore()
    known = intake(store, workflows={"txt2img": ADULT})

    assert (await known.submit(replace(asked(), occasion=for_adults("1")))).record.job.for_adults


# ---- From memory alone -------------------------------------------------------------------------------------------


class Untouchable:
    """Anything that is asked of it is a failure."""

    def __getattr__(self, verb: str) -> object:
        raise AssertionError(f"{verb} was asked of the store")


def from_memory(**more: object) -> Intake:
    return replace(intake(MemoryStore(), **more), store=Untouchable(), queue=Untouchable(), files=Untouchable())


def promised(media_type: str = "image/png", size: int = 64) -> Promised:
    return Promised(handle=FileHandle(key="", media_type=media_type, width=size, height=size, bytes=100))


async def faults_of(known: Intake, submission: Submission) -> dict[str, str]:
    with pytest.raises(InvalidValues) as caught:
        await known.check(submission)
    return {fault.parameter: fault.reason for fault in caught.value.faults}


async def test_what_is_right_is_found_right_without_asking_anybody():
    known = from_memory()
    old = job_id_of("web", "old")

    await known.check(asked())
    await known.check(asked(workflow="img2img", pictures={"image": promised()}))
    await known.check(asked(workflow="img2img", attachments=(promised(size=0),)))
    await known.check(asked(workflow="img2img", pictures={"image": ResultOf(job_id=old)}))
    await known.check(asked(workflow="img2img", pictures={"image": InputOf(job_id=old, parameter="image")}))


async def test_every_fault_of_words_fields_and_pictures_is_found_at_once():
    submission = asked(
        "a cat steps:9999 colour:red",
        workflow="img2img",
        raw={"seed": "no number"},
        pictures={"image": promised("image/gif")},
        attachments=(promised(), promised()),
    )

    faults = await faults_of(from_memory(), submission)

    assert {"steps", "seed", "image", "pictures"} <= faults.keys()
    assert "PNG, JPEG or WebP" in faults["image"]


async def test_the_same_parameter_twice_is_a_fault():
    assert "more than once" in (await faults_of(from_memory(), asked("a cat steps:9", raw={"steps": 12})))["steps"]


async def test_the_same_fault_of_words_and_of_a_field_is_told_once():
    with pytest.raises(InvalidValues) as raised:
        await from_memory().check(asked("a cat steps:9 steps:10", raw={"steps": 12}))

    assert [each.parameter for each in raised.value.faults] == ["steps"]


@pytest.mark.parametrize(("command", "words"), [("txt2img", "a cat workflow:flux"), ("flux", "workflow:txt2img a cat")])
async def test_words_that_name_another_workflow_than_their_command_are_a_fault_among_the_others(command, words):
    faults = await faults_of(from_memory(), asked(f"{words} steps:9999", workflow=command))

    assert {"workflow", "steps"} <= faults.keys()
    assert "txt2img" in faults["workflow"]
    assert "flux" in faults["workflow"]


async def test_words_that_name_the_workflow_of_their_command_are_no_fault():
    await from_memory().check(asked("a cat workflow:txt2img", workflow="txt2img"))


async def test_a_video_where_a_picture_is_wanted_is_called_one():
    faults = await faults_of(from_memory(), asked(workflow="img2img", pictures={"image": promised("video/mp4")}))

    assert faults["image"] == "takes a picture, and a video is attached."


async def test_a_picture_that_is_needed_and_not_there_is_a_fault():
    assert "attached" in (await faults_of(from_memory(), asked(workflow="img2img")))["image"]


async def test_a_workflow_that_is_not_there_is_named_from_memory():
    with pytest.raises(UnknownWorkflow, match="There is no workflow"):
        await from_memory().check(asked(workflow="dall-e"))


async def test_what_no_gpu_has_is_found_from_memory():
    lanes = await told(MemoryStore(), {"one": replace(VOCABULARY, memory=8 * GB)})

    with pytest.raises(SubmissionError, match="24 GB"):
        await from_memory(workflows=needing(memory_gb=24), lanes=lanes).check(asked())


@pytest.mark.parametrize("text", ["a cat", "a cat steps:9999", "a cat steps:x size:1x1", 'cat "open', "workflow:none"])
async def test_a_check_and_a_submit_find_the_same_faults(text):
    async def found(ask: Callable[[Submission], Awaitable[object]]) -> str:
        try:
            await ask(asked(text))
        except (InvalidValues, SubmissionError) as error:
            return str(error)
        return ""

    assert await found(from_memory().check) == await found(intake(MemoryStore()).submit)


async def test_a_promise_makes_no_job():
    with pytest.raises(ValueError, match="promise"):
        await intake(MemoryStore()).submit(asked(workflow="img2img", pictures={"image": promised()}))
