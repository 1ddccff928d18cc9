"""The wrong person, on every route there is: a route that this file does not know fails it."""

import json
from uuid import uuid4

import aiohttp
import pytest

from adapters.web.guests import Guest
from bot.jobs import Place, Requester, Tenant
from tests.integration.web.conftest import asked_job, scene_of
from tests.integration.web.desk import ADA, BEN, STUDIO, png

SECRET = "the walrus wears a crown"

OTHER = Tenant(platform="web", id="other")
MINE = Guest(id="ada", place=STUDIO, people=(ADA,), invitation="ada-was-invited")
SAME_CHANNEL = Guest(id="ben", place=STUDIO, people=(BEN,), invitation="ben-was-invited")
ANOTHER_CHANNEL = Guest(
    id="dan", place=Place(tenant=ADA.tenant, channel="attic"), people=(BEN,), invitation="dan-was-invited"
)
# The same ids and the same channel name in another tenant: names alone open nothing.
ANOTHER_TENANT = Guest(
    id="eve",
    place=Place(tenant=OTHER, channel=STUDIO.channel),
    people=(Requester(tenant=OTHER, id=ADA.id, name=ADA.name),),
    invitation="eve-was-invited",
)

PUBLIC = {"GET /", "GET /static/{name}"}
"""What anybody on this machine may get: it holds nothing of anybody."""

TRIES = {
    "GET /live": None,
    "POST /complete": "json",
    "POST /ask": "parts",
    "POST /forms": "parts",
    "GET /workflows/{name}/form": None,
    "GET /mydata": None,
    "GET /jobs/{job}/form": None,
    "GET /jobs/{job}/command": None,
    "POST /jobs/{job}/cancel": "json",
    "POST /jobs/{job}/delete": "json",
    "POST /jobs/{job}/report": "json",
    "POST /jobs/{job}/reroll": "json",
    "POST /jobs/{job}/vary": "json",
    "POST /jobs/{job}/upscale": "json",
    "GET /jobs/{job}/files/{number}": None,
    "GET /jobs/{job}/previews/{name}": None,
}
"""Every other route, and how it is spoken to."""


@pytest.fixture
async def house(tmp_path):
    """Ada has a finished job with a picture, and a running one with a preview."""
    guests = (MINE, SAME_CHANNEL, ANOTHER_CHANNEL, ANOTHER_TENANT)
    async with scene_of(tmp_path, *guests) as scene, scene.visit() as ada:
        await ada.open(MINE.invitation)
        await ada.ask(f"/imagine {SECRET}")
        done = asked_job(scene.desk)
        await scene.desk.start(done)
        [file] = await scene.desk.finish(done, png("gold", (512, 512)))
        await ada.ask(f"/imagine {SECRET} again")
        running = asked_job(scene.desk)
        await scene.desk.start(running)
        await scene.desk.step(running, 1, 9, png("gray"))
        yield scene, done, running, scene.desk.files.link(file.key, for_s=600)


def routes_of(app):
    found = {f"{route.method} {route.resource.canonical}" for route in app.router.routes() if route.resource}
    return {each for each in found if not each.startswith("HEAD")}


async def test_every_route_is_known_here(house):
    scene, *_ = house

    assert routes_of(scene.server.app) == PUBLIC | TRIES.keys()


async def tried(browser, route, job, running, link):
    """Speak to a route about Ada's jobs, as whoever this browser is; return status and body."""
    method, path = route.split(" ")
    path = path.replace("{job}", str(running if "previews" in path else job))
    path = path.replace("{number}", "0").replace("{name}", "p0" if "previews" in path else "txt2img")
    if path == "/live":
        try:
            async with browser.live() as socket:
                return 101, str((await socket.receive()).data)
        except aiohttp.WSServerHandshakeError as error:
            return error.status, ""
    if method == "GET":
        query = {"/mydata": f"?as={ADA.id}"}.get(path, f"?{link}" if "files" in path else "")
        return await browser.get(f"{path}{query}")
    if TRIES[route] == "parts":
        values = {"prompt": "mine", "steps": "3"}
        content = {"workflow": "txt2img", "parent": str(job), "values": values, "text": "/history"}
        return await browser.send(path, content)
    return await browser.post(path, before="/", reason="it is somebody's")


@pytest.mark.parametrize("guest", [ANOTHER_CHANNEL, ANOTHER_TENANT], ids=lambda guest: guest.id)
@pytest.mark.parametrize("route", sorted(TRIES))
async def test_a_stranger_learns_nothing_and_changes_nothing(house, route, guest):
    scene, done, running, link = house
    before = (len(scene.desk.submissions), scene.chat.entries(STUDIO), set(scene.desk.deleted))
    async with scene.visit() as stranger:
        await stranger.open(guest.invitation)
        stranger.person = guest.people[0].id
        status, body = await tried(stranger, route, done, running, link)

    assert SECRET not in body
    assert str(done) not in body
    assert not body.startswith("\ufffdPNG")
    if "{job}" in route or route == "POST /forms":
        assert status == 404
    assert (len(scene.desk.submissions), scene.chat.entries(STUDIO), set(scene.desk.deleted)) == before


@pytest.mark.parametrize("guest", [ANOTHER_CHANNEL, ANOTHER_TENANT], ids=lambda guest: guest.id)
async def test_a_stranger_removes_no_card_whose_job_is_gone(house, guest):
    scene, done, *_ = house
    await scene.desk.store.forget(done)
    before = scene.chat.entries(STUDIO)
    async with scene.visit() as stranger:
        await stranger.open(guest.invitation)
        stranger.person = guest.people[0].id
        status, _ = await stranger.post(f"/jobs/{done}/delete")

    assert status == 404
    assert scene.chat.entries(STUDIO) == before


@pytest.mark.parametrize("route", sorted(TRIES))
async def test_whoever_never_opened_the_page_gets_nothing_at_all(house, route):
    scene, done, running, link = house
    async with scene.visit() as nobody:
        status, body = await tried(nobody, route, done, running, link)

    assert status == 403
    assert SECRET not in body


@pytest.mark.parametrize("route", sorted(TRIES))
async def test_whoever_asked_is_served_by_the_same_tries(house, route):
    """Otherwise the refusals above would prove nothing."""
    scene, done, running, link = house
    async with scene.visit() as ada:
        await ada.open(MINE.invitation)
        status, _ = await tried(ada, route, done, running, link)

    assert status in (101, 200, 202, 204)


@pytest.mark.parametrize("route", [*sorted(route for route in TRIES if route.startswith("POST")), "GET /live"])
async def test_another_page_can_send_nothing_even_with_the_cookie(house, route):
    scene, done, running, link = house
    async with scene.visit() as ada:
        await ada.open(MINE.invitation)
        for origin in ("http://evil.example", "null", "http://127.0.0.1:1"):
            ada.headers = {"Origin": origin}
            assert (await tried(ada, route, done, running, link))[0] == 403
        ada.headers = {}
        assert (await tried(ada, route, done, running, link))[0] == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_another_page_leads_to_this_one_and_reads_no_piece_of_it(house, site):
    scene, *_ = house
    async with scene.visit() as ada:
        await ada.open(MINE.invitation)
        for path, expected in (("/", 200), ("/static/page.css", 403), (f"/mydata?as={ADA.id}", 403)):
            async with ada.http.get(ada.url(path), headers={"Sec-Fetch-Site": site}) as response:
                assert response.status == expected


@pytest.mark.parametrize("path", ["/", "/static/page.css", "/live", "/jobs/x/form"])
async def test_a_name_that_only_resolves_here_is_refused(house, path):
    scene, *_ = house
    async with scene.visit() as ada:
        await ada.open(MINE.invitation)
        for host in ("evil.example", f"evil.example:{scene.server.url.rpartition(':')[2]}", "127.0.0.1:1", "[", ""):
            async with ada.http.get(ada.url(path), headers={"Host": host}) as response:
                assert response.status in (400, 421)


async def test_two_people_of_one_channel_have_histories_of_their_own(house):
    scene, *_ = house
    async with scene.visit() as ben:
        await ben.open(SAME_CHANNEL.invitation)
        ben.person = "ben"
        _, html = await ben.ask("/history")
        ben.person = "ada"
        status, _ = await ben.ask("/history")

    assert SECRET not in html
    assert status == 403


async def test_an_event_of_somebody_else_makes_a_job_of_ones_own(house):
    scene, *_ = house
    jobs = []
    for guest in (MINE, SAME_CHANNEL, ANOTHER_TENANT):
        async with scene.visit() as browser:
            await browser.open(guest.invitation)
            browser.person = guest.people[0].id
            jobs.append(json.loads((await browser.ask("/imagine a fox", event="the-same-event"))[1])["job"])

    assert len(set(jobs)) == 3


async def test_without_an_invitation_the_page_stays_closed(house):
    scene, *_ = house
    async with scene.visit() as nobody:
        assert (await nobody.open()).status == 403
        assert (await nobody.open(str(uuid4()))).status == 403


async def test_a_forged_session_is_none(house):
    scene, *_ = house
    async with scene.visit() as forger:
        port = scene.server.url.rpartition(":")[2]
        for cookie in ("ada", "c2VzcyBhZGE.deadbeef", "c2VzcyBhZGE." + "0" * 64, "é", "x" * 4000):
            forger.http.cookie_jar.update_cookies({f"fairbrush_{port}": cookie})
            assert (await forger.post("/complete", before="/"))[0] == 403


async def test_every_answer_keeps_the_browser_careful(house):
    scene, done, _, link = house
    async with scene.visit() as ada:
        await ada.open(MINE.invitation)
        for path in ("/", "/static/page.css", f"/jobs/{done}/form", f"/jobs/{done}/files/0?{link}", "/nowhere"):
            async with ada.http.get(ada.url(path)) as response:
                policy = response.headers["Content-Security-Policy"]
                assert "default-src 'none'" in policy
                assert "unsafe" not in policy
                assert response.headers["X-Content-Type-Options"] == "nosniff"
                assert response.headers["Referrer-Policy"] == "no-referrer"
                assert path.startswith("/static") == ("public" in response.headers["Cache-Control"])


async def test_the_cookie_is_the_browsers_alone(house):
    scene, *_ = house
    async with (
        scene.visit() as ada,
        ada.http.get(ada.url(f"/?invite={MINE.invitation}"), allow_redirects=False) as response,
    ):
        [cookie] = response.headers.getall("Set-Cookie")

    assert response.status == 303
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert MINE.invitation not in cookie
