"""From Discord's own event to who did it, where, and what may be done there. Pure; the event is foreign JSON."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, IntFlag
from typing import cast

from adapters.discord.components import EPHEMERAL
from adapters.discord.shapes import Json, is_id
from bot.commands import IMAGINE
from bot.jobs import DIRECT, Place, Requester, Tenant
from bot.policy.places import Spot
from bot.submissions import Occasion

PLATFORM = "discord"

_GUILD, _OTHERS_DM = 0, 2
_THREADS = frozenset({10, 11, 12})
_MIB = 1024 * 1024
_LEAST_LIMIT, _MOST_LIMIT = 8 * _MIB, 500 * _MIB
"""What Discord has ever let somebody attach: a number beyond that is not believed."""

_EPOCH_MS = 1_420_070_400_000
"""From where Discord counts time."""

_NAME_MAX = 80
_MOST_ROLES = 250
"""As many as a server of Discord's can have."""
_TOKEN_MAX = 512

WITHIN_S = 780.0
"""Where only the token may edit, a job has to end 2 min before the token does (15 min): an end takes time to show."""


class StrangeEvent(ValueError):
    """An event that is not as Discord describes it: nobody can be answered."""


class Kind(IntEnum):
    """What somebody did, as Discord numbers it."""

    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    SUBMIT = 5


class Right(IntFlag):
    """The permissions that are looked at."""

    ADMINISTRATOR = 1 << 3
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_GUILD = 1 << 5
    MANAGE_MESSAGES = 1 << 13
    ATTACH_FILES = 1 << 15
    SEND_MESSAGES_IN_THREADS = 1 << 38
    MODERATE_MEMBERS = 1 << 40


_GOVERNING = Right.MANAGE_GUILD | Right.MODERATE_MEMBERS

NAMES: Mapping[Right, str] = {
    Right.VIEW_CHANNEL: "View Channel",
    Right.SEND_MESSAGES: "Send Messages",
    Right.SEND_MESSAGES_IN_THREADS: "Send Messages in Threads",
    Right.ATTACH_FILES: "Attach Files",
}
"""As they stand in Discord's own settings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """One thing that somebody did with us."""

    id: str
    token: str = field(repr=False)
    application: str
    kind: Kind
    requester: Requester
    place: Place
    data: Json = field(repr=False)  #: what was asked, as Discord wrote it
    attachment_limit: int  #: bytes of one file there
    is_restricted: bool  #: the channel is for adults
    is_private: bool  #: a direct message between us and one person
    is_only_token: bool  #: the bot itself is not there: what the token cannot do, nobody can
    moderates: bool  #: may delete other people's messages there
    governs: bool  #: may manage the server, or time its members out
    missing: tuple[str, ...]  #: permissions that we lack for posting pictures there, as Discord's settings call them
    thread_of: str | None = None  #: the channel that this is a thread of
    message: str | None = None  #: the id of the message that was clicked
    is_ephemeral: bool = False  #: nobody else sees that message, and nothing keeps it up to date
    asker: str | None = None  #: the id of whoever that message answers, where it answers anybody
    roles: tuple[str, ...] = ()  #: ids of those that they have there; in private there are none

    @property
    def made_at(self) -> float:
        """Return when somebody did it, in seconds since 1970 by Discord's clock: its ids say so."""
        return ((int(self.id) >> 22) + _EPOCH_MS) / 1000

    @property
    def within_s(self) -> float | None:
        """Return within what time a job that is asked for here has to end."""
        return WITHIN_S if self.is_only_token else None

    @property
    def is_adults_only(self) -> bool:
        """Tell whether what is for adults may be shown.

        In private Discord asks before a command that is marked as such. /imagine is not, whatever workflow it names.
        """
        return self.is_restricted or (self.is_private and self.data.get("name") != IMAGINE)

    @property
    def spot(self) -> Spot:
        """Return the place as rules see it."""
        return Spot(place=self.place, adults_only=self.is_adults_only, thread_of=self.thread_of)

    @property
    def occasion(self) -> Occasion:
        """Return it as one on which something may be asked."""
        return Occasion(
            event=self.id, requester=self.requester, spot=self.spot, within_s=self.within_s, roles=self.roles
        )


def origin_of(event: Json, *, restricts: Callable[[str], bool] = lambda _: False) -> Origin:
    """Read an event; `restricts` tells of a channel by its id whether it is for adults. Raises StrangeEvent."""
    try:
        return _read(event, restricts)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise StrangeEvent(f"{type(error).__name__} in an event") from error


def _read(event: Json, restricts: Callable[[str], bool]) -> Origin:
    channel: Json = event.get("channel") or {}
    channel_id = _id(event.get("channel_id") or channel["id"])
    guild = _id(event["guild_id"]) if event.get("guild_id") else None
    context = int(event.get("context", 1 if guild is None else _GUILD))
    tenant, is_only_token = _tenant(event, guild, context)
    user: Json = (event.get("member") or event)["user"]
    message: Json = event.get("message") or {}
    asked: Json = message.get("interaction_metadata") or {}
    return Origin(
        id=_id(event["id"]),
        token=_token(event["token"]),
        application=_id(event["application_id"]),
        kind=Kind(event["type"]),
        requester=Requester(tenant=tenant, id=_id(user["id"]), name=_name(event.get("member") or {}, user)),
        place=Place(tenant=tenant, channel=channel_id),
        data=cast(Json, dict(event["data"])),
        attachment_limit=min(max(int(event.get("attachment_size_limit", 0)), _LEAST_LIMIT), _MOST_LIMIT),
        is_restricted=guild is not None and _restricted(channel, channel_id, restricts),
        is_private=guild is None and context != _OTHERS_DM,
        is_only_token=is_only_token,
        moderates=_holds(event.get("member") or {}, Right.MANAGE_MESSAGES) and not is_only_token,
        governs=may_govern(event.get("member") or {}) and not is_only_token,
        missing=_missing(event, channel, is_there=guild is not None and not is_only_token),
        thread_of=_thread_of(channel),
        message=_id(message["id"]) if message else None,
        is_ephemeral=bool(int(message.get("flags") or 0) & EPHEMERAL),
        asker=_id(asked["user"]["id"]) if asked else None,
        roles=_roles(event.get("member") or {}),
    )


def _tenant(event: Json, guild: str | None, context: int) -> tuple[Tenant, bool]:
    """Return the community, and whether the bot itself is absent there."""
    owners: Json = event.get("authorizing_integration_owners") or {}
    if guild is not None:
        # Installed for the community: the owner under "0" is the community itself. Otherwise somebody brought us along.
        is_there = str(owners.get("0", "")) == guild
        return Tenant(platform=PLATFORM, id=guild if is_there else DIRECT), not is_there
    return Tenant(platform=PLATFORM, id=DIRECT), context == _OTHERS_DM


def _restricted(channel: Json, channel_id: str, restricts: Callable[[str], bool]) -> bool:
    if channel.get("nsfw") is True:
        return True
    # A thread is as its channel is, and does not say so itself.
    return restricts(_thread_of(channel) or channel_id)


def _thread_of(channel: Json) -> str | None:
    is_thread = channel.get("type") in _THREADS and channel.get("parent_id")
    return _id(channel["parent_id"]) if is_thread else None


def _missing(event: Json, channel: Json, *, is_there: bool) -> tuple[str, ...]:
    """Name what we lack. By token messages may be sent wherever we can be asked: there only the files matter."""
    needed = [Right.ATTACH_FILES]
    if is_there:
        sending = Right.SEND_MESSAGES_IN_THREADS if channel.get("type") in _THREADS else Right.SEND_MESSAGES
        needed = [Right.VIEW_CHANNEL, sending, Right.ATTACH_FILES]
    ours = {"permissions": event.get("app_permissions", "0")}
    return tuple(NAMES[right] for right in needed if not _holds(ours, right))


def may_govern(who: Json) -> bool:
    """Tell whether somebody's permissions let them manage the server, or time its members out."""
    return _holds(who, _GOVERNING)


def _holds(who: Json, right: Right) -> bool:
    return bool(int(who.get("permissions") or 0) & (right | Right.ADMINISTRATOR))


def _roles(member: Json) -> tuple[str, ...]:
    roles = member.get("roles") or []
    if not isinstance(roles, list):
        raise TypeError("no list of roles")
    return tuple(map(_id, roles[:_MOST_ROLES]))


def _name(member: Json, user: Json) -> str:
    name = member.get("nick") or user.get("global_name") or user.get("username") or "somebody"
    return str(name)[:_NAME_MAX]


def _id(value: object) -> str:
    text = str(value)
    if not is_id(text):
        raise ValueError("no id of Discord's")
    return text


def _token(value: object) -> str:
    text = str(value)
    if not (0 < len(text) <= _TOKEN_MAX and text.isascii() and text.isprintable() and "/" not in text):
        raise ValueError("no token of Discord's")
    return text
