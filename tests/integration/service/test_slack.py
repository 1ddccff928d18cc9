"""A service in Slack, as it is started: over a socket, and over HTTP through the page's server, which stays shut."""

import asyncio
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp
import pytest
from yarl import URL

from adapters.slack.manifest import EVENTS_PATH, INSTALL_PATH, REDIRECT_PATH
from adapters.slack.signed import MOST_BYTES
from bot.app import serve
from bot.errors import ConfigError
from bot.jobs import Tenant
from bot.service.roles import Role
from tests.fakes.headlines import PAINTED
from tests.fakes.slack import oauth
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.signing import Seal, seal
from tests.fakes.waiting import PATIENCE_S
from tests.integration.service.slack_scene import PUBLIC, Served, options_in, secrets_of, served, unhurried

PROXIED = {"Host": urlsplit(PUBLIC).netloc}
"""What a proxy in front passes on of where it was asked."""


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack(unhurried()) as fake:
        fake.team("Acme").member("ada")
        fake.team("Acme").channel("general")
        yield fake


@pytest.fixture
async def here(slack: FakeSlack, tmp_path: Path) -> AsyncIterator[Served]:
    """One to which Slack delivers by HTTP."""
    async with served(tmp_path, slack, {**secrets_of(slack), "public_url": PUBLIC}) as service:
        slack.delivery.url = service.page + EVENTS_PATH
        yield service
        slack.delivery.url = None


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(PATIENCE_S)) as opened:
        yield opened


async def test_a_process_for_slack_and_workers_alone_paints_what_comes_by_its_socket(
    slack: FakeSlack, tmp_path: Path
) -> None:
    acme = slack.team("Acme")
    ada, general = acme.member("ada"), acme.channel("general")
    async with served(tmp_path, slack, secrets_of(slack, by_socket=True), frozenset({Role.SLACK, Role.WORKER})):
        await slack.until(lambda: bool(slack.socket.connections), PATIENCE_S)
        asked = await ada.slash(general, "/imagine", "a lighthouse at dusk")
        await asked.shows(PAINTED, within_s=PATIENCE_S)


async def test_what_slack_signed_comes_in_through_the_pages_server_and_is_painted(here: Served) -> None:
    acme = here.slack.team("Acme")

    assert await here.slack.delivery.verify()
    asked = await acme.member("ada").slash(acme.channel("general"), "/imagine", "a lighthouse at dusk")
    await asked.shows(PAINTED, within_s=PATIENCE_S)


def command(slack: FakeSlack, kind: Seal = Seal.SOUND, *, text: str = "a cat") -> tuple[bytes, dict[str, str]]:
    """Return the body and the headers of a command, as Slack's own servers would send them through a proxy."""
    acme = slack.team("Acme")
    who = {"team_id": acme.id, "user_id": acme.member("ada").id, "channel_id": acme.channel("general").id}
    said = {"command": "/imagine", "text": text, "trigger_id": "1.2.abc", "response_url": f"{slack.world.host}/x"}
    body, headers = seal(slack.app.signing_secret, urlencode({**who, **said}).encode(), kind)
    return body, {**headers, **PROXIED, "Content-Type": "application/x-www-form-urlencoded"}


async def test_a_delivery_under_the_public_name_makes_one_job_however_often_it_is_sent(
    here: Served, http: aiohttp.ClientSession
) -> None:
    body, headers = command(here.slack)
    for _ in range(2):
        async with http.post(here.page + EVENTS_PATH, data=body, headers=headers) as answer:
            assert answer.status == 200
    ada = here.slack.team("Acme").member("ada")
    await here.slack.until(lambda: bool(here.slack.team("Acme").channel("general").shown), PATIENCE_S)

    assert len(await here.jobs_of(ada)) == 1


async def test_what_slack_did_not_sign_or_not_just_now_is_refused(here: Served, http: aiohttp.ClientSession) -> None:
    told = {}
    for kind in set(Seal) - {Seal.SOUND}:
        body, headers = command(here.slack, kind)
        async with http.post(here.page + EVENTS_PATH, data=body, headers=headers) as answer:
            told[kind] = answer.status

    assert set(told.values()) == {401}, told
    assert await here.jobs_of(here.slack.team("Acme").member("ada")) == []


ELSEWHERE = [
    ("GET", "/"),
    ("GET", "/static/page.css"),
    ("POST", "/ask"),
    ("GET", EVENTS_PATH),
    ("POST", f"{EVENTS_PATH}/"),
    ("POST", f"{EVENTS_PATH}/../ask"),
    ("POST", f"/{EVENTS_PATH}"),
    ("GET", INSTALL_PATH),
    ("GET", "/slack/anything"),
    ("GET", "/files/anything"),
]


async def test_nothing_else_is_open_under_the_public_name_and_the_page_asks_for_a_session_as_ever(
    here: Served, http: aiohttp.ClientSession
) -> None:
    body, headers = command(here.slack)
    told = {}
    for method, path in ELSEWHERE:
        # As it stands: a client of good manners would tidy the address up.
        address = URL(here.page + path, encoded=True)
        async with http.request(method, address, data=body, headers=headers) as answer:
            told[method, path] = answer.status
    async with http.post(f"{here.page}/ask", headers={"Origin": here.page}) as answer:
        told["POST", "no session"] = answer.status

    assert told.pop(("POST", "no session")) == 403
    assert set(told.values()) == {421}, told


async def test_a_delivery_that_is_too_large_is_refused_before_it_is_read(
    here: Served, http: aiohttp.ClientSession
) -> None:
    where = urlsplit(here.page)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    writer.write(f"POST {EVENTS_PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: {MOST_BYTES + 1}\r\n\r\n".encode())
    async with asyncio.timeout(PATIENCE_S):
        assert b" 413 " in await reader.readline()
    writer.close()
    await writer.wait_closed()

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(2 * MOST_BYTES // 65536):
            yield bytes(65536)

    _, headers = seal(here.slack.app.signing_secret, b"")
    async with http.post(here.page + EVENTS_PATH, data=endless(), headers=headers) as answer:
        assert answer.status == 413


async def test_over_a_socket_nothing_is_taken_by_http_not_even_what_is_signed_with_nothing(
    slack: FakeSlack, http: aiohttp.ClientSession, tmp_path: Path
) -> None:
    async with served(tmp_path, slack, secrets_of(slack, by_socket=True)) as here:
        body, _ = command(slack)
        for secret in ("", slack.app.signing_secret):
            sealed, headers = seal(secret, body)
            async with http.post(here.page + EVENTS_PATH, data=sealed, headers=headers) as answer:
                assert answer.status == 403


@pytest.mark.filterwarnings("ignore:BasicAuth is deprecated")  # slack_sdk 3.47 uses it
@pytest.mark.parametrize("by_socket", [False, True])
async def test_a_workspace_installs_the_app_through_the_pages_server_and_is_served(
    slack: FakeSlack, http: aiohttp.ClientSession, tmp_path: Path, by_socket: bool
) -> None:
    new = slack.team("New", is_installed=False)
    ada, general = new.member("ada"), new.channel("general")
    async with served(tmp_path, slack, secrets_of(slack, by_socket=by_socket, many=True)) as here:
        async with http.get(here.page + INSTALL_PATH, headers=PROXIED) as page:
            said = (await page.text()).partition("https://slack.com/oauth")
            cookie = page.headers["Set-Cookie"].partition(";")[0]
        link = unescape(said[1] + said[2].partition('"')[0])
        assert parse_qs(urlsplit(link).query)["redirect_uri"] == [PUBLIC + REDIRECT_PATH]
        back = urlsplit(oauth.agree(slack.world, ada.user, link))
        assert f"{back.scheme}://{back.netloc}{back.path}" == PUBLIC + REDIRECT_PATH
        address = f"{here.page}{REDIRECT_PATH}?{back.query}"
        async with http.get(address, headers=PROXIED) as stranger:
            assert stranger.status == 400  # of a browser that never was at our door
        async with http.get(address, headers={**PROXIED, "Cookie": cookie}) as done:
            assert done.status == 200
        slack.delivery.url = None if by_socket else here.page + EVENTS_PATH
        asked = await ada.slash(general, "/imagine", "a lighthouse at dusk")
        await asked.shows(PAINTED, within_s=PATIENCE_S)
        tenant = Tenant(platform="slack", id=new.id)
        assert await here.service.core.pool.communities.called([tenant]) == {tenant: "New"}
        slack.delivery.url = None


async def test_installing_is_begun_only_so_often(slack: FakeSlack, http: aiohttp.ClientSession, tmp_path: Path) -> None:
    async with served(tmp_path, slack, secrets_of(slack, many=True)) as here:
        told = []
        for _ in range(40):
            async with http.get(here.page + INSTALL_PATH, headers=PROXIED) as page:
                told.append(page.status)

    assert set(told) == {200, 429}
    assert told[0] == 200


async def test_slack_without_its_secrets_is_not_begun(slack: FakeSlack, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="FAIRBRUSH_SLACK_TOKEN"):
        async with served(tmp_path, slack, {}, frozenset({Role.SLACK})):
            pass


@pytest.mark.parametrize("wrong", [{"slack_token": "xoxb-1-wrong"}, {"slack_app_token": "xapp-1-wrong"}])
async def test_a_refused_token_ends_the_service_with_what_to_mend(
    slack: FakeSlack, tmp_path: Path, wrong: dict[str, str]
) -> None:
    settings = {**secrets_of(slack, by_socket=True), **wrong}
    options = options_in(tmp_path, slack, settings, frozenset({Role.SLACK}), "http://127.0.0.1:9")
    async with asyncio.timeout(PATIENCE_S):
        with pytest.raises(ConfigError, match="token no more, or never did: invalid_auth"):
            await serve(options, asyncio.Event(), lambda *_: None)


async def test_no_secret_of_slack_is_in_what_a_service_says_of_itself(here: Served) -> None:
    shown = repr(here.service.core.options) + repr(here.service.stands)

    assert [each for each in (here.slack.app.signing_secret, here.slack.team("Acme").token) if each in shown] == []
