"""What exists in this Slack: teams, users, channels, messages, files, views, and what is good once or for a while."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from tests.fakes.waiting import Waiting

from .application import App
from .clock import Clock
from .limits import Limits
from .shapes import Json
from .texts import Seen
from .walking import controls, looks, written

Kind = Literal["channel", "group", "im", "mpim"]


@dataclass(eq=False, slots=True, kw_only=True)
class User:
    """Somebody in one team, or the application's bot there."""

    id: str
    team: "Team"
    name: str
    bot_id: str | None = None  #: of a bot
    is_deleted: bool = False
    is_guest: bool = False
    is_admin: bool = False  #: may do everything in the workspace
    home: str | None = None  #: the id of another team: somebody who is here by Slack Connect
    locale: str = "en-US"

    @property
    def is_bot(self) -> bool:
        """Whether it is an application's."""
        return self.bot_id is not None

    @property
    def mention(self) -> str:
        """How a text names them."""
        return f"<@{self.id}>"


@dataclass(eq=False, slots=True, kw_only=True)
class Token:
    """What opens the Web API: of a bot in a team."""

    text: str
    team: "Team"
    scopes: set[str]
    revoked: Literal["", "token_revoked", "account_inactive", "token_expired"] = ""


@dataclass(eq=False, slots=True, kw_only=True)
class Team:
    """A workspace; `tokens` are what the application got for it, the newest last."""

    id: str
    name: str
    domain: str
    bot: User = field(init=False)
    users: dict[str, User] = field(default_factory=dict)
    channels: "dict[str, Channel]" = field(default_factory=dict)
    usergroups: dict[str, tuple[str, list[str]]] = field(default_factory=dict)  #: id -> handle and users
    files: "dict[str, File]" = field(default_factory=dict)
    tokens: list[Token] = field(default_factory=list)
    enterprise: str | None = None  #: the id of one that the application is installed for as a whole
    edit_window_s: float | None = None  #: for how long a message can be edited; None: for ever
    takes_files: bool = True

    @property
    def is_installed(self) -> bool:
        """Whether the application has a token that works."""
        return any(not each.revoked for each in self.tokens)

    def names(self) -> dict[str, str]:
        """Return how users, channels and groups of users are shown, by id."""
        users = {each.id: f"@{each.name}" for each in self.users.values()}
        groups = {number: f"@{handle}" for number, (handle, _) in self.usergroups.items()}
        return users | groups | {each.id: f"#{each.name}" for each in self.channels.values()}


@dataclass(eq=False, slots=True, kw_only=True)
class Channel:
    """A place to write: public channel, private group, direct message with the bot, or of several."""

    id: str
    team: Team
    name: str
    kind: Kind = "channel"
    user: User | None = None  #: of a direct message: who is not the bot
    members: set[str] = field(default_factory=set)
    is_archived: bool = False
    is_read_only: bool = False
    is_shared: bool = False  #: with another organisation (Slack Connect)
    messages: "dict[str, Message]" = field(default_factory=dict)  #: by ts, ephemeral ones too

    @property
    def shown(self) -> "list[Message]":
        """The messages that everybody here sees, oldest first; those of threads too."""
        return [each for each in self.messages.values() if each.deleted_at is None and each.ephemeral_to is None]

    def replies(self, thread_ts: str) -> "list[Message]":
        """Return what is shown in a thread, without its parent."""
        return [each for each in self.shown if each.thread_ts == thread_ts and each.ts != thread_ts]


@dataclass(eq=False, slots=True, kw_only=True)
class File:
    """An upload: known once its link was asked for, complete once it was said to be, ready a while later."""

    id: str
    team: Team
    name: str
    length: int
    uploader: User
    secret: str
    title: str = ""
    alt: str = ""
    content: bytes = b""
    kind: str = "application/octet-stream"
    created: float = 0.0
    uploaded_at: float | None = None
    completed_at: float | None = None
    ready_at: float | None = None
    deleted_at: float | None = None
    is_in_form: bool = False  #: it was uploaded in one of the application's forms
    shares: dict[str, list[str]] = field(default_factory=dict)  #: channel -> ts of the messages that show it

    def is_ready(self, now: float) -> bool:
        """Whether it can be shown in blocks."""
        return self.ready_at is not None and self.ready_at <= now and self.deleted_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What a message showed from `at` on."""

    at: float
    text: str = ""
    blocks: tuple[Json, ...] = ()
    attachments: tuple[Json, ...] = ()
    files: tuple[File, ...] = ()
    metadata: Json | None = None
    is_edited: bool = False  #: shows "(edited)": a text was changed that has no blocks


@dataclass(eq=False, slots=True, kw_only=True)
class Message:
    """One message with all that it ever showed."""

    ts: str
    channel: Channel
    author: User
    versions: list[Version]
    thread_ts: str | None = None
    ephemeral_to: User | None = None  #: only they see it
    is_broadcast: bool = False
    pings: set[str] = field(default_factory=set)  #: ids of users, and "here", "channel", "everyone", ids of groups
    deleted_at: float | None = None
    subtype: str | None = None
    stream: "Stream | None" = None

    @property
    def now(self) -> Version:
        """What it shows."""
        return self.versions[-1]

    @property
    def files(self) -> tuple[File, ...]:
        """The files that were shared with it."""
        return self.now.files

    @property
    def is_ephemeral(self) -> bool:
        """Whether only one member sees it."""
        return self.ephemeral_to is not None

    @property
    def seen(self) -> Seen:
        """What people see of it now: its blocks, or else its text; and of streams what came until now."""
        return self.seen_in(self.now)

    def seen_in(self, version: Version) -> Seen:
        """Return what people saw of one of its versions."""
        names = self.channel.team.names()
        attached = [looks(_of(each), each.get("blocks", []), names) for each in version.attachments]
        return sum(attached, looks(version.text, [*version.blocks], names))

    @property
    def text(self) -> str:
        """All that can be read in it now."""
        return self.seen.text

    @property
    def fallback(self) -> str:
        """What a notification says."""
        return looks(self.now.text, [], self.channel.team.names()).text

    @property
    def controls(self) -> list[Json]:
        """The buttons and selects that it shows."""
        return controls([*self.now.blocks])

    @property
    def labels(self) -> list[str]:
        """What is written on its buttons."""
        return [written(each) for each in self.controls]


def _of(attachment: Json) -> str:
    """Return what an attachment says that has no blocks."""
    said = [attachment.get(name) for name in ("pretext", "title", "text", "footer")]
    return "\n".join(each for each in said if each)


@dataclass(eq=False, slots=True, kw_only=True)
class Stream:
    """A message that is still being written."""

    born: float
    chunks: list[Json] = field(default_factory=list)
    ended_at: float | None = None
    is_stopped_by_user: bool = False


@dataclass(eq=False, slots=True, kw_only=True)
class View:
    """A modal that somebody has before them, or their App Home."""

    id: str
    team: Team
    user: User
    kind: Literal["modal", "home"]
    shape: Json  #: what the application gave, blocks with their ids
    hash: str
    root: str
    previous: str | None = None
    is_open: bool = True
    versions: list[Json] = field(default_factory=list)  #: every shape it had, the newest last


@dataclass(eq=False, slots=True, kw_only=True)
class Trigger:
    """What lets the application open a view for somebody, once and at once."""

    id: str
    team: Team
    user: User
    born: float
    used: bool = False
    view: View | None = None  #: the modal it was born in: it may push onto that


@dataclass(eq=False, slots=True, kw_only=True)
class Response:
    """A response_url: what may be said in answer to one thing that somebody did."""

    path: str
    url: str
    channel: Channel
    user: User
    born: float
    source: Message | None = None  #: the message that was clicked: what replace_original and delete_original mean
    thread_ts: str | None = None
    uses: int = 0
    messages: list[Message] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Consent:
    """What somebody agreed to when the application asked to be installed."""

    user: User
    scopes: set[str]
    redirect_uri: str | None
    born: float


class World(Waiting):
    """Everything that exists, and one notice whenever some of it changed."""

    def __init__(self, limits: Limits, app: App) -> None:
        super().__init__()
        self.limits = limits
        self.app = app
        self.clock = Clock()
        self.host = ""  #: http://127.0.0.1:port, once it listens
        self.teams: dict[str, Team] = {}
        self.tokens: dict[str, Token] = {}
        self.views: dict[str, View] = {}
        self.triggers: dict[str, Trigger] = {}
        self.responses: dict[str, Response] = {}  #: by path
        self.codes: dict[str, Consent] = {}  #: of OAuth
        self.is_app_token_good = True  #: whether it opens sockets
        self.is_home_enabled = True
        self.emit: Callable[[Team, Json], None] = lambda *_: None  #: an event of a team; delivery puts itself here
        self._due: list[tuple[float, Callable[[], None]]] = []

    def messages(self, team: Team | None = None) -> Iterator[Message]:
        """Yield every message that ever was, of a team or of all."""
        for each in [team] if team else [*self.teams.values()]:
            for channel in each.channels.values():
                yield from channel.messages.values()

    def dm(self, user: User) -> Channel:
        """Return the bot's direct messages with a user."""
        for each in user.team.channels.values():
            if each.kind == "im" and each.user is user:
                return each
        number, both = self.clock.name("D"), {user.id, user.team.bot.id}
        channel = Channel(id=number, team=user.team, name=f"dm-{user.name}", kind="im", user=user, members=both)
        user.team.channels[channel.id] = channel
        return channel

    def trigger(self, user: User, view: View | None = None) -> Trigger:
        """Return what somebody's deed lets the application open a view with."""
        number = f"{self.clock.ts()}.{secrets.token_hex(16)}"
        made = Trigger(id=number, team=user.team, user=user, born=self.clock.now(), view=view)
        self.triggers[number] = made
        return made

    def response(
        self, channel: Channel, user: User, source: Message | None = None, *, of_command: bool = False
    ) -> Response:
        """Return a new response_url for what somebody did in a channel, to a message there if it was a click."""
        kind = "commands" if of_command else "actions"
        path = f"/{kind}/{channel.team.id}/{self.clock.name('')}/{secrets.token_urlsafe(18)}"
        made = Response(
            path=path,
            url=self.host + path,
            channel=channel,
            user=user,
            born=self.clock.now(),
            source=source,
            thread_ts=source.thread_ts if source and source.thread_ts != source.ts else None,
        )
        self.responses[path] = made
        return made

    def issue(self, team: Team, scopes: set[str] | None = None) -> Token:
        """Give the application a token for a team."""
        text = f"xoxb-{team.id}-{secrets.token_hex(12)}"
        token = Token(text=text, team=team, scopes={*self.app.scopes} if scopes is None else scopes)
        self.tokens[text] = token
        team.tokens.append(token)
        return token

    def later(self, after_s: float, happens: Callable[[], None]) -> None:
        """Let something happen by itself, once so much time has passed by the clock."""
        self._due.append((self.clock.now() + after_s, happens))

    def settle(self) -> None:
        """Let happen what is due: nothing here ticks, whoever looks calls this first."""
        now = self.clock.now()
        due = [happens for at, happens in self._due if at <= now]
        self._due = [each for each in self._due if each[0] > now]
        for happens in due:
            happens()
