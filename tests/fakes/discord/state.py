"""What exists in this Discord: users, guilds, channels, messages, commands and interactions."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.fakes.waiting import Waiting

from .clock import Clock
from .limits import Limits
from .permissions import EVERYONE, EVERYTHING, NOTHING, Can
from .refusals import refused
from .shapes import Json
from .shapes_components import TEXT, walk
from .shapes_messages import EPHEMERAL, V2

TEXT_CHANNEL, DM_CHANNEL, THREAD = 0, 1, 11


@dataclass(eq=False, slots=True, kw_only=True)
class User:
    """Somebody, or the bot itself."""

    id: int
    name: str
    is_bot: bool = False
    takes_dms: bool = True
    has_installed: bool = False  #: the application, for themselves
    locale: str = "en-US"


@dataclass(eq=False, slots=True, kw_only=True)
class Guild:
    """A community; its role @everyone has the guild's own id."""

    id: int
    name: str
    owner: User
    bot_role: int
    notices: int | None = None  #: the channel for system messages
    everyone: Can = EVERYONE
    bot_can: Can = EVERYONE
    has_bot: bool = True
    file_bytes: int | None = None
    locale: str = "en-US"
    members: dict[int, Can] = field(default_factory=dict)  #: what somebody may do beyond @everyone
    timed_out: dict[int, str] = field(default_factory=dict)  #: until when somebody may do nothing, as Discord writes it
    roles: dict[int, tuple[str, set[int]]] = field(
        default_factory=dict
    )  #: names of others than those two, and who has them
    channels: "dict[int, Channel]" = field(default_factory=dict)


@dataclass(eq=False, slots=True, kw_only=True)
class Channel:
    """A text channel of a guild, a thread in one, or a direct message between the bot and one user."""

    id: int
    name: str
    guild: Guild | None = None
    user: User | None = None
    parent: "Channel | None" = None  #: of a thread
    is_nsfw: bool = False
    denied: dict[int, Can] = field(default_factory=dict)
    messages: "dict[int, Message]" = field(default_factory=dict)

    def can(self, user: User) -> Can:
        """Return what a user, or the bot, may do here."""
        if self.parent is not None:
            return self.parent.can(user)
        if self.guild is None:
            return EVERYONE
        own = self.guild.bot_can if user.is_bot else self.guild.members.get(user.id, NOTHING)
        if own & Can.ADMINISTRATOR:
            return EVERYTHING
        return (self.guild.everyone | own) & ~self.denied.get(user.id, NOTHING)

    @property
    def to_send(self) -> Can:
        """The permission that it takes to post here."""
        return Can.SEND_MESSAGES if self.parent is None else Can.SEND_MESSAGES_IN_THREADS

    @property
    def shown(self) -> "list[Message]":
        """The messages that everybody here sees, oldest first."""
        return [each for each in self.messages.values() if each.deleted_at is None and not each.is_ephemeral]


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """An attachment as it is stored."""

    id: int
    name: str
    content: bytes
    kind: str
    channel: int
    description: str | None = None
    is_ephemeral: bool = False

    @property
    def is_spoiler(self) -> bool:
        """Whether it is hidden until clicked."""
        return self.name.startswith("SPOILER_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What a message showed from `at` on."""

    at: float
    content: str = ""
    embeds: tuple[Json, ...] = ()
    components: tuple[Json, ...] = ()
    files: tuple[File, ...] = ()
    flags: int = 0

    @property
    def text(self) -> str:
        """All that can be read in it."""
        parts: list[str | None] = [self.content]
        for embed in self.embeds:
            parts += [embed.get("title"), embed.get("description")]
            parts += [part for each in embed.get("fields", ()) for part in (each["name"], each["value"])]
            parts += [embed.get(name, {}).get(key) for name, key in (("footer", "text"), ("author", "name"))]
        parts += [each["content"] for each in walk(self.components) if each["type"] == TEXT]
        return "\n".join(part for part in parts if part)


@dataclass(eq=False, slots=True, kw_only=True)
class Message:
    """One message with all that it ever showed."""

    id: int
    channel: Channel
    author: User
    versions: list[Version]
    interaction: "Interaction | None" = None
    reference: int | None = None
    nonce: str | None = None
    pings: set[str] = field(default_factory=set)  #: ids of users, and "everyone"
    deleted_at: float | None = None
    is_loading: bool = False

    @property
    def now(self) -> Version:
        """What it shows."""
        return self.versions[-1]

    @property
    def text(self) -> str:
        """All that can be read in it now."""
        return self.now.text

    @property
    def files(self) -> tuple[File, ...]:
        """The attachments it shows now."""
        return self.now.files

    @property
    def is_ephemeral(self) -> bool:
        """Whether only the one who asked sees it."""
        return bool(self.now.flags & EPHEMERAL)

    @property
    def is_v2(self) -> bool:
        """Whether it is made of components V2."""
        return bool(self.now.flags & V2)

    @property
    def controls(self) -> list[Json]:
        """The buttons and selects that it shows."""
        return [each for each in walk(self.now.components) if "custom_id" in each or "url" in each]

    @property
    def labels(self) -> list[str]:
        """What is written on its buttons."""
        return [written(each) for each in self.controls]


def written(control: Json) -> str:
    """Return what stands on a button or select."""
    emoji = control.get("emoji") or {}
    return str(control.get("label") or control.get("placeholder") or emoji.get("name", ""))


@dataclass(eq=False, slots=True, kw_only=True)
class Interaction:
    """A thing that a member did with the application, and what came of it."""

    id: int
    token: str
    kind: int  #: 2 command, 3 component, 4 autocomplete, 5 modal
    user: User
    channel: Channel
    born: float
    data: Json
    source: Message | None = None  #: the message that was clicked, or under which a modal was opened
    by_user_install: bool = False
    answered_at: float | None = None
    answer: int | None = None  #: the type of the first answer
    modal: Json | None = None
    choices: list[Json] | None = None
    original: Message | None = None
    messages: list[Message] = field(default_factory=list)  #: the original and the follow-ups
    followups: int = 0


@dataclass(eq=False, slots=True, kw_only=True)
class Command:
    """A registered application command; guild 0 is everywhere."""

    id: int
    guild: int
    version: int
    shape: Json


class World(Waiting):
    """Everything that exists, and one notice whenever some of it changed."""

    def __init__(self, limits: Limits, *, token: str) -> None:
        super().__init__()
        self.limits = limits
        self.clock = Clock()
        self.token = token
        self.host = ""  #: http://127.0.0.1:port, once it listens
        self.application = self.clock.snowflake()
        self.bot = User(id=self.application, name="fairbrush", is_bot=True)
        self.users: dict[int, User] = {self.bot.id: self.bot}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.commands: dict[int, Command] = {}
        self.commands_created: dict[int, list[float]] = {}  #: scope -> when
        self.interactions: dict[int, Interaction] = {}
        self.by_token: dict[str, Interaction] = {}
        self.files: dict[int, File] = {}
        self.redirects: dict[int, str] = {}  #: file -> where its link sends whoever follows it
        self.emit: Callable[[str, Json, Guild | None], None] = lambda *_: None  #: the gateway puts itself here

    def user(self, name: str) -> User:
        """Return the user of that name, new if need be."""
        found = next((each for each in self.users.values() if each.name == name), None)
        if found is None:
            found = User(id=self.clock.snowflake(), name=name)
            self.users[found.id] = found
        return found

    def channel(self, number: int) -> Channel:
        """Return a channel; raises 10003."""
        if number not in self.channels:
            raise refused(10003)
        return self.channels[number]

    def dm(self, user: User) -> Channel:
        """Return the bot's direct messages with a user."""
        for each in self.channels.values():
            if each.user is user:
                return each
        channel = Channel(id=self.clock.snowflake(), name=f"dm-{user.name}", user=user)
        self.channels[channel.id] = channel
        return channel

    def messages(self) -> Iterator[Message]:
        """Yield every message that ever was."""
        for channel in self.channels.values():
            yield from channel.messages.values()

    def new_token(self) -> str:
        """Return a secret that belongs to one interaction."""
        return f"aW50ZXJhY3Rpb24.{secrets.token_urlsafe(48)}"
