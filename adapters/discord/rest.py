"""Every call that Fairbrush makes to Discord's REST interface, by the bot's token or by an interaction's."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic
from types import TracebackType
from typing import Any, Self

from adapters.discord.calls import Call, Calls, Upload, refused_token
from adapters.discord.refusals import Refusal, Refused
from adapters.discord.shapes import Json

_log = logging.getLogger(__name__)

ACKNOWLEDGE_S = 3.0
"""An interaction is answered within so long, or never."""

COMMANDS_S = 30.0
"""A hundred commands at once take Discord a while."""

_FIRST_RETRY_S, _LAST_RETRY_S = 1.0, 60.0

_MESSAGES = "/channels/{channel_id}/messages"
_MESSAGE = "/channels/{channel_id}/messages/{message_id}"
_REPLIES = "/webhooks/{webhook_id}/{webhook_token}"
_ORIGINAL = "/webhooks/{webhook_id}/{webhook_token}/messages/@original"
_REPLY = "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"
_CALLBACK = "/interactions/{webhook_id}/{webhook_token}/callback"  #: named so that discord.py keeps the buckets apart


@dataclass(frozen=True, slots=True, kw_only=True)
class Sessions:
    """How often the bot may connect to the gateway: a token that connects more often is reset by Discord."""

    shards: int  #: connections that Discord recommends
    left: int
    of: int  #: in a day
    anew_in_s: float  #: when there are as many again


class Rest:
    """Discord as one bot reaches it. Every call raises `Refused` (a ChatError that carries its `refusal`).

    Use it as a context, and keep `run` going beside it; until that has logged in, every call is refused as AWAY.
    """

    def __init__(self, token: str, *, clock: Callable[[], float] = monotonic) -> None:
        self._calls = Calls(token, clock)
        self.logged_in = asyncio.Event()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._calls.close()

    @property
    def application(self) -> str:
        """The application's id, known once logged in; empty before."""
        return self._calls.application

    async def login(self) -> None:
        """Log in once; raises Refused while Discord is away, ConfigError when it refuses the token."""
        await self._calls.login()
        self.logged_in.set()

    async def run(self) -> None:
        """Log in, as often as it takes; then see to it that a refused token is told: by raising ConfigError."""
        wait_s = _FIRST_RETRY_S
        while not self.application:
            try:
                await self.login()
            except Refused as error:
                pause_s = max(wait_s, error.after_s)
                _log.warning("Discord cannot be reached, next try in %g s: %s", pause_s, error.brief)
                _log.debug("Discord cannot be reached: detail=%s", error.detail)
                await asyncio.sleep(pause_s)
                wait_s = min(_LAST_RETRY_S, wait_s * 2)
        await self._calls.is_refused.wait()
        raise refused_token()

    # ---- By the token of an interaction ----

    async def answer(self, interaction_id: str, token: str, kind: int, data: Json | None = None) -> None:
        """Give an interaction its first answer; one that was answered already is left as it is."""
        call = Call(
            method="POST",
            path=_CALLBACK,
            where={"webhook_id": interaction_id, "webhook_token": token},
            body={"type": kind} if data is None else {"type": kind, "data": data},
            by_bot=False,
            insists=True,
            within_s=ACKNOWLEDGE_S,
        )
        try:
            await self._calls.ask(call)
        except Refused as refused:
            # 40060: it was answered before, by another process or by us, whose answer was lost on its way.
            if refused.discord_code != 40060:
                raise

    async def edit_reply(
        self,
        application: str,
        token: str,
        body: Json,
        files: Sequence[Upload] = (),
        *,
        message: str = "@original",
        essential: bool = True,
    ) -> Json:
        """Change the answer, or another message that the token made; returns the message."""
        path, where = _reply(application, token, message)
        return await self._message(
            Call(method="PATCH", path=path, where=where, body=body, files=files, by_bot=False, essential=essential)
        )

    async def delete_reply(self, application: str, token: str, *, message: str = "@original") -> None:
        """Take the answer away; it may be gone already."""
        path, where = _reply(application, token, message)
        await self._delete(Call(method="DELETE", path=path, where=where, by_bot=False, insists=True))

    async def follow_up(self, application: str, token: str, body: Json) -> Json:
        """Say more to whoever asked alone. Where an answer is lost it may be said twice: that is better than never."""
        where = {"webhook_id": application, "webhook_token": token}
        call = Call(
            method="POST",
            path=_REPLIES,
            where=where,
            body=body,
            by_bot=False,
            insists=True,
        )
        return await self._message(call)

    # ---- By the token of the bot ----

    async def send(
        self, channel: str, body: Json, files: Sequence[Upload] = (), *, nonce: str, essential: bool = True
    ) -> Json:
        """Post into a channel; the same nonce within minutes is the same message."""
        return await self._message(
            Call(
                method="POST",
                path=_MESSAGES,
                where={"channel_id": channel},
                body={**body, "nonce": nonce, "enforce_nonce": True},
                files=files,
                essential=essential,
            )
        )

    async def edit(
        self, channel: str, message: str, body: Json, files: Sequence[Upload] = (), *, essential: bool = True
    ) -> Json:
        """Change a message of ours."""
        where = {"channel_id": channel, "message_id": message}
        return await self._message(
            Call(method="PATCH", path=_MESSAGE, where=where, body=body, files=files, essential=essential)
        )

    async def delete(self, channel: str, message: str) -> None:
        """Take a message away; it may be gone already."""
        await self._delete(Call(method="DELETE", path=_MESSAGE, where={"channel_id": channel, "message_id": message}))

    async def open_dm(self, user: str) -> str:
        """Return the channel of the direct messages with somebody."""
        opened = await self._calls.ask(Call(method="POST", path="/users/@me/channels", body={"recipient_id": user}))
        return str(_object(opened)["id"])

    async def guild(self, guild: str) -> Json:
        """Return a server of theirs with its roles."""
        call = Call(method="GET", path="/guilds/{guild_id}", where={"guild_id": guild}, essential=False)
        return _object(await self._calls.ask(call))

    async def member(self, guild: str, user: str) -> Json:
        """Return who somebody is in a server of theirs."""
        where = {"guild_id": guild, "user_id": user}
        call = Call(method="GET", path="/guilds/{guild_id}/members/{user_id}", where=where, essential=False)
        return _object(await self._calls.ask(call))

    async def put_commands(self, application: str, guild: str | None, commands: Sequence[Json]) -> list[Json]:
        """Replace every command, everywhere or in one guild; returns them as Discord keeps them."""
        path, where = _commands(application, guild)
        kept = await self._calls.ask(Call(method="PUT", path=path, where=where, body=[*commands], within_s=COMMANDS_S))
        return [_object(each) for each in kept] if isinstance(kept, list) else []

    async def commands(self, application: str, guild: str | None) -> list[Json]:
        """Return the commands that are registered, everywhere or in one guild."""
        path, where = _commands(application, guild)
        kept = await self._calls.ask(Call(method="GET", path=path, where=where))
        return [_object(each) for each in kept] if isinstance(kept, list) else []

    async def name(self) -> str:
        """Return what the application is called."""
        return str(_object(await self._calls.ask(Call(method="GET", path="/applications/@me"))).get("name", ""))

    async def sessions(self) -> Sessions:
        """Return how often the bot may connect to the gateway."""
        told = _object(await self._calls.ask(Call(method="GET", path="/gateway/bot")))
        limit = _object(told.get("session_start_limit"))
        return Sessions(
            shards=int(told.get("shards", 1)),
            left=int(limit.get("remaining", 0)),
            of=int(limit.get("total", 0)),
            anew_in_s=int(limit.get("reset_after", 0)) / 1000,
        )

    async def _message(self, call: Call) -> Json:
        return _object(await self._calls.ask(call))

    async def _delete(self, call: Call) -> None:
        try:
            await self._calls.ask(call)
        except Refused as refused:
            if refused.discord_code != 10008:
                raise


def _commands(application: str, guild: str | None) -> tuple[str, dict[str, str]]:
    if guild is None:
        return "/applications/{application_id}/commands", {"application_id": application}
    where = {"application_id": application, "guild_id": guild}
    return "/applications/{application_id}/guilds/{guild_id}/commands", where


def _reply(application: str, token: str, message: str) -> tuple[str, dict[str, str]]:
    where = {"webhook_id": application, "webhook_token": token}
    return (_ORIGINAL, where) if message == "@original" else (_REPLY, {**where, "message_id": message})


def _object(answer: Any) -> Json:
    if not isinstance(answer, dict):
        raise Refused(Refusal.AWAY, detail="an answer that is none")
    return answer
