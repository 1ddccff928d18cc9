"""How what happens reaches the application: by Socket Mode or signed HTTP, acknowledged in three seconds or not.

Events come again if they are not acknowledged (https://docs.slack.dev/apis/events-api#retries): at once, after a minute
and after five. What members do comes once, and they read of it when nobody answers.
"""

import asyncio
import json
import uuid
from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import urlencode

import aiohttp

from . import payloads
from .given import Refused
from .sendings import ACCEPTS_ANSWER, Kind, Sent, Try
from .shapes import Json
from .signing import Seal, seal
from .socket import SocketMode
from .state import Team, World
from .subscribing import Subscriptions

_MOST_REDIRECTS = 2
_MOST_ANSWERED = 1024 * 1024


class Delivery:
    """Everything that goes to the application, oldest first in `sent`."""

    def __init__(self, world: World, socket: SocketMode) -> None:
        self.world = world
        self._socket = socket
        self._carrier = _Carrier()
        self._awaited: dict[str, tuple[Sent, Try]] = {}  #: by envelope
        self.sent: list[Sent] = []
        self.subscriptions = Subscriptions()
        self.url: str | None = None  #: where signed HTTP goes; None: Socket Mode
        self.seal = Seal.SOUND
        self.deaf = 0  #: so many acknowledgements go unheard
        self.retries_s: tuple[float, ...] = (0.0, 60.0, 300.0)  #: after what waits an event comes again
        world.emit = self.emit
        socket.acknowledge = self._acknowledged

    async def open(self) -> None:
        """Begin to deliver."""
        await self._carrier.open()

    async def close(self) -> None:
        """Drop what is still under way."""
        await self._carrier.close()

    def of(self, name: str) -> list[Sent]:
        """Return what was sent of a command, a type of interaction or of event."""
        return [each for each in self.sent if each.name == name]

    @property
    def late(self) -> list[Sent]:
        """What was acknowledged when Slack had given up on it."""
        return [each for each in self.sent if any(one.is_late for one in each.tries)]

    @property
    def unanswered(self) -> list[Sent]:
        """What Slack has given up on."""
        return [each for each in self.sent if each.is_over and each.acked_at is None]

    # what is told

    def emit(self, team: Team, event: Json) -> None:
        """Tell an event of a team, if the application has subscribed to it and is still installed."""
        if self.subscriptions.covers(team, event):
            payload = payloads.event(self.world, team, event)
            self._carrier.spawn(self._insist(self._note(Sent("events_api", team, payload, self.world.clock.now()))))
        self.world.changed()

    def send(self, team: Team, payload: Json, then: Callable[[Sent], None]) -> Sent:
        """Send what a member did; `then` is what its acknowledgement brings about."""
        sent = self._noted(team, payload)
        self._carrier.spawn(self._once(sent, then))
        return sent

    async def ask(self, team: Team, payload: Json, then: Callable[[Sent], None]) -> Sent:
        """Send what a member did; returns once it is acknowledged, or Slack has given up."""
        sent = self._noted(team, payload)
        await self._once(sent, then)
        return sent

    async def again(self, sent: Sent, seal: Seal | None = None) -> Try:
        """Send something once more, as Slack does in doubt and as a forger would with a seal of theirs."""
        number = len(sent.tries)
        reason = "http_timeout" if self.url else "timeout"
        return await self._try(sent, number, reason if sent.kind == "events_api" else "", seal)

    def register(self, manifest: Json) -> None:
        """Let the application be what its manifest says: what it hears of, and whether it has an App Home."""
        self.subscriptions = Subscriptions.of(manifest)
        home = manifest.get("features", {}).get("app_home", {})
        self.world.is_home_enabled = bool(home.get("home_tab_enabled", False))

    async def verify(self) -> bool:
        """Ask the address for HTTP to repeat a challenge, as Slack does when its owner enters it."""
        challenge = uuid.uuid4().hex
        body = json.dumps({"type": "url_verification", "token": payloads.TOKEN, "challenge": challenge}).encode()
        said = Try(at=self.world.clock.now(), envelope="")
        await self._post(said, body, "application/json", self.seal)
        return not said.failure and challenge in said.body

    def _noted(self, team: Team, payload: Json) -> Sent:
        kind: Kind = "slash_commands" if "command" in payload else "interactive"
        return self._note(Sent(kind, team, payload, self.world.clock.now()))

    def _note(self, sent: Sent) -> Sent:
        self.sent.append(sent)
        return sent

    async def _once(self, sent: Sent, then: Callable[[Sent], None]) -> None:
        said = await self._try(sent)
        if not said.failure:
            try:
                then(sent)
            except Refused as no:  # Slack shows no more than that the answer was none
                said.failure = f"invalid_command_response: {no.error}"
        sent.is_over = True
        self.world.changed()

    async def _insist(self, sent: Sent) -> None:
        said = await self._try(sent)
        for number, wait_s in enumerate(self.retries_s, start=1):
            if not said.failure or said.wants_no_more:
                break
            await self._pause(wait_s)
            said = await self._try(sent, number, said.failure)
        sent.is_over = True
        self.world.changed()

    async def _pause(self, wait_s: float) -> None:
        due = self.world.clock.now() + wait_s
        await self.world.until(lambda: self.world.clock.now() >= due, wait_s + 1)

    # one attempt

    async def _try(self, sent: Sent, number: int = 0, reason: str = "", kind: Seal | None = None) -> Try:
        said = Try(at=self.world.clock.now(), envelope=str(uuid.uuid4()), number=number, reason=reason)
        sent.tries.append(said)
        if self.url:
            await self._post(said, *_written(sent), kind or self.seal)
            if not said.failure:
                self._heard(sent, said, _answer(said.body))
        else:
            await self._carry(sent, said)
        self.world.changed()
        return said

    async def _carry(self, sent: Sent, said: Try) -> None:
        self._awaited[said.envelope] = sent, said
        if not self._socket.carry(_envelope(sent, said), said.done):
            said.failure = "connection_failed"
            return
        try:
            async with asyncio.timeout(self.world.limits.ack_s):
                await said.done.wait()
        except TimeoutError:
            said.failure = "timeout"
        else:
            said.failure = "" if said.acked_at is not None else "connection_failed"

    def _acknowledged(self, envelope: str, answer: Json | None) -> bool:
        """Take an acknowledgement; False for one of what nobody sent, or acknowledged before."""
        sent, said = self._awaited.get(envelope, (None, None))
        if sent is None or said is None or said.acked_at is not None:
            return False
        if self.deaf:
            self.deaf -= 1
            return True
        self._heard(sent, said, answer)
        return True

    def _heard(self, sent: Sent, said: Try, answer: Json | None) -> None:
        said.acked_at = self.world.clock.now()
        said.is_late = bool(said.failure)
        if not said.is_late and sent.acked_at is None:
            sent.acked_at, sent.answer = said.acked_at, answer
        said.done.set()

    async def _post(self, said: Try, body: bytes, kind: str, with_seal: Seal) -> None:
        assert self.url is not None, "no address for HTTP was given"
        sealed, headers = seal(self.world.app.signing_secret, body, with_seal)
        headers |= {"Content-Type": kind, "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)"}
        if said.number and said.reason:
            headers |= {"X-Slack-Retry-Num": str(said.number), "X-Slack-Retry-Reason": said.reason}
        try:
            async with (
                asyncio.timeout(self.world.limits.ack_s),
                self._carrier.session.post(
                    self.url, data=sealed, headers=headers, max_redirects=_MOST_REDIRECTS
                ) as answer,
            ):
                said.body = (await answer.content.read(_MOST_ANSWERED)).decode(errors="replace")
                said.status = answer.status
                said.wants_no_more = answer.headers.get("X-Slack-No-Retry") == "1"
                said.failure = "" if answer.ok else "http_error"
        except TimeoutError:
            said.failure = "http_timeout"
        except aiohttp.TooManyRedirects:
            said.failure = "too_many_redirects"
        except aiohttp.ClientError:
            said.failure = "connection_failed"


def _envelope(sent: Sent, said: Try) -> Json:
    frame: Json = {"envelope_id": said.envelope, "type": sent.kind, "payload": sent.payload}
    frame["accepts_response_payload"] = sent.name in ACCEPTS_ANSWER or sent.kind == "slash_commands"
    if sent.kind == "events_api":
        frame |= {"retry_attempt": said.number, "retry_reason": said.reason}
    return frame


def _written(sent: Sent) -> tuple[bytes, str]:
    """Return the body of an HTTP request, and its type."""
    if sent.kind == "events_api":
        return json.dumps(sent.payload).encode(), "application/json"
    fields = sent.payload if sent.kind == "slash_commands" else {"payload": json.dumps(sent.payload)}
    return urlencode(fields).encode(), "application/x-www-form-urlencoded"


def _answer(body: str) -> Json | None:
    try:
        answer = json.loads(body)
    except ValueError:
        return {"text": body} if body else None
    return answer if isinstance(answer, dict) else {"text": body}


class _Carrier:
    """The owner of everything that is under way; it goes with the fake."""

    def __init__(self) -> None:
        self._opened, self._closing = asyncio.Event(), asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None
        self._group: asyncio.TaskGroup
        self._errands: set[asyncio.Task[None]] = set()
        self.session: aiohttp.ClientSession

    async def open(self) -> None:
        self._keeper = asyncio.create_task(self._keep())  # a fixture opens in one task and closes in another
        await self._opened.wait()

    async def close(self) -> None:
        self._closing.set()
        if self._keeper is not None:
            await self._keeper

    def spawn(self, errand: Coroutine[Any, Any, None]) -> None:
        if self._closing.is_set():  # the application still calls while the fake goes down
            errand.close()
            return
        task = self._group.create_task(errand)
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)

    async def _keep(self) -> None:
        async with aiohttp.ClientSession() as self.session, asyncio.TaskGroup() as self._group:
            self._opened.set()
            await self._closing.wait()
            for each in self._errands:
                each.cancel()
