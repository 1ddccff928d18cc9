"""What the console is told: all that may be seen there, and of other communities nothing but numbers."""

import inspect
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.console.hours import HOUR_MS
from bot.console.views import OpenCount
from bot.errors import NotAllowed, SubmissionError
from bot.jobs import Job, JobState, Place, Requester, StoredFile, Tenant, job_id_of, run_id_of
from bot.overseeing import Overseeing
from bot.policy.measures import Actor, Rank
from bot.policy.quotas import Per, Quota
from bot.policy.rulebook import Allowance, Ban, Grant
from bot.reports import Report
from bot.reviewing import Reviewing
from bot.servers import ServerSpec, ServerState, ServerStatus, slots_of
from bot.watching import REPORTS, Watching
from tests.fakes.memory_reviews import MemoryReviews
from tests.fakes.memory_usage import MemoryUsage
from tests.unit.bot.moderated import ANN, BEN, BY, GUILD, OTHERS, House
from workflows.requirements import Requirement

MODERATOR = Actor(id="moe", name="Moe", platform="web", tenant=GUILD, rank=Rank.MODERATOR)
OPERATOR = Actor(id="op", name="Op", platform="local", tenant=None, rank=Rank.OPERATOR)
ZED = Requester(tenant=OTHERS, id="zed-hidden", name="Zed Hidden")
GPU1 = ServerSpec(name="gpu1", url="http://10.1.2.3:8188", slots=2)
NEEDS = Requirement(choices=(("CheckpointLoaderSimple.ckpt_name", "sdxl/juggernaut.safetensors"),))


class Scene:
    """A house with a GPU, which is watched."""

    def __init__(self) -> None:
        self.house = House()
        house = self.house
        overseeing = Overseeing(
            rules=house.rules,
            counters=house.store.counters,
            census=house.census,
            reports=house.reports,
            reviewing=Reviewing(reviews=MemoryReviews(store=house.store, audit=house.audit), reports=house.reports),
        )
        self.watching = Watching(
            overview=house.store,
            store=house.store,
            servers=house.servers,
            lanes=house.store,
            hours=MemoryUsage(store=house.store),
            overseeing=overseeing,
            community_names=house.names,
            seeds={"gpu1": GPU1},
        )

    async def asked(self, requester: Requester, prompt: str, **more: object) -> Job:
        """Let somebody ask."""
        told = Job(
            id=job_id_of("web", prompt),
            workflow="txt2img",
            digest="d",
            values={"prompt": prompt},
            requester=requester,
            place=Place(tenant=requester.tenant, channel="art"),
            estimate_ms=10_000,
            created_ms=0,
            requirement=NEEDS.key,
            **more,
        )
        return (await self.house.store.enqueue(told)).job

    async def runs(self, slot: str = "gpu1"):
        """Let a slot take the next job."""
        held = await self.house.store.claim(slot, f"{slot} {len(self.house.store._nonces)}")
        assert held is not None
        assert await self.house.store.record(held.lease, run_id=run_id_of(held.lease.job_id, 1))
        return held.lease

    async def paints(self, gpu_ms: int = 2_000) -> None:
        """Let the next job be painted."""
        lease = await self.runs()
        made = StoredFile(key=f"key-{lease.job_id}", name="a.png", kind="image", media_type="image/png", bytes=9)
        assert await self.house.store.succeed(lease, files=[made], gpu_ms=gpu_ms)

    async def reported(self, job: Job, reason: str = "not nice") -> None:
        await self.house.reports.add(
            Report(
                job_id=job.id,
                workflow=job.workflow,
                requester=job.requester,
                reporter=replace(BEN, tenant=job.requester.tenant),
                place=job.place,
                reason=reason,
            )
        )


# ---- Who may look ----

EVERY_WAY = sorted(name for name, _ in inspect.getmembers(Watching, inspect.isfunction) if not name.startswith("_"))


async def look(scene: Scene, name: str, actor: Actor, tenant: Tenant | None):
    """Look in one of the ways, with whatever else it takes."""
    way = getattr(scene.watching, name)
    taken = inspect.signature(way).parameters
    others = {
        "days": 7,
        "job_id": job_id_of("web", "x"),
        "number": 0,
        "user": None,
        "before": None,
        "tenants": [tenant],
    }
    given = {key: value for key, value in {"tenant": tenant, **others}.items() if key in taken}
    assert set(taken) - set(given) == {"actor"}, f"say what {name} takes"
    found = way(actor, **given)
    if found is None:
        return None  # it only says whether they may
    return await found if inspect.isawaitable(found) else [each async for each in found]


def test_every_way_to_look_is_tried_below():
    assert len(EVERY_WAY) >= 10


@pytest.mark.parametrize("name", EVERY_WAY)
@pytest.mark.parametrize(
    ("actor", "tenant"),
    [
        (replace(MODERATOR, rank=Rank.MEMBER), GUILD),
        (replace(OPERATOR, rank=Rank.MEMBER), None),
        (MODERATOR, OTHERS),
        (MODERATOR, None),
        (replace(MODERATOR, tenant=None), None),
        (replace(MODERATOR, tenant=None), GUILD),
    ],
)
async def test_nobody_looks_where_they_may_not(name, actor, tenant):
    with pytest.raises(NotAllowed):
        await look(Scene(), name, actor, tenant)


@pytest.mark.parametrize("name", [name for name in EVERY_WAY if name not in {"report_file", "communities"}])
@pytest.mark.parametrize(("actor", "tenant"), [(MODERATOR, GUILD), (OPERATOR, GUILD), (OPERATOR, None)])
async def test_where_nothing_happened_everything_is_empty_and_nothing_fails(name, actor, tenant):
    await look(Scene(), name, actor, tenant)


async def told(scene: Scene, actor: Actor, tenant: Tenant | None) -> str:
    """Return all that somebody is told, as text."""
    ways = [name for name in EVERY_WAY if name not in {"report_file", "communities"}]
    return repr([await look(scene, name, actor, tenant) for name in ways])


async def happened(scene: Scene, number: int, fate: str, *, ours: bool) -> Job:
    """Let a job wait, run, be painted, be reported, or be for review."""
    requester, prompt = (ANN, f"our cat {number}") if ours else (ZED, f"secret cat {number}")
    job = await scene.asked(requester, prompt, for_review=fate == "for review")
    if fate in ENDED:
        while (await scene.house.store.read(job.id)).state is JobState.QUEUED:
            await scene.paints()
    if fate == "runs" and len(scene.house.store.fair.bills) < 2:
        await scene.runs("gpu1/2")
    if fate == "reported":
        await scene.reported(job, f"{prompt} is wrong")
        await scene.house.audit.add(replace(BY, tenant=requester.tenant, user=requester.id, why=prompt))
    return job


ENDED = ("painted", "reported", "for review")


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.sampled_from(("waits", "runs", *ENDED))), min_size=1, max_size=12))
async def test_of_other_communities_a_moderator_is_told_numbers_alone(population):
    scene = Scene()
    jobs = [await happened(scene, number, fate, ours=ours) for number, (ours, fate) in enumerate(population)]
    await scene.house.say(Ban(user=ZED.id, reason="secret"), tenant=OTHERS)

    text = await told(scene, MODERATOR, GUILD)

    for hidden in ("secret", ZED.id, ZED.name, OTHERS.id):
        assert hidden not in text
    theirs = [job for job in jobs if job.requester == ZED]
    for job in theirs:
        assert str(job.id) not in text
        with pytest.raises(SubmissionError):
            await scene.watching.report_file(MODERATOR, GUILD, job.id, 0)
    everything = await told(scene, OPERATOR, None)
    assert all(str(job.id) in everything for job in jobs)
    live = (await scene.watching.live(MODERATOR, GUILD)).queue
    whole = (await scene.watching.live(OPERATOR, None)).queue
    assert live.waiting + live.running + live.elsewhere == whole.waiting + whole.running
    assert whole.elsewhere == 0


# ---- What is told ----


async def test_the_queue_is_told_by_user_with_what_runs_first_and_whoever_has_most_above():
    scene = Scene()
    running, first, second = [await scene.asked(ANN, f"cat {number}\nand more") for number in range(3)]
    dog = await scene.asked(BEN, "dog " * 100)
    await scene.runs()
    await scene.asked(ZED, "elsewhere")

    queue = (await scene.watching.live(MODERATOR, GUILD)).queue

    assert (queue.waiting, queue.running, queue.elsewhere) == (3, 1, 1)
    ann, ben = queue.members
    assert (ann.user, ann.name, ann.waiting, ann.running, ann.waiting_ms) == ("ann", "Ann", 2, 1, 20_000)
    assert [each.id for each in ann.jobs] == [running.id, first.id, second.id]
    assert [each.state for each in ann.jobs] == [JobState.RUNNING, JobState.QUEUED, JobState.QUEUED]
    assert (ann.jobs[0].words, ann.jobs[0].server, ann.jobs[1].server) == ("cat 0 and more", "gpu1", None)
    assert [each.id for each in ben.jobs] == [dog.id]
    assert len(ben.jobs[0].words) <= 200
    assert ann.due == ben.due == pytest.approx(1 / 4)
    assert ann.had is None
    assert len((await scene.watching.live(OPERATOR, None)).queue.members) == 3


async def test_a_model_that_was_not_known_once_is_named_as_soon_as_it_is():
    scene = Scene()
    told = ServerStatus(
        state=ServerState.READY, seen_ms=scene.house.now, slots=1, models=(NEEDS.key.partition(".")[0],)
    )
    await scene.house.servers.tell("gpu1", told)
    before = (await scene.watching.live(MODERATOR, GUILD)).gpus
    await scene.house.store.require(NEEDS.key, NEEDS.meaning)
    after = (await scene.watching.live(MODERATOR, GUILD)).gpus

    assert before[0].model is None
    assert after[0].model


async def test_a_gpu_is_told_with_its_state_model_errors_and_what_it_runs():
    scene = Scene()
    now = scene.house.now
    await scene.house.store.require(NEEDS.key, NEEDS.meaning)
    await scene.house.servers.tell(
        "gpu1",
        ServerStatus(
            state=ServerState.SUSPECT,
            reason="A run failed.",
            since_ms=now - 5_000,
            seen_ms=now,
            slots=2,
            models=(NEEDS.key.partition(".")[0],),
            errors=((now - 5_000, "A run failed."),),
        ),
    )
    [gpu] = (await scene.watching.live(MODERATOR, GUILD)).gpus
    assert (gpu.name, gpu.state, gpu.reason, gpu.since_ms) == (
        "gpu1",
        ServerState.SUSPECT,
        "A run failed.",
        now - 5_000,
    )
    assert (gpu.model, gpu.jobs, gpu.elsewhere) == ("juggernaut", (), 0)
    assert gpu.errors == ("2027-01-15 07:59: A run failed.",)

    await scene.asked(ANN, "mine")
    await scene.asked(ZED, "theirs")
    for slot in slots_of(GPU1):
        await scene.runs(slot)
    [gpu] = (await scene.watching.live(MODERATOR, GUILD)).gpus
    assert ([each.words for each in gpu.jobs], gpu.elsewhere) == (["mine"], 1)
    [gpu] = (await scene.watching.live(OPERATOR, None)).gpus
    assert ({each.words for each in gpu.jobs}, gpu.elsewhere) == ({"mine", "theirs"}, 0)
    assert "10.1.2.3" not in await told(scene, OPERATOR, None)


async def test_a_gpu_of_which_nobody_tells_has_no_state():
    [gpu] = (await Scene().watching.live(OPERATOR, None)).gpus
    assert (gpu.state, gpu.model, gpu.since_ms) == (None, None, 0)
    assert "No process works on it" in gpu.reason


async def test_use_over_time_is_told_by_person():
    scene = Scene()
    for requester, prompt, gpu_ms in ((ANN, "a", 4_000), (BEN, "b", 1_000), (ANN, "c", 2_000), (ZED, "d", 9_000)):
        await scene.asked(requester, prompt)
        await scene.paints(gpu_ms)
        scene.house.now += HOUR_MS

    view = await scene.watching.usage(MODERATOR, GUILD, days=1)
    assert (view.step_ms, len(view.others_ms)) == (HOUR_MS, 24)
    ann, ben = view.people
    assert (ann.name, ann.gpu_ms, ann.steps_ms[-5:]) == ("Ann", 6_000, (4_000, 0, 2_000, 0, 0))
    assert (ben.name, ben.steps_ms[-5:]) == ("Ben", (0, 1_000, 0, 0, 0))
    week = await scene.watching.usage(OPERATOR, None, days=7)
    assert [each.gpu_ms for each in week.people] == [9_000, 6_000, 1_000]
    assert len(week.people[0].steps_ms) == 28


async def test_people_are_those_who_asked_and_those_of_whom_something_holds_with_their_quotas():
    scene = Scene()
    hourly = Quota(per=Per.DAY, pictures=4)
    await scene.house.say(
        Allowance(user="ann", quotas=(hourly,)),
        Ban(user="far", reason="spam"),
        Ban(user="over", reason="spam", until_ms=scene.house.now - 1),
        Grant(user="gone", until_ms=scene.house.now - 1, pictures=5),
    )
    await scene.house.painted(event="1")
    await scene.house.asked(event="2")
    await scene.house.asked(event="3", requester=BEN)

    people = await scene.watching.people(MODERATOR, GUILD)

    assert sorted(each.user for each in people) == ["ann", "ben", "far"]
    by = {each.user: each for each in people}
    [quota] = by["ann"].quotas
    assert (quota.used, quota.reserved) == (0.25, 0.25)
    assert "1 of 4 pictures used in any 24 hours, 1 reserved for what waits or runs, 2 left" in quota.words
    assert by["ann"].banned is None
    assert "spam" in by["far"].banned
    everywhere = await scene.watching.people(OPERATOR, None)
    assert {(each.tenant, each.user) for each in everywhere} == {(GUILD, "ann"), (GUILD, "ben")}


async def test_reports_come_with_what_is_left_of_their_jobs_and_pictures_of_no_others_are_had():
    scene = Scene()
    bad = await scene.asked(ANN, "bad\ncat")
    await scene.paints()
    other = await scene.asked(ANN, "good cat")
    await scene.paints()
    gone = await scene.asked(ANN, "gone cat")
    await scene.paints()
    await scene.reported(gone)
    await scene.reported(bad)
    await scene.house.store.forget(gone.id)

    latest, before = await scene.watching.reports(MODERATOR, GUILD)

    assert (latest.words, latest.is_kept, len(latest.files)) == ("bad cat", True, 1)
    assert (before.words, before.is_kept, before.files) == ("", False, ())
    file = await scene.watching.report_file(MODERATOR, GUILD, bad.id, 0)
    assert file == latest.files[0]
    for job_id, number in ((bad.id, 1), (bad.id, -1), (other.id, 0), (gone.id, 0)):
        with pytest.raises(SubmissionError):
            await scene.watching.report_file(OPERATOR, None, job_id, number)


async def test_a_picture_can_be_judged_however_many_others_were_reported_since():
    scene = Scene()
    bad = await scene.asked(ANN, "bad cat")
    await scene.paints()
    await scene.reported(bad)
    for number in range(REPORTS + 1):
        await scene.reported(replace(bad, id=job_id_of("web", f"another {number}")))

    assert bad.id not in {each.report.job_id for each in await scene.watching.reports(OPERATOR, None)}
    for actor, tenant in ((MODERATOR, GUILD), (OPERATOR, None)):
        assert await scene.watching.report_file(actor, tenant, bad.id, 0)


async def test_what_is_open_is_counted_of_those_who_look_alone_and_no_more_once_it_was_removed():
    scene = Scene()
    jobs = []
    for requester, prompt in ((ANN, "one"), (ANN, "two"), (ZED, "three"), (ZED, "four")):
        jobs.append(await scene.asked(requester, prompt, for_review=prompt == "four"))
        await scene.paints()
    for job in jobs[:3]:
        await scene.reported(job)

    async def counted(actor: Actor, tenant: Tenant | None) -> tuple[int, int]:
        found = await scene.watching.open(actor, tenant)
        return found.reports.number, found.reviews.number

    assert await counted(MODERATOR, GUILD) == (2, 0)
    assert await counted(replace(MODERATOR, tenant=OTHERS), OTHERS) == (1, 1)
    assert await counted(OPERATOR, None) == (3, 1)
    await scene.house.store.withdraw(jobs[0].id, until_ms=scene.house.now + HOUR_MS)
    await scene.house.store.forget(jobs[1].id)
    assert len(await scene.watching.reports(MODERATOR, GUILD)) == 2
    assert await counted(MODERATOR, GUILD) == (0, 0)


async def test_a_job_that_several_reported_is_open_once_and_of_more_than_are_shown_it_is_said():
    scene = Scene()
    job = await scene.asked(ANN, "one")
    await scene.paints()
    for number in range(REPORTS):
        assert not (await scene.watching.open(MODERATOR, GUILD)).reports.is_more
        report = Report(
            job_id=job.id,
            workflow="w",
            requester=ANN,
            reporter=replace(BEN, id=f"{number}"),
            place=job.place,
            reason="",
        )
        await scene.house.reports.add(report)

    assert (await scene.watching.open(MODERATOR, GUILD)).reports == OpenCount(number=1, is_more=True)


async def test_what_is_for_review_is_shown_to_those_who_judge():
    scene = Scene()
    job = await scene.asked(ANN, "a cat", for_review=True)
    await scene.paints()

    [pending] = await scene.watching.pending(MODERATOR, GUILD)

    assert pending.job.id == job.id
    assert await scene.watching.report_file(MODERATOR, GUILD, job.id, 0) == pending.files[0]


async def test_the_audit_is_told_in_pages_and_exported_whole():
    scene = Scene()
    for number in range(1_203):
        tenant = OTHERS if number % 3 == 0 else GUILD
        await scene.house.audit.add(replace(BY, tenant=tenant, user=f"u{number}"))

    first = await scene.watching.audit(MODERATOR, GUILD)
    second = await scene.watching.audit(MODERATOR, GUILD, before=first[-1].id)
    assert first[-1].at_ms >= second[0].at_ms
    assert not {each.id for each in first} & {each.id for each in second}
    noted, *exported = [each async for page in scene.watching.audit_export(MODERATOR, GUILD) for each in page]
    assert (noted.measure, noted.author.id) == ("audit", MODERATOR.id)
    assert len(exported) == len({each.user for each in exported}) == 802
    assert {each.tenant for each in exported} == {GUILD}
    assert len([each async for page in scene.watching.audit_export(OPERATOR, None) for each in page]) == 1_203 + 2


async def test_an_operator_chooses_among_communities_where_anything_is():
    scene = Scene()
    await scene.asked(ANN, "waits")
    await scene.house.audit.add(replace(BY, tenant=OTHERS))

    assert await scene.watching.communities(OPERATOR) == [GUILD, OTHERS]
