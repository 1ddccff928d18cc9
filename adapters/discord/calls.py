"""One call to Discord: through discord.py, with a deadline, tried again where that helps, refusals told as ours.

Whatever discord.py would answer by waiting (429, 5xx) ends the call at once: its waits know no deadline, are logged
with the interaction's token in the address, and the 429s among them would be counted by nobody but Cloudflare.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import aiohttp

from adapters.discord.library import discord
from adapters.discord.pacing import MOST_S, Answered, Overall, PacedHTTP
from adapters.discord.quiet import INVALID, Invalid, Mood
from adapters.discord.refusals import Refusal, Refused, is_of_the_bot, refusal_of
from adapters.discord.shapes import Json
from bot.errors import ConfigError
from bot.ports import ANSWER_S, RETRY_AFTER_S, UPLOAD_BYTES_PER_S

_log = logging.getLogger(__name__)

_MOST_SAID = 64 * 1024
_MOST_QUOTED = 300
_MOST_NUMBER = 10_000_000  #: of Discord's codes and seconds: nan and infinity are none


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that goes along with a message."""

    name: str
    content: bytes = field(repr=False)
    description: str = ""  #: what somebody hears who does not see it
    spoiler: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request."""

    method: str
    path: str  #: with {names} of what stands in `where`
    where: Mapping[str, str] = field(repr=False, default_factory=dict)  #: ids, and tokens of interactions
    body: Any = field(repr=False, default=None)
    files: Sequence[Upload] = field(repr=False, default=())
    essential: bool = True  #: somebody waits for it
    insists: bool = False  #: nobody comes again if this fails: what Discord refuses for now is asked again
    by_bot: bool = True  #: under the bot's overall limit; what an interaction's token does is free of it
    within_s: float = ANSWER_S

    @property
    def deadline_s(self) -> float:
        """How long it may take with its files."""
        return self.within_s + sum(len(file.content) for file in self.files) / UPLOAD_BYTES_PER_S


class Calls:
    """The way to Discord of one bot; `login` opens it, `close` ends it."""

    def __init__(self, token: str, clock: Callable[[], float]) -> None:
        self._token, self._clock = token, clock
        self._http: PacedHTTP | None = None
        self._invalid = Invalid()
        self._overall = Overall(clock)
        self.is_refused = asyncio.Event()  #: Discord refuses the bot's token: nothing is asked any more
        self.application = ""  #: its id, known after `login`

    def __repr__(self) -> str:
        return f"Calls(application={self.application!r})"

    async def login(self) -> None:
        """Open the way; raises Refused when Discord is away, ConfigError when it refuses the token."""
        if self._http is not None:
            return
        trace = aiohttp.TraceConfig()
        trace.on_request_end.append(self._hear)
        http = PacedHTTP(asyncio.get_running_loop(), http_trace=trace)
        try:
            async with asyncio.timeout(ANSWER_S):
                await http.static_login(self._token)
                application = await http.application_info()
        except BaseException as error:
            await http.close()
            if not isinstance(error, Exception):
                raise
            refused = self._told(error)
            if self.is_refused.is_set():
                raise refused_token() from error
            raise refused from error
        self.application, self._http = str(application["id"]), http

    async def close(self) -> None:
        """Close every connection; whatever is asked afterwards is refused."""
        http, self._http = self._http, None
        if http is not None:
            await http.close()

    async def ask(self, call: Call) -> Any:
        """Return what Discord answers; raises Refused."""
        try:
            async with asyncio.timeout(call.deadline_s):
                return await self._ask_again(call)
        except TimeoutError as error:
            raise Refused(Refusal.AWAY, detail="no answer in time") from error

    async def _ask_again(self, call: Call) -> Any:
        pauses = iter(RETRY_AFTER_S)
        while True:
            try:
                return await self._ask_once(call)
            except Refused as refused:
                pause_s = next(pauses, None)
                if pause_s is None or not self._may_pass(call, refused):
                    raise
                pause_s = max(pause_s, refused.after_s)
            await asyncio.sleep(pause_s)

    def _may_pass(self, call: Call, refused: Refused) -> bool:
        """Tell whether the same call may succeed soon: Discord is in trouble, did not answer, or had too many.

        What counts against us is asked again only by who insists: who edits has a budget of its own for that, and
        something newer to show by then.
        """
        if self._http is None or self.is_refused.is_set():
            return False
        match refused.refusal:
            case Refusal.TOO_MANY:
                return call.insists and refused.after_s < call.within_s
            case Refusal.AWAY:
                return call.insists or refused.status not in INVALID
            case _:
                return False

    async def _ask_once(self, call: Call) -> Any:
        http = self._admit(call)
        await self._overall.turn(by_bot=call.by_bot)
        try:
            return await http.request(discord.http.Route(call.method, call.path, **call.where), **_sent(call))
        except Answered as answered:
            if answered.is_global:
                self._overall.hold(answered.holds_s, by_bot=call.by_bot)
            raise answered.refused from answered
        except Exception as error:
            # Translated in one place, which lets what is not Discord's through as it is.
            raise self._told(error) from error

    def _admit(self, call: Call) -> PacedHTTP:
        if self.is_refused.is_set():
            # Not forbidden for good: with a token that is taken, another process goes on with what is not shown yet.
            raise Refused(Refusal.AWAY, detail="the bot's token is refused")
        if self._http is None:
            raise Refused(Refusal.AWAY, detail="not logged in")
        mood = self._invalid.mood(self._clock())
        if mood is Mood.SILENT or (mood is Mood.ESSENTIAL and not call.essential):
            raise Refused(Refusal.TOO_MANY, detail="too many invalid requests in ten minutes")
        return self._http

    async def _hear(
        self, session: aiohttp.ClientSession, context: SimpleNamespace, params: aiohttp.TraceRequestEndParams
    ) -> None:
        """Hear every answer before discord.py does."""
        status = params.response.status
        self._invalid.note(status, self._clock())
        if status == 429 or status >= 500:
            said = await _said(params.response)
            params.response.close()
            raise _answered(status, said)

    def _told(self, error: Exception) -> Refused:
        match error:
            case Answered(refused=refused):
                return refused
            case discord.LoginFailure():
                self._refuse()
                return Refused(Refusal.AWAY, status=401, detail="the bot's token is refused")
            case discord.HTTPException(status=status, code=code, text=text):
                if is_of_the_bot(status, code):
                    self._refuse()
                return Refused(refusal_of(status, code), status=status, code=code, detail=text[:_MOST_QUOTED])
            case discord.RateLimited():
                return Refused(Refusal.TOO_MANY, after_s=error.retry_after, detail="the bucket is used up")
            case json.JSONDecodeError() | UnicodeDecodeError():
                return Refused(Refusal.AWAY, detail="an answer that is none")
            case aiohttp.ClientError() | OSError() | TimeoutError():
                return Refused(Refusal.AWAY, detail=f"{type(error).__name__}")
            case _:
                raise error

    def _refuse(self) -> None:
        if not self.is_refused.is_set():
            _log.error("Discord refuses the bot's token: nothing is sent to it any more")
        self.is_refused.set()


def refused_token() -> ConfigError:
    """Return what the operator has to mend."""
    return ConfigError(
        [
            "Discord refuses the bot's token. In Discord's developer portal, on the Bot page of your application, "
            "press Reset Token and give what it shows to FAIRBRUSH_DISCORD_TOKEN."
        ]
    )


def _sent(call: Call) -> dict[str, Any]:
    if not call.files:
        return {} if call.body is None else {"json": call.body}
    named = [_named(index, file) for index, file in enumerate(call.files)]
    body = {**call.body, "attachments": [*call.body.get("attachments", ()), *named]}
    form: list[dict[str, Any]] = [
        {"name": "payload_json", "value": json.dumps(body), "content_type": "application/json"},
        *(
            {
                "name": f"files[{index}]",
                "value": BytesIO(file.content),
                "filename": file.name,
                "content_type": "application/octet-stream",
            }
            for index, file in enumerate(call.files)
        ),
    ]
    return {"form": form}


def _named(index: int, file: Upload) -> Json:
    told: Json = {"id": index, "filename": file.name}
    if file.description:
        told["description"] = file.description
    if file.spoiler:
        told["is_spoiler"] = True
    return told


def _answered(status: int, said: Json) -> Answered:
    code, after_s = int(_number(said.get("code"))), min(_number(said.get("retry_after")), MOST_S)
    refused = Refused(refusal_of(status, code), status=status, code=code, after_s=after_s)
    return Answered(refused, is_global=said.get("global") is True)


async def _said(response: aiohttp.ClientResponse) -> Json:
    """Return the JSON of a refusal, as far as it is one and not endless."""
    raw = bytearray()
    try:
        async for chunk in response.content.iter_any():
            raw += chunk
            if len(raw) > _MOST_SAID:
                return {}
        said = json.loads(raw)
    except (ValueError, aiohttp.ClientError):
        return {}
    return said if isinstance(said, dict) else {}


def _number(value: object) -> float:
    return value if isinstance(value, int | float) and value is not True and 0 <= value <= _MOST_NUMBER else 0.0
