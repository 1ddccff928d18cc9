"""The chat platforms of a process: where people ask, and where they see what became of it."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from adapters.web.chat import WebChat
from adapters.web.log import FileLog
from adapters.web.server import Route, WebServer
from adapters.web.vouching import Page
from bot.desk import Desk
from bot.noticeboard import Noticeboard, Patience, Sources
from bot.ports import ChatPlatform
from bot.service.console import console_of
from bot.service.core import Core
from bot.vouching import Voucher, Vouching

NEAR = Patience(answer_s=2.0, lease_s=2.0)
"""For a platform inside this process: what takes longer will never come."""

FAR = Patience(answer_s=12.0)
"""For one beyond the network."""


class Front(Protocol):
    """One chat platform."""

    @property
    def platform(self) -> ChatPlatform:
        """Return where its messages are."""
        ...

    async def run(self) -> None:
        """Let people in until cancelled; raises ConfigError when nobody will ever come in this way."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WebFront:
    """The page in the browser."""

    platform: WebChat
    server: WebServer
    voucher: Page
    announce: Callable[[WebServer], None]  #: told once it is served

    async def run(self) -> None:
        """Serve it until cancelled; raises ConfigError when it cannot be."""
        async with self.server:
            self.announce(self.server)
            await asyncio.Event().wait()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """A front, and the noticeboard that keeps its messages true."""

    front: Front
    noticeboard: Noticeboard
    vouching: Sequence[Vouching] = ()  #: of its people who are at the console


def web_front(core: Core, desk: Desk, announce: Callable[[WebServer], None], beside: Sequence[Route] = ()) -> WebFront:
    """Return the page, which is served when it runs; `beside` it, routes that guard themselves."""
    chat = WebChat(FileLog(core.options.state / "channels.jsonl"))
    server = WebServer(
        desk=desk,
        chat=chat,
        files=core.files,
        options=core.options.web,
        beside=beside,
        console=console_of(core, desk),
    )
    return WebFront(platform=chat, server=server, announce=announce, voucher=Page(desk=desk))


def stand_of(
    core: Core, front: Front, sources: Sources, patience: Patience, vouchers: Mapping[str, Voucher] | None = None
) -> Stand:
    """Return a front with its noticeboard; it vouches for whoever speaks by these platforms."""
    patience = replace(patience, ping_after_s=core.options.settings.ping_after_s or None)
    board = Noticeboard(front.platform, sources, owner=core.owner, patience=patience)
    vouching = [
        Vouching(sessions=core.pool.sessions, platform=platform, voucher=voucher)
        for platform, voucher in (vouchers or {}).items()
    ]
    return Stand(front=front, noticeboard=board, vouching=vouching)
