"""conversations.*: what is known of channels, who is in them, and what was said there."""

from collections.abc import Sequence
from typing import TypeVar

from . import bodies
from .events import tell_joined
from .given import Given, refused
from .shapes import Json
from .state import Channel, Message, User

T = TypeVar("T")

_SCOPE = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}


def _may(given: Given, channel: Channel, what: str) -> None:
    given.must_have(f"{_SCOPE[channel.kind]}:{what}")


async def info(given: Given) -> Json:
    """Return what is known of a channel."""
    channel = given.channel()
    _may(given, channel, "read")
    return {"channel": bodies.channel(channel, with_members=given.flag("include_num_members"))}


async def members(given: Given) -> Json:
    """Return who is in a channel."""
    channel = given.channel()
    _may(given, channel, "read")
    page, more = _page(given, sorted(channel.members), "invalid_limit")
    return {"members": page, **more}


async def join(given: Given) -> Json:
    """Come into a public channel."""
    channel = given.channel()
    if channel.kind != "channel":
        raise refused("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise refused("is_archived")
    if given.team.bot.id in channel.members:
        more: Json = {"warning": "already_in_channel", "response_metadata": {"warnings": ["already_in_channel"]}}
        return {"channel": bodies.channel(channel), **more}
    channel.members.add(given.team.bot.id)
    tell_joined(given.world, channel, given.team.bot)
    return {"channel": bodies.channel(channel)}


async def open_dm(given: Given) -> Json:
    """Open direct messages with one user or several."""
    if given.text("channel"):
        channel = given.channel()
        if channel.kind not in {"im", "mpim"}:
            raise refused("method_not_supported_for_channel_type")
    else:
        channel = _with(given, _users(given))
    if given.flag("return_im"):
        return {"channel": bodies.channel(channel)}
    return {"channel": {"id": channel.id}}


def _users(given: Given) -> list[User]:
    named = [each.strip() for each in (given.text("users") or "").split(",") if each.strip()]
    if not named:
        raise refused("users_list_not_supplied")
    found = [given.team.users.get(each) for each in named]
    users = [each for each in found if each is not None]
    if len(users) < len(named):
        raise refused("user_not_found")
    if any(each.is_deleted for each in users):
        raise refused("user_disabled")
    if len(users) > 8:
        raise refused("too_many_users")
    return users


def _with(given: Given, users: list[User]) -> Channel:
    if len(users) == 1:
        return given.world.dm(users[0])
    inside = {each.id for each in users} | {given.team.bot.id}
    for each in given.team.channels.values():
        if each.kind == "mpim" and each.members == inside:
            return each
    number = given.world.clock.name("G")
    name = f"mpdm-{'--'.join(each.name for each in users)}-1"
    channel = Channel(id=number, team=given.team, name=name, kind="mpim", members=inside)
    given.team.channels[number] = channel
    return channel


async def history(given: Given) -> Json:
    """Return what stands in a channel, newest first, without what stands in threads only."""
    channel = _readable(given)
    found = [each for each in channel.shown if each.thread_ts in {None, each.ts} or each.is_broadcast]
    return _told(given, _span(given, found)[::-1])


async def replies(given: Given) -> Json:
    """Return a thread: its parent, and then its replies, oldest first."""
    channel = _readable(given, "channel_not_found")
    parent = channel.messages.get(given.needed("ts"))
    if parent is None or parent.is_ephemeral:
        raise refused("thread_not_found")
    root = parent.thread_ts or parent.ts
    own = [each for each in channel.shown if each.ts == root]
    return _told(given, own + _span(given, channel.replies(root)))


def _readable(given: Given, outside: str = "not_in_channel") -> Channel:
    channel = given.channel()
    _may(given, channel, "history")
    if given.team.bot.id not in channel.members:
        raise refused(outside)
    return channel


def _span(given: Given, found: list[Message]) -> list[Message]:
    latest, oldest = _stamp(given, "latest", float("inf")), _stamp(given, "oldest", float("-inf"))
    if given.flag("inclusive"):
        return [each for each in found if oldest <= float(each.ts) <= latest]
    return [each for each in found if oldest < float(each.ts) < latest]


def _stamp(given: Given, name: str, default: float) -> float:
    value = given.text(name)
    if not value:
        return default
    try:
        return float(value)
    except ValueError:
        raise refused(f"invalid_ts_{name}") from None


def _told(given: Given, found: list[Message]) -> Json:
    page, more = _page(given, found)
    is_full = given.flag("include_all_metadata")
    told = [bodies.message(given.world, each, with_metadata=is_full) for each in page]
    return {"messages": told, "has_more": bool(more["response_metadata"]["next_cursor"]), **more}


def _page(given: Given, found: Sequence[T], error: str = "invalid_arguments") -> tuple[list[T], Json]:
    limit = given.number("limit", 100)
    if not 1 <= limit <= 999:
        raise refused(error)
    cursor = given.text("cursor") or "next:0"
    if not cursor.removeprefix("next:").isdigit():
        raise refused("invalid_cursor")
    start = int(cursor.removeprefix("next:"))
    following = f"next:{start + limit}" if start + limit < len(found) else ""
    return [*found[start : start + limit]], {"response_metadata": {"next_cursor": following}}
