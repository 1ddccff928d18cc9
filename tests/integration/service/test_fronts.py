"""Several chat platforms in one service: at one desk, and one that can never open ends all in words."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import aiohttp
import pytest

from adapters.discord.front import DiscordFront
from adapters.files import LinkSigner, LocalFiles
from adapters.web.chat import WebChat
from adapters.web.log import FileLog
from bot.app import ServiceOptions, opened, serve
from bot.errors import ConfigError
from bot.noticeboard import Noticeboard, Sources
from bot.service.asking import desk_of, sources_of
from bot.service.core import Core
from bot.service.fronts import NEAR, Stand, WebFront, stand_of
from bot.service.originals import ORIGINALS_S, originals
from bot.service.remembering import Remembering
from bot.service.roles import Role
from bot.settings import Settings
from tests.fakes.contents import chunks
from tests.fakes.discord.pointing import pointed_at
from tests.fakes.discord.server import FakeDiscord
from tests.fakes.waiting import PATIENCE_S
from tests.integration.web.desk import DEMO, KEY, png


def options_in(folder: Path, *roles: Role, **settings: object) -> ServiceOptions:
    return ServiceOptions(
        settings=Settings(**settings),  # type: ignore[arg-type]
        state=folder,
        key=KEY,
        servers={},
        guests=(DEMO,),
        roles=frozenset(roles),
        port=0,
    )


@dataclass
class Front:
    """A platform that nobody uses."""

    platform: WebChat
    way: Callable[[], BaseException] | None = None  #: how it ends at once; None: never
    was_run: bool = False
    was_left: bool = False

    async def run(self) -> None:
        self.was_run = True
        if self.way:
            raise self.way()
        try:
            await asyncio.Event().wait()
        finally:
            self.was_left = True


def stand_in(core: Core, sources: Sources, front: Front) -> Stand:
    return stand_of(core, front, sources, NEAR)


NESTED = ExceptionGroup("of a front", [ExceptionGroup("its tasks", [ConfigError(["The token is refused."])])])


@pytest.mark.parametrize("fault", [ConfigError(["The token is refused."]), NESTED], ids=["plain", "of a task"])
async def test_a_front_that_can_never_open_stops_the_service_as_an_operator_would_and_is_told(
    tmp_path: Path, fault: BaseException
) -> None:
    async with opened(options_in(tmp_path)) as service:
        sources = sources_of(service.core, desk_of(service.core))
        bad, good = (Front(WebChat(FileLog(tmp_path / name))) for name in ("bad", "good"))
        bad.way = lambda: fault
        service.stands = [stand_in(service.core, sources, front) for front in (good, bad)]
        stopping = asyncio.Event()

        async with asyncio.timeout(PATIENCE_S):
            with pytest.raises(ConfigError) as raised:
                await service.run(stopping)

    assert raised.value.problems == ("The token is refused.",)
    assert stopping.is_set()
    assert good.was_run
    assert good.was_left


async def test_the_page_and_discord_stand_beside_each_other_at_one_desk(tmp_path: Path) -> None:
    options = options_in(tmp_path, Role.WEB, Role.DISCORD, discord_token="a.b.c")
    async with opened(options) as service:
        discord, web = (stand.front for stand in service.stands)
        assert isinstance(web, WebFront)
        assert isinstance(discord, DiscordFront)
        assert [each.platform.name for each in (web, discord)] == ["web", "discord"]
        assert all(isinstance(stand.noticeboard, Noticeboard) for stand in service.stands)
        assert "a.b.c" not in repr(service.core.options)


async def test_discord_without_a_token_is_not_begun(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="FAIRBRUSH_DISCORD_TOKEN"):
        async with opened(options_in(tmp_path, Role.DISCORD)):
            pass


async def test_a_refused_token_ends_the_service_with_what_to_mend(tmp_path: Path) -> None:
    async with FakeDiscord() as fake:
        with pointed_at(fake):
            options = options_in(tmp_path, Role.WEB, Role.DISCORD, discord_token="MTIz.wrong.token")
            async with asyncio.timeout(PATIENCE_S):
                with pytest.raises(ConfigError, match="Reset Token"):
                    await serve(options, asyncio.Event(), lambda *_: None)


async def test_a_link_of_any_process_with_the_key_is_opened_by_the_page(tmp_path: Path) -> None:
    options = options_in(tmp_path, Role.WEB, public_url="https://pictures.example.org")
    served: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    stopping = asyncio.Event()

    async with asyncio.timeout(PATIENCE_S), asyncio.TaskGroup() as tasks:
        tasks.create_task(serve(options, stopping, lambda url, _: served.set_result(url)))
        page = await served
        async with opened(replace(options, roles=frozenset(), state=tmp_path / "another")) as other:
            files = LocalFiles(tmp_path / "files", LinkSigner(KEY))
            stored = await files.put(chunks(png("gold")), name="a boat.png", media_type="image/png")
            link = originals(other.core)(stored)
        assert link is not None
        assert link.startswith(f"https://pictures.example.org/files/{stored.key}/a%20boat.png?until=")
        async with (
            aiohttp.ClientSession() as http,
            http.get(link.replace("https://pictures.example.org", page)) as response,
        ):
            assert (response.status, await response.read()) == (200, png("gold"))
        stopping.set()


async def test_without_a_public_address_there_is_no_link_and_no_link_outlasts_its_file(tmp_path: Path) -> None:
    async with opened(options_in(tmp_path)) as service:
        stored = await service.core.files.put(chunks(png("gold")), name="a.png", media_type="image/png")
        assert originals(service.core)(stored) is None

    short = options_in(tmp_path, public_url="https://p.example.org", keep_days=1.0)
    assert ORIGINALS_S > 24 * 3600
    async with opened(short) as service:
        link = originals(service.core)(stored) or ""
        until = int(link.partition("until=")[2].partition("&")[0])
        assert until <= time.time() + 24 * 3600


async def test_what_is_remembered_lasts_and_is_each_platforms_own(tmp_path: Path) -> None:
    async with opened(options_in(tmp_path)) as service:
        ours, theirs = (
            Remembering(settings=service.core.pool.settings, platform=name) for name in ("discord", "slack")
        )
        assert await ours.get("commands/1/everywhere") is None
        await ours.put("commands/1/everywhere", "digest")

    async with opened(options_in(tmp_path)) as service:
        again = replace(ours, settings=service.core.pool.settings)
        assert await again.get("commands/1/everywhere") == "digest"
        assert await replace(theirs, settings=service.core.pool.settings).get("commands/1/everywhere") is None
