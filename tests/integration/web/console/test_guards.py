"""Who gets into the console: the right name, the right origin, a session; on every route that there is."""

import re
from dataclasses import replace

import aiohttp
import pytest

from adapters.web.console.guarding import Paces
from adapters.web.console.limits import ConsoleLimits
from adapters.web.console.looks import Look, Section
from adapters.web.console.panels import Panels
from adapters.web.console.rendering import ConsolePages
from bot.console.sessions import digest_of
from bot.errors import NotAllowed
from bot.jobs import Tenant
from bot.policy.measures import Rank
from bot.policy.pace import Rate
from tests.fakes.contents import chunks
from tests.integration.web.console.guarded import ADA, WALTER, guarded_of
from tests.integration.web.console.scene import PUBLIC
from tests.integration.web.console.watched import GUILD, MODERATOR, OPERATOR, OTHER, SECRET, picture
from tests.integration.web.desk import png

OPEN = {"GET /console/sign-in", "POST /console/sign-in", "GET /console/static/{name}"}
"""What tells nothing of anybody."""

PRESSED = {
    "GET /console": "/console",
    "GET /console/{section}": "/console/people",
    "GET /console/panel/{section}": "/console/panel/audit",
    "GET /console/live/{section}": "/console/live/now",
    "GET /console/person": "/console/person?user=80351110224678912",
    "GET /console/audit.jsonl": "/console/audit.jsonl",
    "GET /console/files/{job}/{number}": "/console/files/6f1d8f4e-58a1-4f6c-9c39-111111111111/0",
    "GET /console/deeds/{verb}": "/console/deeds/ban?user=80351110224678912",
    "POST /console/deeds/{verb}": "/console/deeds/ban",
    "POST /console/sign-out": "/console/sign-out",
}
"""Every other route, and an address of it. A route that is not here fails these tests."""

SOMETHING = ("Ada", "lighthouse", "casino", "gpu1", "Maren", "80351110224678912 is", GUILD.id)


@pytest.fixture
async def scene(tmp_path):
    async with guarded_of(tmp_path) as scene:
        yield scene


def routes_of(scene) -> set[str]:
    """Name every route of the console that the server has."""
    found = set()
    for route in scene.server.app.router.routes():
        path = route.resource.canonical if route.resource else ""
        if path.startswith("/console") and route.method != "HEAD":
            found.add(f"{route.method} {path}")
    return found


async def test_every_route_is_known_here(scene):
    assert routes_of(scene) == OPEN | set(PRESSED)


@pytest.mark.parametrize("route", PRESSED)
async def test_without_a_session_nothing_of_substance_is_told(scene, route):
    method, address = route.split()[0], PRESSED[route]
    async with scene.visit() as stranger:
        more = {"json": {"user": "ada"}} if method == "POST" else {}
        status, body = await stranger.ask(method, address, **more)
    assert status == 403
    assert "/mod console" in body
    assert not [word for word in SOMETHING if word in body]
    assert scene.watched.asked == 0
    assert scene.desk.done == []


@pytest.mark.parametrize("cookie", ["", "x", "x" * 5000, "made-up-but-it-looks-like-a-token-of-ours-000"])
async def test_a_cookie_that_is_none_of_ours_is_no_session(scene, cookie):
    async with scene.visit() as stranger:
        port = scene.server.url.rpartition(":")[2]
        status, _ = await stranger.get("/console/now", Cookie=f"fairbrush_console_{port}={cookie}")
    assert status == 403


@pytest.mark.parametrize("route", sorted(OPEN | set(PRESSED)))
@pytest.mark.parametrize("host", ["evil.example", "paint.example.evil.example", "paint.example:444", "127.0.0.1:1", ""])
async def test_no_other_name_is_answered(scene, route, host):
    method, path = route.split()
    address = PRESSED.get(route, path.replace("{name}", "console.js"))
    async with scene.signed_in() as moderator:
        status, body = await moderator.ask(method, address, {"Host": host})
    assert status in (400, 421)  # an empty one is refused before us
    assert not [word for word in SOMETHING if word in body]


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://paint.example", "https://paint.example:444"]
)
async def test_nothing_is_done_for_a_page_of_another_origin(scene, origin):
    async with scene.signed_in() as moderator:
        for route, address in PRESSED.items():
            status, _ = await moderator.ask(route.split()[0], address, {"Origin": origin})
            assert status == 403, route
        status, _ = await moderator.sign_in(await scene.link(), Origin=origin)
        assert status == 403
    assert scene.desk.done == []


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_another_page_leads_to_whole_pages_and_reads_no_piece_of_one(scene, site):
    # By the cookie alone a page of a neighbour's name would get them: to a browser it is the same site.
    pieces = {route for route in PRESSED if route.startswith("GET")} - {"GET /console", "GET /console/{section}"}
    async with scene.signed_in() as moderator:
        for route in pieces:
            status, body = await moderator.get(PRESSED[route], **{"Sec-Fetch-Site": site})
            assert (status, body) == (403, "This came from another page."), route
        assert (await moderator.get("/console/static/console.js", **{"Sec-Fetch-Site": site}))[0] == 403
        assert scene.watched.asked == 0
        assert (await moderator.get("/console", **{"Sec-Fetch-Site": site}))[0] == 303
        for path in ("/console/sign-in", *(f"/console/{section}" for section in Section)):
            assert (await moderator.get(path, **{"Sec-Fetch-Site": site}))[0] == 200, path
    assert await scene.looked() == []
    assert scene.desk.done == []


@pytest.mark.parametrize("site", ["none", "same-origin"])
async def test_a_piece_of_a_page_is_there_for_the_page_itself_and_for_whoever_types_its_address(scene, site):
    async with scene.signed_in() as moderator:
        for path in ("/console/panel/audit", "/console/audit.jsonl", "/console/static/console.js"):
            assert (await moderator.get(path, **{"Sec-Fetch-Site": site}))[0] == 200, path


async def test_what_has_no_origin_does_nothing(scene):
    async with scene.signed_in() as moderator:
        async with moderator.http.post(moderator.url("/console/deeds/ban"), json={"user": "ada"}) as answer:
            assert answer.status == 403
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await moderator.http.ws_connect(moderator.url("/console/live/now"))
        assert refused.value.status == 403


async def test_through_the_public_address_the_cookie_is_for_https_alone(scene):
    public = {"Host": "paint.example", "Origin": PUBLIC}
    async with scene.visit() as browser:
        status, _ = await browser.ask("POST", "/console/sign-in", public, data={"token": await scene.link()})
        cookie = browser.headers["Set-Cookie"]
    assert status == 303
    assert cookie.startswith("__Secure-fairbrush-console=")
    for word in ("HttpOnly", "SameSite=Strict", "Path=/console", "Secure"):
        assert word in cookie
    name = cookie.partition(";")[0]
    async with scene.visit() as browser:
        status, body = await browser.get("/console/now", Host="paint.example", Cookie=name)
        assert status == 200
        assert "Ada" in body
        # A proxy may call us by our own name; the browser still says where its page is from.
        status, _ = await browser.ask(
            "POST", "/console/deeds/ban", {"Origin": PUBLIC, "Cookie": name}, json={"user": ADA.id}
        )
        assert status == 200


async def test_without_a_public_address_only_this_machines_name_is_answered(tmp_path):
    async with guarded_of(tmp_path, public_url=None) as scene, scene.visit() as stranger:
        status, _ = await stranger.get("/console", Host="paint.example")
        assert status == 421


async def test_every_answer_keeps_a_browser_careful(scene):
    async with scene.visit() as stranger, scene.signed_in() as moderator:
        for visitor, path in ((stranger, "/console"), (stranger, "/console/sign-in"), (moderator, "/console/now")):
            _, body = await visitor.get(path)
            headers = visitor.headers
            assert "script-src 'self';" in headers["Content-Security-Policy"]
            assert "form-action 'self'" in headers["Content-Security-Policy"]
            assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Cache-Control"] == "no-store"
            assert not re.search(r"<script(?![^>]*src=)|<style|\son[a-z]+=|\sstyle=", body)


async def test_whoever_tries_to_sign_in_too_often_has_to_wait(tmp_path):
    paces = Paces(attempts=Rate(burst=3, per_s=0.001))
    async with guarded_of(tmp_path, paces=paces) as scene, scene.visit() as stranger:
        told = [(await stranger.sign_in(f"guess-{number}"))[0] for number in range(5)]
        assert told == [403, 403, 403, 429, 429]
        # Somebody else, behind the same proxy, is not kept waiting by it.
        status, _ = await stranger.sign_in(await scene.link(), **{"X-Forwarded-For": "1.2.3.4, 203.0.113.9"})
        assert status == 303


async def test_a_session_that_asks_too_much_has_to_wait(tmp_path):
    paces = Paces(session=Rate(burst=4, per_s=0.001))
    async with (
        guarded_of(tmp_path, paces=paces) as scene,
        scene.signed_in() as one,
        scene.signed_in(OPERATOR) as other,
    ):
        assert [(await one.get("/console/now"))[0] for _ in range(5)] == [200] * 4 + [429]
        assert (await other.get("/console/now"))[0] == 200


@pytest.mark.parametrize("size", [20_000, 800_000])
async def test_a_body_that_is_too_large_is_not_read(scene, size):
    async with scene.signed_in() as moderator:
        assert (await moderator.do("ban", user="ada", reason="x" * size))[0] == 413
        assert (await moderator.sign_in("x" * size))[0] == 413
        status, _ = await moderator.ask("POST", "/console/deeds/ban", data=b"not json")
        assert status == 415
    assert scene.desk.done == []


# ---- Whose community it is ----


@pytest.mark.parametrize("route", PRESSED)
@pytest.mark.parametrize(
    "said", [f"{OTHER.platform}/{OTHER.id}", "discord/614202310000000002", "discord", "/", "web/local"]
)
async def test_a_moderator_reaches_no_other_community_by_any_address(scene, route, said):
    method, address = route.split()[0], PRESSED[route]
    file = await scene.files.put(chunks(png("red")), name="a.png", media_type="image/png")
    job = (await scene.reported(WALTER, "a walrus", file)).id
    address = re.sub(r"files/[^/]+/", f"files/{job}/", address)
    query = ("&" if "?" in address else "?") + f"in={said}"
    async with scene.signed_in() as moderator:
        for asked in (address + query, address + query.replace("in=", "tenant="), address):
            status, body = await moderator.ask(method, asked, json={"user": "ada", "in": said, "tenant": said})
            assert SECRET not in body
            assert "Walter" not in body
            if asked == address + query and route not in ("GET /console", "POST /console/sign-out"):
                assert status in (403, 404), route
    assert {tenant for _, _, tenant in scene.desk.done} <= {GUILD}
    assert {actor.tenant for actor, _, _ in scene.desk.done} <= {GUILD}


async def test_a_picture_of_another_communitys_report_is_not_there(scene):
    file = await scene.files.put(chunks(png("red")), name="a.png", media_type="image/png")
    mine, foreign = [(await scene.reported(each, each.name, file)).id for each in (ADA, WALTER)]
    async with scene.signed_in() as moderator:
        status, _ = await moderator.get(f"/console/files/{mine}/0")
        assert (status, moderator.headers["Content-Type"]) == (200, "image/png")
        assert moderator.headers["Cache-Control"] == "no-store"
        assert moderator.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in moderator.headers["Content-Security-Policy"]
        assert (await moderator.get(f"/console/files/{foreign}/0"))[0] == 404
        assert (await moderator.get(f"/console/files/{mine}/1"))[0] == 404
        assert (await moderator.get("/console/files/none/0"))[0] == 404


@pytest.mark.parametrize("media_type", ["text/html", "image/svg+xml", "application/pdf"])
async def test_what_is_no_picture_is_never_opened(scene, media_type):
    kept = await scene.files.put(chunks(b"<script>alert(1)</script>"), name="a.html", media_type="image/png")
    job = await scene.reported(ADA, "a page", picture(kept.key, kept.bytes, "a.html", media_type))
    async with scene.signed_in() as moderator:
        status, _ = await moderator.get(f"/console/files/{job.id}/0")
        assert status == 404 or "attachment" in moderator.headers["Content-Disposition"]


async def test_what_was_read_for_one_is_not_shown_to_another_who_may_not_look(scene):
    panels, look = Panels(scene.watched, ConsolePages(), ConsoleLimits()), Look(section=Section.NOW, tenant=GUILD)
    assert "Ada" in await panels.html(MODERATOR, look)
    with pytest.raises(NotAllowed):
        await panels.html(replace(MODERATOR, tenant=OTHER), look)


async def test_looks_at_one_alone_and_an_export_are_written_down_and_what_is_open_is_not(scene):
    async with scene.signed_in() as moderator:
        for section in Section:
            assert (await moderator.get(f"/console/{section}"))[0] == 200
            assert (await moderator.get(f"/console/panel/{section}"))[0] == 200
        assert await scene.looked() == []
        assert (await moderator.get("/console/audit.jsonl"))[0] == 200
        async with moderator.live("audit", "?user=ada") as socket:
            await socket.receive_json()
        for _ in range(3):
            assert '"ada"' in (await moderator.get("/console/audit?user=ada"))[1]
    # What was read for somebody else is shown to nobody without an entry of their own.
    async with scene.signed_in(replace(MODERATOR, id="90002", name="Nils")) as another:
        await another.get("/console/audit?user=ada")
    assert await scene.looked() == [("Nils", "ada"), ("Maren", "ada"), ("Maren", None)]


async def test_a_member_is_never_let_in(scene):
    member = replace(MODERATOR, rank=Rank.MEMBER)
    await scene.sessions.offer(digest_of("a-members-link"), member)
    async with scene.visit() as browser:
        await browser.sign_in("a-members-link")
        assert (await browser.get("/console/now"))[0] == 403


async def test_an_operator_chooses_a_community_or_everywhere(scene):
    async with scene.signed_in(OPERATOR) as operator:
        _, everywhere = await operator.get("/console/now")
        assert 'value="slack/T0OTHER1"' in everywhere
        _, other = await operator.get("/console/now?in=slack/T0OTHER1")
        assert SECRET in other
        assert (await operator.do("ban", "?in=slack/T0OTHER1", user="U0WALRUS"))[0] == 200
    [(actor, _, tenant)] = scene.desk.done
    assert (actor.rank, actor.platform, tenant) == (Rank.OPERATOR, "local", Tenant(platform="slack", id="T0OTHER1"))


@pytest.mark.parametrize("user", ["Dmitri", "nobody", "discord/123", "12345", "U0WALRUS"])
async def test_nothing_is_done_to_who_can_be_nobody_and_it_is_said_what_an_id_is(scene, user):
    before = dict((await scene.life.house.books.book(GUILD)).entries)
    async with scene.signed_in() as moderator:
        told = [
            await moderator.do("ban", user=user, reason="spam"),
            await moderator.do("purge", user=user, last="1h", now="now"),
            await moderator.get(f"/console/person?user={user}"),
        ]

    assert [status for status, _ in told] == [422, 422, 422]
    assert all("17 to 20 digits" in body and "Copy User ID" in body for _, body in told)
    assert scene.desk.done == []
    assert (await scene.life.house.books.book(GUILD)).entries == before
    assert {("Maren", "ban"), ("Maren", "purge")} <= set(await scene.tried())


async def test_a_moderator_is_told_nothing_of_what_only_an_operator_does(scene):
    async with scene.signed_in() as moderator:
        _, page = await moderator.get("/console/now")
        assert "ceiling" not in page
        assert (await moderator.get("/console/deeds/ceiling"))[0] == 404
        status, body = await moderator.do("ceiling", weight="2")
    assert (status, "Only whoever runs this bot can do that." in body) == (422, True)
    assert await scene.tried() == [("Maren", "ceiling")]
    assert scene.desk.done == []


@pytest.mark.parametrize("verb", ["show", "recent", "reports", "audit", "console", "reviews", "servers", "communities"])
async def test_a_session_does_nothing_that_has_no_button_and_begets_no_session(scene, verb):
    async with scene.signed_in() as moderator, scene.signed_in(OPERATOR) as operator:
        for visitor in (moderator, operator):
            status, body = await visitor.do(verb, user="ada")
            assert status == 404
            assert "sign-in" not in body
            assert (await visitor.get(f"/console/deeds/{verb}"))[0] == 404
    assert scene.desk.done == []
