"""What a moderator sees first leaves the page by no route: they are enumerated, so a new one is tried, too."""

import json

import pytest

from adapters.web.routes_jobs import JobRoutes
from bot.jobs import Decision, Review
from bot.policy.places import PlaceRule
from tests.integration.web.conftest import asked_job
from tests.integration.web.desk import LOCAL, png

PICTURE = png("purple", (31, 17))
"""Known again by its bytes, wherever it turns up."""

_ROUTES = sorted({(each.method, each.path) for each in JobRoutes(None).routes()})  # type: ignore[arg-type]


async def everything(scene, browser, job, query):
    """Ask every route of a job for whatever it gives, and return all of it that is no refusal."""
    got = b""
    for method, path in _ROUTES:
        if path.endswith("/delete"):
            continue
        there = path.replace("{job}", f"{job}").replace(r"{number:\d{1,4}}", "0").replace("{name}", "p0")
        sent = {"json": {"as": "ada", "event": there}} if method == "POST" else {}
        address = browser.url(f"{there}?{query}")
        async with browser.http.request(method, address, headers=browser.headers, **sent) as response:
            got += await response.read() + b"\n"
    _, history = await browser.ask("/history")
    async with browser.live() as socket:
        state = (await socket.receive()).data
    return got, history + json.loads(state)["cards"][0]["html"]


@pytest.fixture
async def pending(scene, browser):
    scene.desk.rules.append(PlaceRule(platform=LOCAL.platform, community=LOCAL.id, review=True))
    await browser.ask("/imagine a fox")
    job = asked_job(scene.desk)
    await scene.desk.start(job)
    await scene.desk.step(job, 3, 9, PICTURE)
    return job


async def test_nothing_leaves_before_it_passed_and_then_it_does(scene, browser, pending):
    job = pending
    _, told = await everything(scene, browser, job, "")
    assert "previews" not in told
    [file] = await scene.desk.finish(job, PICTURE)
    query = scene.desk.files.link(file.key, for_s=60)
    jobs = len(scene.desk.submissions)

    got, told = await everything(scene, browser, job, query)

    assert PICTURE not in got
    assert "/files/" not in got.decode(errors="replace") + told
    assert "A moderator looks at it first." in told
    assert "waits for a moderator" in told
    assert file.key not in told
    assert len(scene.desk.submissions) == jobs, "nothing was made of it"

    assert scene.desk.store.reviewed(job, Review(decision=Decision.PASSED, by="Moe"), keeps_files=True)
    await scene.desk.post(job)
    got, told = await everything(scene, browser, job, query)
    assert PICTURE in got
    assert "/files/" in told


async def test_what_is_rejected_says_why_and_leaves_nothing(scene, browser, pending):
    job = pending
    [file] = await scene.desk.finish(job, PICTURE)
    decided = Review(decision=Decision.REJECTED, by="Moe", reason="<b>no</b> fox")
    assert scene.desk.store.reviewed(job, decided, keeps_files=False)
    await scene.desk.post(job)

    got, told = await everything(scene, browser, job, scene.desk.files.link(file.key, for_s=60))

    assert PICTURE not in got
    assert "let this through: &lt;b&gt;no&lt;/b&gt; fox" in told


async def test_whoever_asked_may_report_or_delete_it_meanwhile(scene, browser, pending):
    job = pending
    await scene.desk.finish(job, PICTURE)

    assert (await browser.post(f"/jobs/{job}/report", reason="the words"))[0] == 200
    assert (await browser.post(f"/jobs/{job}/delete"))[0] == 204
    assert not scene.desk.store.waiting_for_review()
