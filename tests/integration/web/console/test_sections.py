"""What stands in the sections, what is told live, and what is done by dialogs and forms."""

import asyncio
import json
from dataclasses import replace

import aiohttp
import pytest
from markupsafe import escape

from adapters.web.console.dialogs import TITLES
from adapters.web.console.limits import ConsoleLimits
from adapters.web.console.looks import REFRESHED_S, Section
from bot.console.hours import Span, usage_view
from bot.console.views import HourlyUsage, LiveView, PendingView, QueueView, UsageView
from bot.errors import SubmissionError
from bot.jobs import JobState
from bot.policy.measures import BanUser, CancelJob, GrantMore, PassJob, Purge, RejectJob, SetQuota, ShowUser
from bot.policy.measures import TestText as TryText
from bot.policy.verbs import BY_NAME, VERBS
from tests.fakes.contents import chunks
from tests.integration.web.console.scene import console_of
from tests.integration.web.console.watched import (
    GUILD,
    MODERATOR,
    OPERATOR,
    OTHER,
    PersonLine,
    busy,
    job_line,
    report_of,
)
from tests.integration.web.desk import png

HOSTILE = "<img src=x onerror=alert(1)>\"'&"


async def told(socket) -> str:
    """Return what a page is told next."""
    async with asyncio.timeout(10):
        return (await socket.receive_json())["html"]


@pytest.mark.parametrize("section", ["now", "people", "reports", "audit"])
async def test_an_operator_reads_what_communities_are_called_with_their_ids(scene, section):
    scene.watched.community_names.names[GUILD] = HOSTILE
    scene.watched.reported = [report_of(0, [])]
    shown = f"Discord · {escape(HOSTILE)} ({GUILD.id})"
    async with scene.signed_in(OPERATOR) as operator:
        _, body = await operator.get(f"/console/{section}")
    header, _, panel = body.partition('id="panel"')

    assert f"{shown}</option>" in header
    assert f'<span class="chip quiet">{shown}</span>' in panel
    assert HOSTILE not in body


async def test_a_moderator_reads_the_name_of_their_community_without_its_id(scene):
    scene.watched.community_names.names[GUILD] = "Acme"
    async with scene.signed_in() as moderator:
        _, body = await moderator.get("/console/now")

    assert "<p>Discord · Acme</p>" in body


@pytest.mark.parametrize("section", ["now", "use", "people", "reports", "blocklist", "audit"])
async def test_a_section_is_a_page_with_what_stands_in_it(scene, section):
    scene.watched.reported = [report_of(0, [])]
    expected = {
        "now": "attic", "use": "The same as a table", "people": "28 of 40 pictures", "reports": "my neighbour",
        "blocklist": "casino", "audit": "172800",
    }  # fmt: skip
    async with scene.signed_in() as moderator:
        status, body = await moderator.get(f"/console/{section}")
    assert status == 200
    assert (expected[section] if section != "audit" else "for 2 days") in body
    assert f'href="/console/{section}?in=discord%2F{GUILD.id}" aria-current="page"' in body


@pytest.mark.parametrize(
    ("section", "sentence"),
    [
        ("now", "Nothing waits and nothing runs"),
        ("use", "Nothing was painted in the last day"),
        ("people", "Nobody asked for anything lately"),
        ("reports", "Nothing was reported"),
        ("review", "Nothing waits for you"),
        ("blocklist", "Nothing is on it"),
        ("audit", "Nothing was done yet"),
    ],
)
async def test_where_there_is_nothing_a_kind_sentence_says_so(scene, section, sentence):
    watched = scene.watched
    watched.view = LiveView(queue=QueueView(members=(), waiting=0, running=0, elsewhere=0), gpus=())
    watched.used = UsageView(since_ms=0, step_ms=3_600_000, people=(), others_ms=(0,) * 24)
    watched.persons, watched.blocked, watched.everywhere, watched.entries = [], [], [], []
    async with scene.signed_in() as moderator:
        status, body = await moderator.get(f"/console/{section}")
    assert (status, sentence in body) == (200, True)


def crowd(count: int) -> UsageView:
    """Return what so many people used in an hour, each a little less than the one before."""
    hours = [
        HourlyUsage(tenant=GUILD, user=f"u{n}", name=f"Person {n}", hour_ms=0, gpu_ms=600_000 - n) for n in range(count)
    ]
    return usage_view(hours, Span(since_ms=0, step_ms=3_600_000, steps=24))


async def test_of_many_who_used_gpus_the_others_are_counted_and_the_first_twenty_listed(scene):
    scene.watched.used = crowd(200)
    async with scene.signed_in() as moderator:
        _, body = await moderator.get("/console/use")
    assert "<b>192 others</b>" in body
    assert body.count('<li id="used-') == 20
    assert ">Person 19</button>" in body
    assert ">Person 20</button>" not in body
    assert "180 more used 30 h together." in body


@pytest.mark.parametrize(
    ("count", "others", "listed"), [(8, "", 0), (9, "<b>1 other</b>", 9), (20, "<b>12 others</b>", 20)]
)
async def test_of_few_nobody_is_counted_who_is_not_there(scene, count, others, listed):
    scene.watched.used = crowd(count)
    async with scene.signed_in() as moderator:
        _, body = await moderator.get("/console/use")
    assert others in body
    assert ("dye-others" in body) == bool(others)
    assert body.count('<li id="used-') == listed
    assert "more used" not in body


async def test_an_operator_reads_of_which_community_those_are_who_used_most(scene):
    scene.watched.used = crowd(9)
    scene.watched.community_names.names[GUILD] = "Acme"
    async with scene.signed_in(OPERATOR) as operator:
        _, body = await operator.get("/console/use")
    assert body.partition('id="panel"')[2].count(f"Discord · Acme ({GUILD.id})</span>") == 9


async def test_what_people_wrote_is_never_markup(scene):
    line = replace(
        job_line(1, HOSTILE, HOSTILE, busy().queue.members[0].jobs[0].state, words=HOSTILE), workflow=HOSTILE
    )
    member = replace(busy().queue.members[0], user=HOSTILE, name=HOSTILE, jobs=(line,))
    gpu = replace(busy().gpus[0], name=HOSTILE, reason=HOSTILE, model=HOSTILE, errors=(HOSTILE,), jobs=(line,))
    watched = scene.watched
    watched.view = replace(busy(), queue=replace(busy().queue, members=(member,)), gpus=(gpu,))
    watched.persons = [PersonLine(user=HOSTILE, name=HOSTILE, tenant=GUILD, tier=HOSTILE, banned=HOSTILE, quotas=())]
    watched.entries = [replace(watched.entries[0], user=HOSTILE, why=HOSTILE, details={HOSTILE: HOSTILE})]
    watched.blocked = [replace(watched.blocked[0], text=HOSTILE)]
    report = report_of(0, [])
    watched.reported = [replace(report, words=HOSTILE, report=replace(report.report, reason=HOSTILE))]
    async with scene.signed_in() as moderator:
        for address in (
            "now", "use", "people", "reports", "blocklist", "audit", f"audit?user={HOSTILE}&before={HOSTILE}",
            f"person?user={HOSTILE}", f"deeds/ban?user={HOSTILE}&name={HOSTILE}&reason={HOSTILE}",
        ):  # fmt: skip
            _, body = await moderator.ask("GET", f"/console/{address}")
            assert "<img src=x" not in body, address


# ---- Live ----


async def test_what_changes_is_told_and_what_does_not_is_not(scene):
    async with scene.signed_in() as moderator, moderator.live() as socket:
        assert "attic" in await told(socket)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1.3):
                await socket.receive_json()
        scene.watched.view = replace(scene.watched.view, gpus=())
        assert "No GPU is here yet" in await told(socket)


async def test_all_who_look_at_the_same_are_told_of_one_look(scene, monkeypatch):
    monkeypatch.setitem(REFRESHED_S, Section.NOW, 60.0)  # however long they take to come
    async with (
        scene.signed_in() as one,
        scene.signed_in() as other,
        one.live() as first,
        other.live() as second,
        one.live() as third,
    ):
        for socket in (first, second, third):
            await told(socket)
        assert scene.watched.asked == 1


async def test_a_store_that_is_away_is_told_and_what_comes_after_it_too(scene):
    async with scene.signed_in() as moderator, moderator.live("people") as socket:
        assert "Ada" in await told(socket)
    scene.watched.is_lost = True
    async with scene.signed_in() as moderator, moderator.live("audit") as socket:
        assert await told(socket) == ""
        scene.watched.is_lost = False
        while not (html := await told(socket)):
            pass
        assert "Maren" in html


def badge(section: str, words: str) -> str:
    hidden = "" if words else " hidden"
    return f'data-open="{section}"{hidden}><b>{words}</b><span class="visually-hidden"> open</span>'


@pytest.mark.parametrize("section", ["now", "use", "people", "reports", "review", "blocklist", "audit"])
async def test_what_is_open_is_counted_beside_the_titles_in_every_section(scene, section):
    scene.watched.reported = [report_of(0, []), report_of(1, []), report_of(2, [], OTHER)]
    async with scene.signed_in() as moderator:
        _, body = await moderator.get(f"/console/{section}")
    assert badge("reports", "2") in body
    assert badge("review", "") in body


async def test_nobody_learns_how_much_is_open_in_a_community_of_others(scene):
    scene.watched.reported = [report_of(0, [], OTHER)]
    where = f"?in=slack%2F{OTHER.id}"
    async with scene.signed_in() as moderator, moderator.live() as socket:
        assert (await socket.receive_json())["open"] == {"reports": "", "review": ""}
        status, body = await moderator.get(f"/console/now{where}")
        assert (status, "data-open" in body) == (403, False)
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await moderator.live(where=where)
    async with scene.signed_in(OPERATOR) as operator:
        assert badge("reports", "1") in (await operator.get("/console/now"))[1]
        assert badge("reports", "1") in (await operator.get(f"/console/now{where}"))[1]
        assert badge("reports", "") in (await operator.get(f"/console/now?in=discord%2F{GUILD.id}"))[1]


async def test_what_is_opened_is_told_in_any_section_and_nothing_else_with_it(scene):
    async with scene.signed_in() as one, one.live("audit") as socket:
        await told(socket)
        scene.watched.reported = [report_of(0, [])]
        async with asyncio.timeout(10):
            assert await socket.receive_json() == {"open": {"reports": "1", "review": ""}}


async def test_what_was_done_is_counted_at_once_and_for_all_who_look_once(scene):
    scene.watched.reported = [report_of(0, [])]
    async with scene.signed_in() as one, scene.signed_in() as other, one.live() as first, other.live("use") as second:
        for socket in (first, second):
            assert (await socket.receive_json())["open"]["reports"] == "1"
        assert scene.watched.counted == 1
        scene.watched.reported = []
        await one.get("/console/panel/reports")
        for socket in (first, second):
            async with asyncio.timeout(2):
                assert (await socket.receive_json())["open"]["reports"] == ""


async def test_sockets_are_bounded_for_a_session_and_in_all(tmp_path):
    limits = ConsoleLimits(tick_s=0.02, streams_per_session=2, streams=3)
    async with (
        console_of(tmp_path, limits=limits) as scene,
        scene.signed_in() as one,
        scene.signed_in(OPERATOR) as other,
    ):
        async with one.live(), one.live(), other.live():
            for visitor in (one, other):
                with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                    await visitor.live()
                assert refused.value.status == 429
        async with one.live() as socket:
            assert await told(socket)


async def test_whoever_talks_on_the_socket_is_no_page_of_ours(scene):
    async with scene.signed_in() as moderator, moderator.live() as socket:
        await told(socket)
        await socket.send_str("hello")
        async with asyncio.timeout(5):
            while (await socket.receive()).type is aiohttp.WSMsgType.TEXT:
                pass
        assert socket.close_code == 1008


async def test_a_section_that_is_none_is_not_there(scene):
    async with scene.signed_in() as moderator:
        assert (await moderator.get("/console/everything"))[0] == 404
        assert (await moderator.get("/console/static/..%2Fguards.py"))[0] == 404
        assert (await moderator.get("/console/static/console.js"))[0] == 200


# ---- What is done ----

ADA = "80351110224678912"


@pytest.mark.parametrize(
    ("verb", "content", "measure"),
    [
        ("ban", {"user": ADA, "for": "2d", "reason": "spam"}, BanUser(user=ADA, for_s=172_800.0, reason="spam")),
        (
            "grant",
            {"user": ADA, "amount": "20 pictures", "for": "1d"},
            GrantMore(user=ADA, pictures=20, for_s=86_400.0),
        ),
        ("grant", {"user": ADA, "amount": "none", "for": ""}, GrantMore(user=ADA, for_s=None)),
        ("quota", {"user": ADA, "quotas": "tier"}, SetQuota(user=ADA, quotas=None)),
        ("purge", {"user": ADA, "last": "24h", "now": "now"}, Purge(user=ADA, last_s=86_400.0)),
        ("blocklist test", {"text": "a casino"}, TryText(text="a casino")),
    ],
)
async def test_a_dialog_does_what_the_same_words_do_in_a_chat(scene, verb, content, measure):
    async with scene.signed_in() as moderator:
        status, body = await moderator.do(verb, **content)
    assert (status, "Done" in body) == (200, True)
    assert scene.desk.done == [(MODERATOR, measure, GUILD)]


async def test_a_job_is_cancelled_by_its_id(scene):
    job = scene.watched.view.queue.members[0].jobs[0]
    async with scene.signed_in() as moderator:
        _, dialog = await moderator.get(f"/console/deeds/cancel?job={job.id}&name=a%20lighthouse")
        assert "It cannot be taken back." in dialog
        assert f'name="job" value="{job.id}"' in dialog
        await moderator.do("cancel", job=str(job.id))
    assert scene.desk.done == [(MODERATOR, CancelJob(job_id=job.id), GUILD)]


async def test_what_cannot_be_taken_back_is_not_done_unless_it_was_asked(scene):
    async with scene.signed_in() as moderator:
        _, dialog = await moderator.get(f"/console/deeds/purge?user={ADA}&last=24h")
        assert 'name="now" value="now"' in dialog
        assert "It cannot be taken back." in dialog
        assert (await moderator.do("purge", user=ADA, last="24h"))[0] == 400
    assert scene.desk.done == []


async def test_everything_that_is_wrong_is_told_where_it_was_filled_in(scene):
    async with scene.signed_in() as moderator:
        status, body = await moderator.do("grant", user=ADA, amount="lots", **{"for": "soon"})
        assert status == 422
        assert "2 things to mend" in body
        scene.desk.trouble_of_bench = SubmissionError("That is above the ceiling.")
        status, body = await moderator.do("unban", user=ADA)
        assert (status, "That is above the ceiling." in body) == (422, True)
    assert scene.desk.done == []


@pytest.mark.parametrize("field", ["user", "reason"])
@pytest.mark.parametrize("where", ["", "?in="])
async def test_half_of_a_sign_is_told_as_no_text_and_nothing_is_done(scene, field, where, caplog):
    content = json.dumps({"user": "ada", "reason": "x", field: "a\ud800"}).encode()
    async with scene.signed_in(OPERATOR) as operator:
        status, body = await operator.ask(
            "POST", f"/console/deeds/ban{where}", {"Content-Type": "application/json"}, data=content
        )
    assert (status, body) == (422, "Some of that is no text: type it anew.")
    assert scene.desk.done == []
    assert not [each for each in caplog.records if each.exc_info]


async def test_a_dialog_asks_for_what_is_not_known_and_offers_what_there_is(scene):
    async with scene.signed_in() as moderator:
        _, tier = await moderator.get(f"/console/deeds/tier?user={ADA}&name=Ada")
        assert '<option value="artist"' in tier
        assert f'name="user" value="{ADA}"' in tier
        _, pause = await moderator.get("/console/deeds/pause")
        assert '<option value="txt2img"' in pause
        assert (await moderator.get("/console/deeds/dance"))[0] == 404


async def test_somebody_is_shown_with_what_holds_and_their_latest_jobs(scene):
    async with scene.signed_in() as moderator:
        status, body = await moderator.get(f"/console/person?user={ADA}")
        assert (await moderator.get("/console/person"))[0] == 400
    assert status == 200
    assert "What holds for" in body
    assert "a lighthouse at dusk" in body
    assert scene.desk.done == [(MODERATOR, ShowUser(user=ADA), GUILD)]


async def test_a_section_is_as_it_is_now_for_whoever_just_did_something(scene):
    async with scene.signed_in() as moderator:
        assert "casino" in (await moderator.get("/console/panel/blocklist"))[1]
        scene.watched.blocked = []
        assert "casino" in (await moderator.get("/console/blocklist"))[1]  # as it was a moment ago
        assert "casino" not in (await moderator.get("/console/panel/blocklist"))[1]


async def test_what_is_held_is_let_pass_or_not(scene):
    content = png("teal")

    kept = await scene.files.put(chunks(content), name="a.png", media_type="image/png")
    job = job_line(1, ADA, "Ada", JobState.SUCCEEDED, words="something held")
    scene.watched.held = [PendingView(job=job, files=(kept,), texts=())]
    async with scene.signed_in() as moderator:
        _, body = await moderator.get("/console/review")
        assert "something held" in body
        assert f"/console/files/{job.id}/0?in=" in body
        assert (await moderator.get(f"/console/files/{job.id}/0"))[0] == 200
        _, dialog = await moderator.get(f"/console/deeds/reject?job={job.id}&name=held")
        assert 'name="reason"' in dialog
        assert (await moderator.do("pass", job=str(job.id)))[0] == 200
        assert (await moderator.do("reject", job=str(job.id)))[0] == 422
        assert (await moderator.do("reject", job=str(job.id), reason="not here"))[0] == 200
    assert [each[1] for each in scene.desk.done] == [
        PassJob(job_id=job.id),
        RejectJob(job_id=job.id, reason="not here"),
    ]


def test_every_title_is_a_verbs_and_whatever_is_asked_back_is_final():
    assert set(TITLES) <= set(BY_NAME)
    assert all(verb.is_final for verb in VERBS if verb.is_asked_back)
    assert all(verb.is_grave for verb in VERBS if verb.is_final)


@pytest.mark.parametrize("verb", [each for each in VERBS if each.is_of_community], ids=lambda each: each.name)
async def test_what_is_a_communitys_own_is_done_nowhere_else(scene, verb):
    async with scene.signed_in(OPERATOR) as operator:
        assert f'"{verb.name}"' not in (await operator.get("/console/now"))[1]
        assert f'"{verb.name}"' in (await operator.get(f"/console/now?in=discord/{GUILD.id}"))[1]


# ---- The audit ----


async def test_the_audit_is_exported_as_lines_of_json(scene):
    async with scene.signed_in() as moderator:
        status, body = await moderator.get("/console/audit.jsonl")
        assert status == 200
        assert "attachment" in moderator.headers["Content-Disposition"]
    lines = [json.loads(line) for line in body.splitlines()]
    assert [line["measure"] for line in lines[:2]] == ["ban", "blocked"]
    assert len(lines) == len(scene.watched.entries)


async def test_an_export_goes_on_only_as_long_as_its_session(scene):
    scene.watched.between = scene.signing.end_all
    async with scene.signed_in() as moderator:
        with pytest.raises(aiohttp.ClientPayloadError):  # broken off: the file is not whole, and does not look so
            await moderator.get("/console/audit.jsonl")


async def test_an_export_does_not_wait_for_a_store_for_ever(tmp_path):
    async with console_of(tmp_path, limits=ConsoleLimits(answer_s=0.2)) as scene, scene.signed_in() as moderator:
        scene.watched.between = asyncio.Event().wait
        with pytest.raises(aiohttp.ClientPayloadError):
            await moderator.get("/console/audit.jsonl")
        scene.watched.is_lost = True
        assert (await moderator.get("/console/audit.jsonl"))[0] == 503


async def test_the_audit_is_filtered_and_goes_back(scene):
    async with scene.signed_in() as moderator:
        _, first = await moderator.get("/console/audit")
        assert "Older" in first
        last = scene.watched.entries[19].id
        _, second = await moderator.get(f"/console/audit?before={last}")
        assert scene.watched.entries[20].id in second
        assert f"entry-{last}" not in second
        _, of_one = await moderator.get(f"/console/audit?user={ADA}")
        assert "20 pictures more for 24 h" in of_one
        assert "spam" not in of_one


@pytest.mark.parametrize("before", ["../..", "%00", "%2B", "9999999999999999999999-0"])
async def test_an_address_that_names_no_entry_shows_the_newest(scene, before):
    async with scene.signed_in() as moderator:
        status, body = await moderator.get(f"/console/audit?before={before}")
    assert (status, scene.watched.entries[0].id in body) == (200, True)


async def test_those_who_are_not_listed_are_counted_as_the_tiles_count_them(scene):
    queue = scene.watched.view.queue
    async with scene.signed_in() as moderator:
        assert "of others" not in (await moderator.get("/console/now"))[1]
        scene.watched.view = replace(scene.watched.view, queue=replace(queue, waiting=queue.waiting + 150))
        _, body = await moderator.get("/console/panel/now")
    assert "150 more jobs are of others" in body
    assert f'href="/console/people?in=discord%2F{GUILD.id}"' in body


async def test_whoever_judges_a_prompt_reads_all_of_it(scene):
    words = "very " * 300 + "last"
    job = job_line(1, ADA, "Ada", JobState.SUCCEEDED, words=words)
    scene.watched.held = [PendingView(job=job, files=(), texts=())]
    scene.watched.reported = [replace(report_of(0, []), words=words)]
    async with scene.signed_in() as moderator:
        for section in ("review", "reports"):
            assert f"</summary>{words}</details>" in (await moderator.get(f"/console/{section}"))[1]


async def test_many_gpus_stand_below_the_queue_those_with_troubles_first(scene):
    view = scene.watched.view
    ready, _, down, _ = view.gpus
    gpus = tuple(replace(ready, name=f"gpu{number}") for number in range(8))
    scene.watched.view = replace(view, gpus=(*gpus, down))
    async with scene.signed_in() as moderator:
        _, body = await moderator.get("/console/now")
    assert body.index('id="queue-title"') < body.index('id="gpu-shed"') < body.index('id="gpu-gpu0"')
    assert body.count('class="gpu little"') == 8


async def test_an_operator_reads_how_a_gpu_is_added(scene):
    scene.watched.view = replace(scene.watched.view, gpus=())
    async with scene.signed_in(OPERATOR) as operator:
        assert "fairbrush servers add" in (await operator.get("/console/now"))[1]
    async with scene.signed_in() as moderator:
        assert "fairbrush servers add" not in (await moderator.get("/console/now"))[1]


async def test_whoever_cannot_be_meant_is_told_in_a_box_of_the_console(scene):
    scene.desk.trouble_of_bench = SubmissionError("Say who it is by their id.")
    async with scene.signed_in() as moderator:
        status, body = await moderator.get("/console/person?user=%1b")
    assert (status, 'class="told"' in body, "by their id" in body) == (422, True, True)


async def test_a_picture_is_sent_whole(scene):
    content = png("teal")

    kept = await scene.files.put(chunks(content), name="a.png", media_type="image/png")
    scene.watched.reported = [report_of(0, [kept])]
    job = scene.watched.reported[0].report.job_id
    async with scene.signed_in() as moderator, moderator.http.get(moderator.url(f"/console/files/{job}/0")) as answer:
        assert await answer.read() == content
