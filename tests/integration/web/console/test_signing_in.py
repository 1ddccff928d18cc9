"""Getting in works once, by a press of a button; and ends when it is ended, or when the right is gone."""

import asyncio
from dataclasses import replace

import aiohttp
import pytest

from bot.console.sessions import BELIEVED_S, LINK_S, SESSION_S, digest_of
from bot.errors import StoreLost
from bot.policy.measures import Rank
from tests.integration.web.console.watched import MODERATOR, OPERATOR


def session_in(scene, visitor) -> str:
    """Return the digest of what a browser holds."""
    port = scene.server.url.rpartition(":")[2]
    [cookie] = [each.value for each in visitor.http.cookie_jar if each.key == f"fairbrush_console_{port}"]
    return digest_of(cookie)


async def closed(socket) -> int | None:
    """Wait until a socket is closed, and return why."""
    async with asyncio.timeout(10):
        while (await socket.receive()).type not in (
            aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSING,
        ):  # fmt: skip
            pass
    return socket.close_code


async def test_a_link_lets_somebody_in_once(scene):
    token = await scene.link()
    async with scene.visit() as first, scene.visit() as second:
        status, _ = await first.sign_in(token)
        assert (status, first.headers["Location"]) == (303, "/console")
        assert (await first.get("/console/now"))[0] == 200
        status, body = await second.sign_in(token)
        assert status == 403
        assert "works once" in body
        assert "Set-Cookie" not in second.headers
        assert (await second.get("/console/now"))[0] == 403


async def test_a_crawlers_look_at_a_link_consumes_nothing(scene):
    token = await scene.link()
    async with scene.visit() as crawler:
        for path in ("/console/sign-in", f"/console/sign-in?token={token}", f"/console/sign-in#{token}"):
            assert (await crawler.get(path))[0] == 200
            await crawler.ask("HEAD", path)
        assert "Set-Cookie" not in crawler.headers
    async with scene.visit() as moderator:
        assert (await moderator.sign_in(token))[0] == 303


async def test_two_who_press_at_once_are_one(scene):
    token = await scene.link()
    async with scene.visit() as one, scene.visit() as other:
        told = await asyncio.gather(one.sign_in(token), other.sign_in(token))
    assert sorted(status for status, _ in told) == [303, 403]


async def test_a_link_is_good_for_five_minutes(scene):
    token = await scene.link()
    scene.clock.ahead_ms = round(LINK_S * 1000)
    async with scene.visit() as late:
        status, body = await late.sign_in(token)
    assert status == 403
    assert "five minutes" in body


@pytest.mark.parametrize("body", [b"", b"token=", b"token=%00%ff", b"a=1&b=2&c=3&d=4&e=5", "token=ü".encode()])
async def test_a_form_that_says_nothing_lets_nobody_in(scene, body):
    async with scene.visit() as browser:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        status, _ = await browser.ask("POST", "/console/sign-in", headers, data=body)
    assert status in (400, 403)


async def test_signing_out_ends_the_session_and_its_open_pages(scene):
    async with scene.signed_in() as moderator, moderator.live() as socket:
        await socket.receive_json()
        cookies = {each.key: each.value for each in moderator.http.cookie_jar}
        status, _ = await moderator.ask("POST", "/console/sign-out")
        assert status == 303
        assert await closed(socket) == 4401
        # The same cookie, kept by somebody, opens nothing any more.
        header = "; ".join(f"{name}={value}" for name, value in cookies.items())
        assert (await moderator.get("/console/now", Cookie=header))[0] == 403


async def test_an_open_page_is_told_nothing_once_the_session_has_ended_elsewhere(scene):
    async with scene.signed_in() as moderator, moderator.live() as socket:
        await socket.receive_json()
        await scene.signing.end_all()
        assert await closed(socket) == 4401
        assert (await moderator.get("/console/now"))[0] == 403


@pytest.mark.parametrize("rank", [Rank.MEMBER])
async def test_whoever_loses_the_right_loses_the_console(scene, rank):
    async with scene.signed_in() as moderator, moderator.live() as socket:
        await socket.receive_json()
        await scene.sessions.vouch(session_in(scene, moderator), replace(MODERATOR, rank=rank))
        assert await closed(socket) == 4401
        assert (await moderator.get("/console/now"))[0] == 403


async def test_an_operator_who_is_one_no_more_sees_only_what_is_left(scene):
    async with scene.signed_in(OPERATOR) as operator, operator.live() as socket:
        await socket.receive_json()
        await scene.sessions.vouch(session_in(scene, operator), replace(MODERATOR, id=OPERATOR.id))
        assert await closed(socket) == 4401
        assert (await operator.get("/console/now?in=slack/T0OTHER1"))[0] == 403
        assert (await operator.get("/console/now"))[0] == 200


async def test_rights_that_nobody_can_check_show_nothing_until_somebody_can(scene):
    async with scene.signed_in() as moderator, moderator.live() as socket:
        await socket.receive_json()
        scene.clock.ahead_ms = round(BELIEVED_S * 1000) + 1000
        assert await closed(socket) == 4401
        status, body = await moderator.get("/console/now")
        assert status == 503
        assert "cannot be checked right now" in body
        assert "Ada" not in body
        assert moderator.headers["Refresh"] == "5"
        assert (await moderator.do("unban", user="ada"))[0] == 503
        await scene.sessions.vouch(session_in(scene, moderator), MODERATOR)
        assert (await moderator.get("/console/now"))[0] == 200
    assert scene.desk.done == []


async def test_a_session_lasts_a_working_day_at_most(scene):
    async with scene.signed_in() as moderator:
        scene.clock.ahead_ms = round(SESSION_S * 1000)
        await scene.sessions.vouch(session_in(scene, moderator), MODERATOR)
        assert (await moderator.get("/console/now"))[0] == 403


async def test_a_store_that_is_away_is_said_kindly_and_opens_nothing(scene):
    async with scene.signed_in() as moderator:
        scene.watched.is_lost = True
        status, body = await moderator.get("/console/people")
        assert (status, moderator.headers["Refresh"]) == (503, "5")
        assert "nothing of it is lost" in body
        assert StoreLost.__name__ not in body


async def test_nothing_of_a_token_stands_in_a_page_or_a_log(scene, caplog):
    caplog.set_level("DEBUG")
    token = await scene.link()
    async with scene.visit() as moderator:
        await moderator.sign_in(token)
        _, page = await moderator.get("/console/now")
        cookie = next(each.value for each in moderator.http.cookie_jar)
        assert token not in page
        assert cookie not in page
        assert token not in caplog.text
        assert cookie not in caplog.text
