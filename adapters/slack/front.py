"""Fairbrush in Slack: what is heard is acknowledged in time and answered, whatever becomes of one of the answers."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from slack_bolt.async_app import AsyncApp
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow

from adapters.slack import ingress
from adapters.slack.answering import Answering
from adapters.slack.answers import answered
from adapters.slack.calls import Calls
from adapters.slack.chat import SlackChat
from adapters.slack.installs import Installs
from adapters.slack.listening import PING_S, Listening
from adapters.slack.origins import Kind, Origin, StrangeEvent, origin_of
from adapters.slack.outside import Outside
from adapters.slack.rooms import Rooms
from adapters.slack.routing import Routes
from adapters.slack.shapes import Json
from adapters.slack.tokens import OwnToken
from bot.errors import ConfigError, FairbrushError, gathered
from bot.refusals import BUSY, STOPPING

_log = logging.getLogger(__name__)

AT_ONCE = 64
"""What is answered at the same time; each may hold a picture of 32 MB for a moment."""

TURNED_AWAY_AT_ONCE = 64
"""Those beyond it who are told so at the same time; whoever comes then hears nothing."""

DEADLINE_S = 90.0
"""The deadline of everything that one event asks for: four pictures at their deadline, and the store's."""

LEAVING_S = 2.0
"""For so long a front that ends tells whoever it leaves."""

REMEMBERED = 2000
"""Events that are not heard a second time by this process; that none is a second job, its id sees to everywhere."""


@dataclass(slots=True, kw_only=True)
class SlackFront:
    """The app in Slack; `run` is all of it, but for what a server of ours serves by `routes`."""

    platform: SlackChat  #: what the noticeboard shows jobs with
    calls: Calls
    outside: Outside
    rooms: Rooms
    follows: Routes
    base_url: str
    signing_secret: str = field(default="", repr=False)
    app_token: str | None = field(default=None, repr=False)  #: of Socket Mode; None: everything comes by HTTP
    own: OwnToken | None = None  #: of one workspace; None: of many, that installed the app
    installs: Installs | None = None
    flow: AsyncOAuthFlow | None = None
    ping_s: float = PING_S
    deadline_s: float = DEADLINE_S
    _tasks: asyncio.TaskGroup | None = field(default=None, init=False, repr=False)
    _attended: int = field(default=0, init=False)
    _turned_away: int = field(default=0, init=False)
    _heard: OrderedDict[str, None] = field(default_factory=OrderedDict, init=False, repr=False)
    _app: AsyncApp = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._app = ingress.application(
            self._hear, self._leave, signing_secret=self.signing_secret, base_url=self.base_url
        )

    def routes(self) -> Sequence[ingress.Route]:
        """Return what a server has to serve where Slack delivers by HTTP."""
        return ingress.routes(self._app, self.flow)

    async def run(self) -> None:
        """Be in Slack until cancelled. Raises ConfigError for what only the operator can mend."""
        try:
            async with self.calls, self.outside, asyncio.TaskGroup() as tasks:
                self._tasks = tasks
                try:
                    if self.own is not None:
                        await self.own.learn()
                    await self._listen()
                finally:
                    self._tasks = None  # a group that ends takes no task
        except* ConfigError as group:
            raise gathered(group) from None

    async def _listen(self) -> None:
        if self.app_token is None:
            await asyncio.Event().wait()  # what is delivered by HTTP comes through `routes`
        else:
            listening = Listening(app=self._app, token=self.app_token, base_url=self.base_url, ping_s=self.ping_s)
            await listening.run()

    # ---- One thing that somebody did ----

    async def _hear(self, body: Json) -> Json:
        """Begin to answer; returns what the acknowledgement says. Called by slack-bolt, to which nothing is raised."""
        try:
            origin = origin_of(body)
        except StrangeEvent as error:
            _log.warning("an event that cannot be read: %s", error)
            return {}
        tasks = self._tasks
        if tasks is None or self._is_repeated(origin):
            return {}
        answering = Answering(calls=self.calls, outside=self.outside, rooms=self.rooms, origin=origin)
        self._begin(tasks, answering)
        return await answering.acknowledged()

    def _begin(self, tasks: asyncio.TaskGroup, answering: Answering) -> None:
        # Counted here: a burst is heard before the first of its tasks begins.
        if self._attended < AT_ONCE:
            self._attended += 1
            tasks.create_task(self._attend(answering))
        elif self._turned_away < TURNED_AWAY_AT_ONCE:
            self._turned_away += 1
            tasks.create_task(self._turn_away(answering))

    def _is_repeated(self, origin: Origin) -> bool:
        if origin.kind not in (Kind.MENTION, Kind.HOME):
            return False  # Slack sends none of the others twice
        if origin.id in self._heard:
            return True
        self._heard[origin.id] = None
        if len(self._heard) > REMEMBERED:
            self._heard.popitem(last=False)
        return False

    async def _attend(self, answering: Answering) -> None:
        try:
            await self._answer(answering)
        except asyncio.CancelledError:
            await self._stop(answering)
            raise
        except Exception:  # noqa: BLE001 - one answer could not be put into words: that is no reason to leave Slack
            _log.exception("an answer failed: %s %s", answering.origin.kind, answering.origin.id)
        finally:
            self._attended -= 1
            answering.acknowledge()

    async def _stop(self, answering: Answering) -> None:
        """Tell whoever waits for something that no other process knows of: commands leave no trace in Slack."""
        if answering.is_answered or answering.origin.kind in (Kind.HOME, Kind.SUGGEST):
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(LEAVING_S):
                await answering.whisper(answered(STOPPING))

    async def _answer(self, answering: Answering) -> None:
        """Do what is asked; whatever goes wrong is told to whoever asked, and ends here."""
        try:
            async with asyncio.timeout(self.deadline_s):
                await self.follows.follow(answering)
        except Exception as error:  # noqa: BLE001 - the last stop before a person: the log has what they are not told
            await answering.refuse(error)

    async def _turn_away(self, answering: Answering) -> None:
        try:
            await answering.whisper(answered(BUSY))
        except Exception:  # noqa: BLE001 - as above
            _log.exception("an answer failed: %s %s", answering.origin.kind, answering.origin.id)
        finally:
            self._turned_away -= 1
            answering.acknowledge()

    # ---- A workspace that throws us out ----

    async def _leave(self, body: Json) -> Json:
        event, tasks = body.get("event") or {}, self._tasks
        is_ours = event.get("type") == "app_uninstalled" or (event.get("tokens") or {}).get("bot")
        if is_ours and tasks is not None and self.installs is not None:
            tasks.create_task(self._forget(self.installs, body.get("enterprise_id"), body.get("team_id")))
        return {}

    async def _forget(self, installs: Installs, enterprise: str | None, team: str | None) -> None:
        try:
            async with asyncio.timeout(self.deadline_s):
                await installs.async_delete_installation(enterprise_id=enterprise, team_id=team)
        except (FairbrushError, TimeoutError) as error:
            # The token is dead anyway: nothing can be done with it.
            _log.warning("the token of a workspace that left is still kept: %s", type(error).__name__)
