"""What is written down before Slack is asked for something that must not happen twice, or be left behind.

All of it is small, expires, and is shared by all processes, so that whoever goes on after a crash knows of it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from secrets import token_hex

from adapters.slack.shapes import Json
from bot.jobs import JobId
from bot.ports import SecretStore

KEPT_S = 30 * 24 * 3600.0
"""For how long a message's files are remembered, which go with it when somebody deletes it."""

MAKING_S = 7 * 24 * 3600.0
"""For how long it is known that a message was asked for: longer than anybody tries to make one."""

_HOMES = "slack/homes"

BELIEVED_S = 30 * 24 * 3600.0
"""For so long at most anything is believed of a conversation."""

_DOUBTED_S = BELIEVED_S + 3600.0
"""For how long a doubt is kept: longer than what was looked up before it, which else would be believed again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """A message that Slack was asked to make."""

    at_s: float  #: our clock, when it was asked for last
    ts: str = ""  #: the message, once its making was answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploaded:
    """The files of Slack's that were made for a job."""

    since_s: float  #: our clock, when the first one was to be
    ids: Mapping[str, str] = field(default_factory=dict)  #: by the key of the picture


class Notes:
    """The notes of all processes. Every method may raise StoreLost."""

    def __init__(self, secrets: SecretStore) -> None:
        self._secrets = secrets

    async def making(self, nonce: str) -> Making | None:
        """Return what is known of a message; None: nobody asked for it yet."""
        kept = await self._secrets.get(_message(nonce))
        return None if kept is None else Making(**json.loads(kept))

    async def note_making(self, nonce: str, making: Making) -> None:
        """Remember that a message is asked for, before it is, or what it is, as soon as that is known."""
        await self._secrets.put(_message(nonce), json.dumps({"at_s": making.at_s, "ts": making.ts}), for_s=MAKING_S)

    async def forget_making(self, nonce: str) -> None:
        """Slack has certainly not made it."""
        await self._secrets.forget(_message(nonce))

    async def uploaded(self, job_id: JobId) -> Uploaded | None:
        """Return the files that were made for a job."""
        kept = await self._secrets.get(_files(job_id))
        return None if kept is None else Uploaded(**json.loads(kept))

    async def note_uploaded(self, job_id: JobId, uploaded: Uploaded) -> None:
        """Remember a job's files, before Slack is told that they are whole: from then on they exist."""
        told = {"since_s": uploaded.since_s, "ids": dict(uploaded.ids)}
        await self._secrets.put(_files(job_id), json.dumps(told), for_s=KEPT_S)

    async def forget_uploaded(self, job_id: JobId) -> None:
        """None of them is there any more."""
        await self._secrets.forget(_files(job_id))

    async def homes(self) -> dict[str, float]:
        """Return whose App Homes were looked at lately: until when they are kept true, by our clock."""
        kept = json.loads(await self._secrets.get(_HOMES) or "{}")
        return {str(whose): float(until) for whose, until in kept.items()}

    async def note_homes(self, homes: Mapping[str, float], *, for_s: float) -> None:
        """Remember whose App Homes were looked at lately."""
        await self._secrets.put(_HOMES, json.dumps(dict(homes)), for_s=for_s)

    async def known(self, what: str) -> Json | None:
        """Return what some process found out; None: nobody, or too long ago."""
        kept = await self._secrets.get(f"slack/known/{what}")
        return None if kept is None else dict(json.loads(kept))

    async def note_known(self, what: str, found: Mapping[str, object], *, for_s: float) -> None:
        """Let all processes know what was found out, and believe it for so long."""
        await self._secrets.put(f"slack/known/{what}", json.dumps(dict(found)), for_s=for_s)

    async def doubt(self, workspace: str, channel: str) -> None:
        """Remember that we may be shut out of a channel: whoever believes that we can post there has to look again."""
        await self._secrets.put(_doubt(workspace, channel), token_hex(8), for_s=_DOUBTED_S)

    async def doubted(self, workspace: str, channel: str) -> str:
        """Return what another doubt of a channel has another one of; empty where nobody doubts."""
        return await self._secrets.get(_doubt(workspace, channel)) or ""


def _message(nonce: str) -> str:
    return f"slack/asked/{nonce}"


def _doubt(workspace: str, channel: str) -> str:
    return f"slack/doubt/{workspace}/{channel}"


def _files(job_id: JobId) -> str:
    return f"slack/files/{job_id}"
