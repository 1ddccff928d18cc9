"""Something that the application is told, each attempt to tell it, and what was said to that."""

import asyncio
from dataclasses import dataclass, field
from typing import Literal

from .shapes import Json
from .state import Team

Kind = Literal["slash_commands", "interactive", "events_api"]

ACCEPTS_ANSWER = frozenset({"view_submission", "block_suggestion"})
"""The interactions whose acknowledgement may say something."""


@dataclass(eq=False, slots=True, kw_only=True)
class Try:
    """One attempt to deliver."""

    at: float
    envelope: str
    number: int = 0
    reason: str = ""  #: why the one before failed
    failure: str = ""  #: http_timeout, http_error, connection_failed, timeout …
    acked_at: float | None = None  #: also when that was too late
    is_late: bool = False
    status: int = 0  #: of HTTP
    body: str = ""  #: of HTTP
    wants_no_more: bool = False  #: X-Slack-No-Retry
    done: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(eq=False, slots=True)
class Sent:
    """Something that the application is told."""

    kind: Kind
    team: Team
    payload: Json
    born: float
    tries: list[Try] = field(default_factory=list)
    answer: Json | None = None  #: what the acknowledgement that came in time said
    acked_at: float | None = None
    is_over: bool = False  #: acknowledged, or given up

    @property
    def name(self) -> str:
        """The command, the type of the interaction or of the event."""
        if self.kind == "events_api":
            return str(self.payload["event"]["type"])
        return str(self.payload.get("command") or self.payload["type"])

    @property
    def failure(self) -> str:
        """Why the last attempt failed; empty if it did not."""
        return self.tries[-1].failure if self.tries else ""
