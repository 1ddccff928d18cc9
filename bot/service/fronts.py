"""The chat platforms of a process: where people ask, and where they see what became of it."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from adapters.web.chat import WebChat
from adapters.web.log import FileLog
from adapters.web.server import Route, WebServer
from bot.desk import Desk
from bot.noticeboard import Noticeboard, Patience, Sources
from bot.ports import ChatPlatform
from bot.service.console import console_of
from bot.service.core import Core

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
    return WebFront(platform=chat, server=server, announce=announce)


def stand_of(core: Core, front: Front, sources: Sources, patience: Patience) -> Stand:
    """Return a front with its noticeboard."""
    patience = replace(patience, ping_after_s=core.options.settings.ping_after_s or None)
    return Stand(front=front, noticeboard=Noticeboard(front.platform, sources, owner=core.owner, patience=patience))
