"""A page over real sockets: what is asked, what is told, what is refused."""

import asyncio
import json
from dataclasses import replace
from uuid import UUID

import pytest

from adapters.web.chat import WebChat
from adapters.web.limits import WebLimits
from adapters.web.log import KEPT, FileLog
from adapters.web.server import WebOptions, WebServer
from bot.errors import ChatError, ConfigError, QueueFull, StoreLost, TooFast
from bot.jobs import JobId, JobState, MessageRef
from bot.policy.pace import Rate
from bot.policy.places import PlaceRule
from bot.policy.ranks import Moderators, Ranks
from tests.integration.web.conftest import asked_job, scene_of
from tests.integration.web.desk import DEMO, KEY, LOCAL, STUDIO, PracticeDesk, local_files, png


async def heard(socket, wanted):
    """Return the next message of a type; the others are older news."""
    async with asyncio.timeout(60):
        while True:
            message = json.loads((await socket.receive()).data)
            if message["type"] == wanted:
                return message


async def test_a_command_becomes_a_message_on_every_open_page(scene, browser):
    async with scene.visit() as other:
        await other.open()
        async with browser.live() as mine, other.live() as theirs:
            assert (await heard(mine, "state"))["cards"] == []
            status, body = await browser.ask("/imagine a fox steps:7")
            told = [await heard(each, "card") for each in (mine, theirs)]

    assert status == 202
    assert {each["id"] for each in told} == {json.loads(body)["job"]}
    assert all("a fox" in each["html"] for each in told)
    assert scene.desk.submissions[0].workflow is None


async def test_what_may_be_asked_for_in_a_channel_is_all_that_is_offered_there(scene, browser):
    tenant = STUDIO.tenant
    scene.desk.rules.append(PlaceRule(platform=tenant.platform, community=tenant.id, workflows=("flux",)))

    _, workflows = await browser.ask("/workflows")
    _, commands = await browser.ask("/help")
    _, completed = await browser.post("/complete", before="/")
    status, refusal = await browser.ask("/txt2img a fox")

    for offered in (workflows, commands, completed):
        assert "/flux" in offered
        assert "/txt2img" not in offered
    assert status == 422
    assert "Here there is flux." in refusal
    assert (await browser.ask("/imagine a fox"))[0] == 202


async def test_the_same_event_twice_is_one_job(scene, browser):
    first, again = [await browser.ask("/flux a fox", event="once-and-only") for _ in range(2)]

    assert first == again
    assert len(scene.chat.entries(STUDIO)) == 1


async def test_a_page_that_connects_late_gets_the_whole_truth_at_once(scene, browser):
    await browser.ask("/imagine a fox")
    job = asked_job(scene.desk)
    await scene.desk.start(job)
    await scene.desk.step(job, 3, 9, png("red"))
    async with browser.live() as socket:
        [card] = (await heard(socket, "state"))["cards"]

    assert 'value="3"' in card["html"]
    assert f"/jobs/{job}/previews/" in card["html"]


async def test_every_fault_is_told_at_once_and_only_to_whoever_asked(scene, browser):
    status, html = await browser.ask("/imagine a fox steps:900 width:33 cfg:no")

    assert status == 422
    assert all(f"<dt>{name}</dt>" in html for name in ("steps", "width", "cfg"))
    assert scene.chat.entries(STUDIO) == []


async def test_a_full_queue_says_when_to_try_again(scene, browser):
    scene.desk.trouble = QueueFull("You have 5 jobs waiting already.", retry_after_s=40)
    status, html = await browser.ask("/imagine a fox")

    assert status == 429
    assert "You have 5 jobs waiting already." in html
    assert "40 s" in html


async def test_what_may_be_asked_again_as_it_is_is_no_fault_of_whoever_asks(scene, browser):
    scene.desk.trouble = StoreLost("No GPU has told yet what it offers. Try again in a moment.")
    status, html = await browser.ask("/imagine a fox")

    assert status == 503
    assert "Try again in a moment." in html


async def test_an_unknown_trouble_shows_a_reference_and_nothing_else(scene, browser, caplog):
    scene.desk.trouble = RuntimeError("/secret/path")
    status, html = await browser.ask("/imagine a fox")

    assert status == 500
    assert "reference " in html
    assert "/secret/path" not in html
    assert "/secret/path" in caplog.text


async def test_what_people_write_is_text_and_never_markup(scene, browser):
    await browser.ask('/imagine <img src=x onerror=alert(1)> "quoted"')
    async with browser.live() as socket:
        [card] = (await heard(socket, "state"))["cards"]

    assert "<img src=x" not in card["html"]
    assert "&lt;img src=x" in card["html"]


async def test_words_without_a_command_are_offered_as_one(browser):
    status, html = await browser.ask("a fox & a hen")

    assert status == 200
    assert "/imagine a fox &amp; a hen" in html


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("/queue", "about 40 s"),
        ("/usage", "by Ada"),
        ("/history", "not asked for anything"),
        ("/workflows", "Image to image"),
        ("/help", "name:value"),
        ("/nothing", "Type / to see all"),
    ],
)
async def test_services_answer_only_whoever_asked(scene, browser, command, words):
    _, html = await browser.ask(command)

    assert words in html
    assert "Only you see this" in html
    assert scene.chat.entries(STUDIO) == []


@pytest.mark.parametrize("words", ["", "ban ben", "dance"])
async def test_whoever_sits_at_the_page_is_no_moderator_for_that(scene, browser, words):
    status, html = await browser.ask(f"/mod {words}")

    assert status == 422
    assert "Only moderators of this community can do that" in html


async def test_the_finished_picture_is_the_files_bytes_and_never_a_page(scene, browser):
    await browser.ask("/imagine a fox")
    job = asked_job(scene.desk)
    await scene.desk.start(job)
    [file] = await scene.desk.finish(job, png("teal"))
    async with browser.http.get(browser.url(f"/jobs/{job}/files/0?{scene.desk.files.link(file.key, for_s=9)}")) as got:
        content = await got.read()

    assert content == png("teal")
    assert got.content_type == "image/png"
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in got.headers["Content-Security-Policy"]


async def test_a_link_that_expired_or_was_changed_opens_nothing(scene, browser):
    await browser.ask("/imagine a fox")
    job = asked_job(scene.desk)
    await scene.desk.start(job)
    [file] = await scene.desk.finish(job, png("teal"))
    old = scene.desk.files.link(file.key, for_s=-1)

    for query in (old, "", scene.desk.files.link("0" * 64, for_s=60)):
        status, _ = await browser.get(f"/jobs/{job}/files/0?{query}")
        assert status == 410


@pytest.mark.parametrize(("button", "workflow"), [("reroll", "txt2img"), ("vary", "img2img"), ("upscale", "upscale")])
async def test_a_button_under_a_picture_asks_for_another_job(scene, browser, button, workflow):
    await browser.ask("/imagine a fox steps:7")
    job = asked_job(scene.desk)
    await scene.desk.start(job)
    await scene.desk.finish(job, png("teal", (512, 512)))
    status, body = await browser.post(f"/jobs/{job}/{button}", number=0)
    made = await scene.desk.job(JobId(UUID(json.loads(body)["job"])))

    assert status == 202
    assert made.job.workflow == workflow
    assert made.job.parent == job


async def test_a_form_is_filled_with_the_jobs_values_and_keeps_its_picture(scene, browser):
    await browser.send("/ask", {"text": "/img2img a fox steps:7"}, image=png("navy", (256, 256)))
    job = asked_job(scene.desk)
    _, form = await browser.get(f"/jobs/{job}/form")
    values = {"prompt": "a hen", "steps": "9"}
    status, body = await browser.send("/forms", {"workflow": "img2img", "parent": str(job), "values": values})
    made = await scene.desk.job(JobId(UUID(json.loads(body)["job"])))
    old = await scene.desk.job(job)

    assert 'value="7"' in form
    assert ">a fox</textarea>" in form
    assert status == 202
    assert (made.job.values["prompt"], made.job.values["steps"]) == ("a hen", 9)
    assert made.job.values["image"] == old.job.values["image"]


async def test_parameters_are_a_command_that_paints_the_same(scene, browser):
    await browser.ask("/imagine a fox steps:7 seed:42")
    _, html = await browser.get(f"/jobs/{asked_job(scene.desk)}/command")

    assert "/txt2img a fox" in html
    assert "steps:7" in html
    assert "seed:42" in html


async def test_only_whoever_asked_can_cancel(scene, browser):
    await browser.ask("/imagine a fox")
    job = asked_job(scene.desk)
    browser.person = "ben"
    refused, html = await browser.post(f"/jobs/{job}/cancel")
    browser.person = "ada"
    done, _ = await browser.post(f"/jobs/{job}/cancel")

    assert refused == 422
    assert "somebody else" in html
    assert done == 204


async def test_whom_the_settings_name_a_moderator_cancels_what_others_asked_for(scene, browser):
    scene.desk.desk = replace(scene.desk.desk, ranks=Ranks(moderators={LOCAL: Moderators(users=frozenset({"ben"}))}))
    await browser.ask("/imagine a fox")
    browser.person = "ben"
    status, _ = await browser.post(f"/jobs/{asked_job(scene.desk)}/cancel")

    assert status == 204
    assert (await scene.desk.job(asked_job(scene.desk))).state is JobState.CANCELLED


async def painted(scene, browser):
    """Return a job that has ended with a picture."""
    await browser.ask("/imagine a fox")
    job = asked_job(scene.desk)
    await scene.desk.start(job)
    await scene.desk.finish(job, png("red"))
    return job


async def test_a_deleted_message_is_gone_for_everybody_and_stays_gone_with_its_job(scene, browser):
    job = await painted(scene, browser)
    record = await scene.desk.job(job)
    [entry] = scene.chat.entries(STUDIO)
    async with browser.live() as socket:
        await heard(socket, "state")
        status, _ = await browser.post(f"/jobs/{job}/delete")
        gone = await heard(socket, "gone")

    assert (status, gone["id"]) == (204, str(job))
    assert await scene.desk.job(job) is None
    assert "a fox" not in (await browser.ask("/history"))[1]
    with pytest.raises(ChatError) as error:
        await scene.chat.edit(record.job, MessageRef(place=STUDIO, id=str(job)), entry.card)
    assert error.value.gone


async def test_what_has_not_ended_cannot_be_deleted_and_keeps_its_card(scene, browser):
    await browser.ask("/imagine a fox")

    status, html = await browser.post(f"/jobs/{asked_job(scene.desk)}/delete")

    assert (status, "Cancel it first" in html) == (422, True)
    assert len(scene.chat.entries(STUDIO)) == 1


async def test_a_card_whose_job_is_no_longer_kept_can_be_removed(scene, browser):
    job = await painted(scene, browser)
    await scene.desk.store.forget(job)  # by age, or by a deletion that a kill cut short

    assert (await browser.post(f"/jobs/{job}/delete"))[0] == 204
    assert scene.chat.entries(STUDIO) == []
    assert (await browser.post(f"/jobs/{job}/delete"))[0] == 404


async def test_a_report_reaches_the_operator(scene, browser):
    job = await painted(scene, browser)

    status, html = await browser.post(f"/jobs/{job}/report", reason="Not a fox.")
    [report] = await scene.desk.reports.newest(None, limit=9)

    assert (status, "Reported" in html, "A moderator will look at it." in html) == (200, True, True)
    assert (report.job_id, report.reason) == (job, "Not a fox.")


async def test_a_report_that_says_nothing_is_refused_in_words(scene, browser):
    job = await painted(scene, browser)

    status, html = await browser.post(f"/jobs/{job}/report", reason=" ")

    assert (status, "in a few words" in html) == (422, True)
    assert await scene.desk.reports.newest(None, limit=9) == []


async def test_a_ping_is_told_to_the_pages_that_are_open(scene, browser):
    await browser.ask("/imagine a fox")
    record = await scene.desk.job(asked_job(scene.desk))
    async with browser.live() as socket:
        await heard(socket, "state")
        await scene.chat.ping(record.job, MessageRef(place=STUDIO, id="any"))
        assert "Ada" in (await heard(socket, "ping"))["said"]


async def test_messages_and_sessions_outlive_the_process(tmp_path):
    async with scene_of(tmp_path, DEMO) as before, before.visit() as browser:
        await browser.open()
        await browser.ask("/imagine a fox")
        cookies = {each.key.partition("_")[0]: each.value for each in browser.http.cookie_jar}
    async with scene_of(tmp_path, DEMO) as after, after.visit() as browser:
        port = after.server.url.rpartition(":")[2]
        browser.http.cookie_jar.update_cookies({f"fairbrush_{port}": cookies["fairbrush"]})
        async with browser.live() as socket:
            [card] = (await heard(socket, "state"))["cards"]

    assert "a fox" in card["html"]


async def test_a_log_that_was_cut_in_a_line_keeps_all_others(tmp_path):
    path = tmp_path / "channel.jsonl"
    async with scene_of(tmp_path, DEMO) as scene, scene.visit() as browser:
        await browser.open()
        await browser.ask("/imagine a fox")
        await browser.ask("/imagine a hen")
    lines = path.read_bytes().splitlines()
    path.write_bytes(b"\n".join(lines)[:-40])
    chat = WebChat(FileLog(path))
    await chat.load()

    assert 1 <= len(chat.entries(STUDIO)) <= 2
    assert path.read_bytes().endswith(b"}\n")


async def test_a_channel_keeps_so_many_messages_and_no_more(scene, browser):
    await browser.ask("/imagine a fox")
    [entry] = scene.chat.entries(STUDIO)
    record = await scene.desk.job(entry.job_id)
    for number in range(KEPT + 5):
        await scene.chat.create(record.job, _renamed(entry.card, number), nonce=str(number))

    assert len(scene.chat.entries(STUDIO)) == KEPT


def _renamed(card, number):
    from dataclasses import replace

    return replace(card, job_id=JobId(UUID(int=number)))


async def test_a_taken_port_moves_on_and_says_so(scene, tmp_path):
    taken = int(scene.server.url.rpartition(":")[2])
    chat, files = WebChat(FileLog(tmp_path / "other.jsonl")), local_files(tmp_path / "f")
    desk = PracticeDesk(chat=chat, files=files)
    options = WebOptions(key=KEY, guests=[DEMO], port=taken)
    async with WebServer(desk=desk, chat=chat, files=files, options=options) as second:
        assert second.url != scene.server.url
        assert f"Port {taken} is taken" in second.note
    assert scene.server.note is None


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.4", "example.org", "::"])
def test_a_public_address_is_refused(host, tmp_path):
    chat, files = WebChat(FileLog(tmp_path / "log")), local_files(tmp_path)
    desk = PracticeDesk(chat=chat, files=files)

    with pytest.raises(ConfigError, match="no sign-in"):
        WebServer(desk=desk, chat=chat, files=files, options=WebOptions(key=KEY, guests=[DEMO], host=host))


async def test_pages_and_messages_are_bounded(tmp_path):
    limits = WebLimits(streams_per_session=1, rate=Rate(burst=3, per_s=0.01), message_bytes=2000, upload_bytes=5000)
    async with scene_of(tmp_path, DEMO, limits=limits) as scene, scene.visit() as browser:
        await browser.open()
        async with browser.live() as socket:
            await heard(socket, "state")
            assert (await browser.get("/live"))[0] == 429
        large, _ = await browser.ask("/imagine " + "x" * 3000)
        upload, _ = await browser.send("/ask", {"text": "/img2img a fox"}, image=b"\x89PNG" + b"x" * 6000)
        await browser.ask("/help")
        quick, told = await browser.ask("/help")

    assert (large, upload, quick) == (413, 413, 429)
    assert TooFast.sentence in told


async def test_who_drops_their_cookie_asks_no_more_often(tmp_path):
    limits = WebLimits(rate=Rate(burst=1, per_s=0.01))
    async with scene_of(tmp_path, DEMO, limits=limits) as scene:
        statuses = []
        for _ in range(2):
            async with scene.visit() as browser:
                await browser.open()
                statuses.append((await browser.ask("/help"))[0])

    assert statuses[1] == 429 != statuses[0]
