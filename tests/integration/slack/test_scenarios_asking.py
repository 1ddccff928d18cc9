"""Somebody asks for a picture and gets it: the whole path, through every way of asking."""

import pytest

from tests.fakes.headlines import CANCELLED
from tests.fakes.slack.orders import Picture
from tests.fakes.slack.walking import looks
from tests.integration.slack.stage import png
from tests.integration.slack.whole import WAYS, clean, headlines, painted, pictures, whole

CAT = Picture(name="cat.png", content=png("teal"))

HOSTILE = (
    "@ben <@U0000000003> <!channel> @channel @here #general <https://evil.example|free> <mailto:a@b.c> AT&T &amp; "
    "*bold* _slanted_ ~struck~ `mono` ```block``` :fire: > quoted https://plain.example \u202e\u200b"
)


@pytest.mark.parametrize("way", WAYS)
async def test_one_message_tells_of_a_job_from_the_queue_over_every_step_to_its_pictures(tmp_path, way):
    async with whole(tmp_path, way=way) as scene:
        asked = await scene.mid_run("a lighthouse at dusk steps:30 seed:42 count:2")
        message = asked.message
        await scene.slack.until(lambda: "of 30" in message.text)
        scene.quick()
        await painted(asked)
        [record] = await scene.ended()

        told = headlines(message)
        assert all("a lighthouse at dusk" in each for each in told), told
        assert any("of 30" in each and "%" in each for each in told), told
        assert scene.shown() == [message]
        assert pictures(message) == 2 == len(record.files)
        assert (record.job.values["steps"], record.job.values["seed"]) == (30, 42)
        for word in ("seed 42", "512x512", "simulated-sd15", "asked by ada"):
            assert word in message.text, word
        assert {"🎲 Reroll", "✨ Vary", "🔍 Upscale", "Parameters", "Delete", "Report"} <= {*message.labels}
        assert not message.is_ephemeral
        assert message.pings == set()
        assert clean(scene)


async def test_a_message_never_goes_back_and_is_painted_once(tmp_path):
    async with whole(tmp_path) as scene:
        asked = await scene.mid_run("a fox steps:30")
        scene.slow(3)
        message = await painted(asked)

        steps = [int(each.split("step ")[1].split(" ")[0]) for each in headlines(message) if "step " in each]
        assert steps == sorted(steps)
        assert ["Painted" in each for each in headlines(message)].count(True) == 1
        assert "Painted" in headlines(message)[-1]


@pytest.mark.parametrize("way", WAYS)
async def test_what_somebody_types_means_what_they_typed_and_does_nothing_wherever_it_stands(tmp_path, way):
    async with whole(tmp_path, way=way) as scene:
        asked = await scene.ada.slash(scene.general, "/imagine", f"{HOSTILE} steps:2")
        message = await painted(asked)
        faulty = await scene.ada.slash(scene.general, "/imagine", f"{HOSTILE} steps:9999")
        history = await scene.ada.slash(scene.general, "/fairbrush", "history")
        alone = await (await scene.ada.click(await history.shows("AT&T"), "Show")).shows("AT&T", "Parameters")
        edit = await (await scene.ada.click(message, "✏️ Edit &amp; rerun")).opens("Prompt")
        home = await scene.ada.home("AT&T")
        [record] = await scene.ended()

        prompt = str(record.job.values["prompt"])
        for word in ("@ben", "<@U0000000003>", "@channel", "#general", "AT&T", "&amp;", "*bold*", ":fire:"):
            assert word in prompt, (word, prompt)
        for each in (message, await faulty.shows("steps"), history.message, alone):
            assert inert(each), each.now
        blocks = [*message.now.blocks, *alone.now.blocks]
        # What a picture is called is no text object: nothing in it is an entity.
        assert ["AT&T" in each["alt_text"] for each in blocks if each["type"] == "image"] == [True, True]
        assert "AT&T" in str(edit.shape)
        assert all(harmless(looks("", each.shape["blocks"], scene.team.state.names())) for each in (edit, home))
        for file in scene.team.state.files.values():
            assert not {"@", "<", "`"} & {*file.title}
        # Only what somebody typed themselves mentions anybody: nobody but them wrote it.
        assert [each.pings for each in scene.general.messages.values() if each.author.is_bot] == [set()] * 4


def inert(message):
    """Whether nothing in a message or its notification means more than its words."""
    return harmless(message.seen) and harmless(looks(message.now.text, [], message.channel.team.names()))


def harmless(seen):
    """Whether what is seen names nobody, leads nowhere and is marked by nobody but us."""
    marked = " ".join(text for _, text in seen.marks)
    words = ("bold", "slanted", "struck", "mono", "block", "fire")
    return not (seen.pings or seen.links or "\u202e" in seen.text or any(word in marked for word in words))


@pytest.mark.parametrize("way", WAYS)
async def test_a_form_is_made_of_its_workflow_says_its_faults_and_becomes_a_job_in_its_channel(tmp_path, way):
    async with whole(tmp_path, way=way) as scene:
        form = await (await scene.ada.slash(scene.general, "/img2img")).opens("Prompt", "Image")
        kinds = {each["element"]["type"] for each in form.shape["blocks"] if each["type"] == "input"}
        assert {"plain_text_input", "number_input", "static_select", "file_input"} <= kinds
        wrong = await scene.ada.submit(form, Prompt="as oil", Seed="soon", Image=[CAT])
        assert [block for block in wrong.errors if "seed" in block]
        assert form.is_open
        sent = await scene.ada.submit(form, Prompt="as oil", Image=[CAT], Steps=4)
        assert sent.errors == {}
        assert not form.is_open
        [record] = await scene.ended()

        [message] = scene.shown()
        assert (record.job.workflow, record.job.values["steps"]) == ("img2img", 4)
        assert pictures(message) == 1
        assert clean(scene)


async def test_a_form_that_is_sent_twice_is_one_job(tmp_path):
    async with whole(tmp_path) as scene:
        form = await (await scene.ada.slash(scene.general, "/imagine")).opens("Prompt")
        sent = await scene.ada.submit(form, Prompt="a fox", Steps=2)
        await scene.slack.delivery.again(sent.sent)
        await scene.ended()

        assert len(scene.shown()) == 1 == scene.runs()


@pytest.mark.parametrize("way", WAYS)
async def test_in_a_thread_a_mention_paints_there_with_a_file_and_without_one(tmp_path, way):
    async with whole(tmp_path, way=way) as scene:
        start = scene.ben.say(scene.general, "foxes?")
        plain = await scene.ada.tell(scene.general, "imagine a fox steps:2", thread=start)
        first = await painted(plain)
        with_file = await scene.ada.tell(scene.general, "img2img a fox as oil steps:2", CAT, thread=start)
        second = await with_file.shows("Painted", "as oil")
        jobs = await scene.ended(2)

        assert {first.thread_ts, second.thread_ts} == {start.ts}
        assert {each.job.workflow for each in jobs} == {"txt2img", "img2img"}
        assert len(scene.shown()) == 2
        again = await scene.ben.click(first, "🎲 Reroll")
        await scene.slack.until(lambda: len(scene.shown()) == 3)
        await scene.ended(3)
        assert scene.shown()[-1].thread_ts == start.ts, again
        assert clean(scene)


async def test_both_shortcuts_open_forms_that_paint(tmp_path):
    async with whole(tmp_path) as scene:
        said = scene.ben.say(scene.general, "look", CAT)
        form = await (await scene.ada.shortcut("fairbrush_reimagine", said)).opens("Prompt")
        await scene.ada.submit(form, Prompt="as oil")
        await scene.ended(1)
        [first] = scene.shown()
        ours = await (await scene.ada.shortcut("fairbrush_reimagine", first)).opens("Prompt")
        await scene.ada.submit(ours, Prompt="as water colours")
        await scene.ended(2)
        new = await (await scene.ben.shortcut("fairbrush_new")).opens("Where to")
        await scene.ben.submit(new, Prompt="a fox", Steps=2, where_to=scene.general.id)
        jobs = await scene.ended(3)

        assert sorted(each.job.workflow for each in jobs) == ["img2img", "img2img", "txt2img"]
        assert [pictures(each) for each in scene.shown()] == [1, 1, 1]
        assert clean(scene)


async def test_cancelling_a_waiting_and_a_running_job_ends_both_messages_truly(tmp_path):
    async with whole(tmp_path) as scene:
        running = (await scene.mid_run()).message
        waiting = await (await scene.ben.slash(scene.general, "/imagine", "a blue fox")).shows("next in line")

        stranger = await scene.ben.click(running, "Cancel")
        assert (await stranger.shows("somebody else's")).is_ephemeral
        for who, message in ((scene.ben, waiting), (scene.ada, running)):
            await (await who.click(message, "Cancel")).shows(CANCELLED)

        assert [each.state.value for each in await scene.ended(2)] == ["cancelled", "cancelled"]
        assert scene.runs() == 1
