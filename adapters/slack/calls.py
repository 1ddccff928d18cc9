"""One call to Slack: through slack_sdk, with a deadline, tried again only where that is safe, refusals told as ours.

slack_sdk's own retries are off: after a broken connection it would repeat whatever it was doing, so a chat.postMessage
whose answer was lost would stand there twice. Everything is sent as a form, which every method takes, as JSON is not.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from time import monotonic
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.slack.access import Access
from adapters.slack.given import SLACK
from adapters.slack.pacing import Paces
from adapters.slack.refusals import Refusal, Refused, refused_by
from adapters.slack.shapes import Json
from bot.ports import ANSWER_S, RETRY_AFTER_S, UPLOAD_BYTES_PER_S, TurnStore

_HOLD_S = 30.0  #: where a 429 says no time; Slack's page on rate limits shows this one

_ONCE = frozenset({"chat.postEphemeral", "chat.postMessage"})
"""Asked twice, these are done twice. Forms are not: what opens one is good for once, and Slack says if it was used."""

_Way = TypeVar("_Way")

_quiet = logging.getLogger(f"{__name__}.sdk")
# slack_sdk puts together, for every call, a text of all that is sent and answered, unless its logger has a level.
_quiet.setLevel(logging.WARNING)


class Tokens(Protocol):
    """The token of each workspace's bot."""

    @property
    def mend(self) -> str:
        """Say what the operator can do about a token that opens nothing; empty where they are told otherwise."""
        ...

    async def token(self, workspace: str) -> str | None:
        """Return it; None where the app is not installed, or not any more. May raise StoreLost."""
        ...


class Calls:
    """The way to Slack of this process, for all workspaces; use it as a context. Every call raises `Refused`."""

    def __init__(
        self,
        tokens: Tokens,
        *,
        base_url: str = SLACK,
        clock: Callable[[], float] = monotonic,
        turns: TurnStore | None = None,
    ) -> None:
        self._tokens, self._base_url = tokens, base_url
        self._paces = Paces(clock, turns)
        self._access = Access(mend=tokens.mend) if tokens.mend else None
        self._session: aiohttp.ClientSession | None = None
        self._client: AsyncWebClient | None = None

    def __repr__(self) -> str:
        return f"Calls({self._base_url!r})"

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(trust_env=True)
        self._client = AsyncWebClient(
            base_url=self._base_url, session=self._session, logger=_quiet, retry_handlers=[], trust_env_in_session=True
        )
        # slack_sdk knows no NO_PROXY; the session, which sees the same variables, does.
        self._client.proxy = None
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        session, self._session, self._client = self._session, None, None
        if session is not None:
            await session.close()

    async def ask(
        self, workspace: str, method: str, args: Mapping[str, object] | None = None, *, within_s: float = ANSWER_S
    ) -> Json:
        """Return what Slack answers to a method, None among the arguments left out; raises Refused."""
        answer = await self._ask(workspace, method, _form(args or {}), within_s)
        return answer.data if isinstance(answer.data, dict) else {}

    async def scopes(self, workspace: str) -> frozenset[str]:
        """Return what the app may do in a workspace; raises Refused."""
        answer = await self._ask(workspace, "auth.test", {}, ANSWER_S)
        told = str(answer.headers.get("X-OAuth-Scopes", ""))
        return frozenset(filter(None, map(str.strip, told.split(","))))

    async def upload(self, address: str, content: bytes) -> None:
        """Send a file to where Slack wants it; raises Refused. Nothing is there before it is completed."""
        try:
            async with asyncio.timeout(ANSWER_S + len(content) / UPLOAD_BYTES_PER_S):
                async with self._opened(self._session).post(address, data=content) as answer:
                    status = answer.status
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise Refused(Refusal.AWAY, detail=f"upload: {type(error).__name__}") from error
        if status != 200:
            raise Refused(Refusal.NO_FILES if 400 <= status < 429 else Refusal.AWAY, status=status, detail="upload")

    async def _ask(self, workspace: str, method: str, form: dict[str, str], within_s: float) -> AsyncSlackResponse:
        try:
            answer = await self._ask_in_time(workspace, method, form, within_s)
        except Refused as refused:
            if self._access and refused.refusal is Refusal.REVOKED:
                self._access.shut(workspace, refused)
            raise
        if self._access:
            self._access.open(workspace)
        return answer

    async def _ask_in_time(
        self, workspace: str, method: str, form: dict[str, str], within_s: float
    ) -> AsyncSlackResponse:
        token = await self._tokens.token(workspace)
        if token is None:
            raise Refused(Refusal.REVOKED, detail=f"not installed in {workspace}")
        try:
            async with asyncio.timeout(within_s):
                return await self._ask_again(workspace, method, token, form)
        except TimeoutError as error:
            raise Refused(Refusal.AWAY, may_be_done=True, detail=f"{method}: no answer in time") from error

    async def _ask_again(self, workspace: str, method: str, token: str, form: dict[str, str]) -> AsyncSlackResponse:
        waits, may_be_done = iter(() if method in _ONCE else RETRY_AFTER_S), False
        while True:
            try:
                return await self._ask_once(workspace, method, token, form)
            except Refused as refused:
                # What a later try is told does not undo an earlier one whose answer was lost.
                refused.may_be_done = may_be_done = refused.may_be_done or may_be_done
                wait_s = next(waits, None) if refused.refusal is Refusal.AWAY else None
                if wait_s is None:
                    raise
            await asyncio.sleep(wait_s)

    async def _ask_once(self, workspace: str, method: str, token: str, form: dict[str, str]) -> AsyncSlackResponse:
        client, channel = self._opened(self._client), form.get("channel", "")
        async with self._paces.turn(workspace, method, channel):
            try:
                return await client.api_call(method, data=form, headers={"Authorization": f"Bearer {token}"})
            except (SlackClientError, aiohttp.ClientError, OSError, ValueError, AttributeError) as error:
                # The last two are what slack_sdk trips over when something answers in words that are not Slack's.
                refused = _told(method, error)
                if refused.refusal is Refusal.TOO_MANY:
                    await self._paces.hold(workspace, method, channel, refused.after_s)
                raise refused from error

    @staticmethod
    def _opened(way: _Way | None) -> _Way:
        if way is None:
            raise Refused(Refusal.AWAY, detail="not opened")
        return way


def _form(args: Mapping[str, object]) -> dict[str, str]:
    return {name: _written(value) for name, value in args.items() if value is not None}


def _written(value: object) -> str:
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case _:
            return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _told(method: str, error: Exception) -> Refused:
    match error:
        case SlackApiError(response=response):
            return _answered(response)
        case aiohttp.ClientConnectorError():
            return Refused(Refusal.AWAY, detail=f"{method}: no connection")
        case _:
            return Refused(Refusal.AWAY, may_be_done=True, detail=f"{method}: {type(error).__name__}")


def _answered(response: Any) -> Refused:
    # Where Slack's answer was no JSON, slack_sdk gives the bare response instead of one of its own.
    said = getattr(response, "data", None)
    said = said if isinstance(said, dict) else {}
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0))
    told = said.get("response_metadata")
    messages = [*map(str, told.get("messages", ()))] if isinstance(told, dict) else []
    if said.get("needed"):
        messages.append(f"needed: {said['needed']}")  # the scope that the app was not given
    after = str(response.headers.get("Retry-After", "")) if status == 429 else ""
    after_s = float(after) if after.isdecimal() else _HOLD_S * (status == 429)
    return refused_by(status, str(said.get("error") or ""), messages, after_s=after_s)
