"""Fairbrush in Slack: what is heard is acknowledged in time and answered, whatever becomes of one of the answers."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from slack_bolt.async_app import AsyncApp
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow

from adapters.slack import ingress
from adapters.slack.answering import Answering
from adapters.slack.answers import answered
from adapters.slack.calls import Calls
from adapters.slack.chat import SlackChat
from adapters.slack.given import PING_S
from adapters.slack.leaving import Departure, Leaving, departure_of, shut_out_of
from adapters.slack.listening import Listening
from adapters.slack.origins import Kind, Origin, StrangeEvent, is_nobodys, origin_of
from adapters.slack.outside import Outside
from adapters.slack.rooms import Rooms
from adapters.slack.routing import Routes
from adapters.slack.shapes import Json
from adapters.slack.tokens import OwnToken
from adapters.slack.vouching import Workspaces
from bot.attending import DEADLINE_S, Attending
from bot.errors import ConfigError, FairbrushError, StoreLost, gathered
from bot.refusals import BUSY, STOPPING

_log = logging.getLogger(__name__)

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
    leaving: Leaving
    voucher: Workspaces  #: says who of those at the console still moderates
    base_url: str
    signing_secret: str = field(default="", repr=False)
    app_token: str | None = field(default=None, repr=False)  #: of Socket Mode; None: everything comes by HTTP
    own: OwnToken | None = None  #: of one workspace; None: of many, that installed the app
    flow: AsyncOAuthFlow | None = None
    ping_s: float = PING_S
    deadline_s: float = DEADLINE_S
    _tasks: asyncio.TaskGroup | None = field(default=None, init=False, repr=False)
    _attending: Attending[Answering] = field(init=False, repr=False)
    _heard: OrderedDict[str, None] = field(default_factory=OrderedDict, init=False, repr=False)
    _app: AsyncApp = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._app = ingress.application(
            self._hear, self._leave, self._lose, signing_secret=self.signing_secret, base_url=self.base_url
        )
        self._attending = Attending(
            follow=self.follows.follow,
            refuse=lambda answering, error: answering.refuse(error),
            turn_away=lambda answering: answering.whisper(answered(BUSY)),
            leave=_stop,
            about=lambda answering: f"{answering.origin.kind} {answering.origin.id}",
            who=lambda answering: answering.origin.requester.person,
            over=lambda answering: answering.acknowledge(),
            deadline_s=self.deadline_s,
        )

    def routes(self) -> Sequence[ingress.Route]:
        """Return what a server has to serve where Slack delivers by HTTP."""
        # With a token for Socket Mode there may be no signing secret, and anybody could sign with that.
        app = None if self.app_token else self._app
        return ingress.routes(app, self.flow, hears=lambda: self._tasks is not None, signing_secret=self.signing_secret)

    async def run(self) -> None:
        """Be in Slack until cancelled. Raises ConfigError for what only the operator can mend."""
        try:
            async with self.calls, self.outside, asyncio.TaskGroup() as tasks:
                self._tasks = tasks
                tasks.create_task(self.follows.homes.keep_true())
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
        if is_nobodys(body):
            return {}
        try:
            origin = origin_of(body)
        except StrangeEvent as error:
            _log.warning("an event that cannot be read: %s", error)
            return {}
        tasks = self._tasks
        if tasks is None or self._is_repeated(origin):
            return {}
        answering = Answering(calls=self.calls, outside=self.outside, rooms=self.rooms, origin=origin)
        self._attending.begin(tasks, answering)
        return await answering.acknowledged()

    def _is_repeated(self, origin: Origin) -> bool:
        if origin.kind not in (Kind.MENTION, Kind.MESSAGE, Kind.HOME):
            return False  # Slack sends none of the others twice
        if origin.id in self._heard:
            return True
        self._heard[origin.id] = None
        if len(self._heard) > REMEMBERED:
            self._heard.popitem(last=False)
        return False

    # ---- A workspace or a channel that throws us out ----

    async def _lose(self, body: Json) -> Json:
        """Look anew where we can post. Done before it is acknowledged, for Slack may send it again until then."""
        talk = shut_out_of(body)
        if talk is not None:
            try:
                await self.rooms.notes.doubt(talk.workspace, talk.channel)
            except StoreLost as error:
                # A post there is refused then, which makes the same known.
                _log.warning("a channel that is lost is still believed in: %s", error.brief)
        return {}

    async def _leave(self, body: Json) -> Json:
        departure, tasks = departure_of(body), self._tasks
        if departure is not None and tasks is not None:
            tasks.create_task(self._forget(departure))
        return {}

    async def _forget(self, departure: Departure) -> None:
        try:
            async with asyncio.timeout(self.deadline_s):
                await self.leaving.leave(departure)
        except (FairbrushError, TimeoutError) as error:
            # The token is dead anyway: nothing can be done with it.
            _log.warning("the token of a workspace that left is still kept: %s", type(error).__name__)


async def _stop(answering: Answering) -> None:
    """Tell whoever waits for something that no other process knows of: commands leave no trace in Slack."""
    if not answering.is_answered and answering.origin.kind not in (Kind.HOME, Kind.SUGGEST):
        await answering.whisper(answered(STOPPING))
