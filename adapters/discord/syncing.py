"""Registers commands when they differ from what was registered last; and says what differs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from adapters.discord.refusals import Refusal
from adapters.discord.registration import CommandKind, digest_of
from adapters.discord.rest import Rest
from adapters.discord.shapes import Json
from bot.ports import TextStore

_INVITE = "Invite the bot there with the link that fairbrush discord manifest prints."

REFUSED: Mapping[Refusal, str] = {
    Refusal.FORBIDDEN: f"Discord does not let the bot do that there. {_INVITE}",
    Refusal.GONE: f"Discord knows no such server, or the bot is not in it. {_INVITE}",
    Refusal.TOO_MANY: "Discord was asked too often. Try again in some minutes.",
    Refusal.INVALID: "Discord refuses these commands. FAIRBRUSH_DEBUG=1 shows what it said.",
}
"""What a refusal of commands asks of the operator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Synced:
    """What became of it."""

    digest: str
    registered: tuple[Json, ...] | None  #: as Discord answered; None: it knew them already


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What a sync changes, by name."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()


async def sync(
    rest: Rest,
    remembered: TextStore,
    commands: Sequence[Json],
    *,
    application: str,
    guild: str | None = None,
    anew: bool = False,
) -> Synced:
    """Replace what is registered, in one call, if it differs from what was sent last; `anew` asks in any case.

    Raises ChatError or StoreLost. A process that dies between the two steps sends the same again: nothing changes.
    """
    digest, name = digest_of(commands), f"commands/{application}/{guild or 'everywhere'}"
    if not anew and await remembered.get(name) == digest:
        return Synced(digest=digest, registered=None)
    registered = await rest.put_commands(application, guild, commands)
    await remembered.put(name, digest)
    return Synced(digest=digest, registered=tuple(registered))


def difference(registered: Iterable[Json], wanted: Iterable[Json]) -> Difference:
    """Compare what Discord answers with what is to be registered, whatever fields Discord adds or leaves out."""
    old, new = _by_name(registered), _by_name(wanted)
    both = [name for name in new if name in old]
    return Difference(
        added=tuple(name for name in new if name not in old),
        changed=tuple(name for name in both if old[name] != new[name]),
        removed=tuple(name for name in old if name not in new),
        unchanged=tuple(name for name in both if old[name] == new[name]),
    )


_COMMAND = ("type", "name", "description", "default_member_permissions", "contexts", "integration_types", "nsfw")
_OPTION = (
    *("type", "name", "description", "required", "autocomplete"),
    *("min_value", "max_value", "min_length", "max_length"),
)


def _by_name(commands: Iterable[Json]) -> Mapping[str, Json]:
    shapes = [_shape(each) for each in commands]
    return {f"/{each['name']}" if each["type"] == CommandKind.SLASH else str(each["name"]): each for each in shapes}


def _shape(command: Json) -> Json:
    shape = _told(command, _COMMAND)
    # Discord sorts neither, and their order means nothing.
    sets: Json = {name: sorted(shape[name]) for name in ("contexts", "integration_types") if name in shape}
    # Asked for as a number, and told as the text of one.
    sets |= {name: str(shape[name]) for name in ("default_member_permissions",) if name in shape}
    return {
        "type": CommandKind.SLASH,
        **shape,
        **sets,
        "options": [_option(each) for each in _list(command, "options")],
    }


def _option(option: Json) -> Json:
    choices = [(each.get("name"), each.get("value")) for each in _list(option, "choices")]
    parts = [_option(each) for each in _list(option, "options")]
    return {**_told(option, _OPTION), "choices": choices, "options": parts}


def _told(part: Json, names: Iterable[str]) -> Json:
    # What is absent, null, false and empty are the same to Discord; a bound of zero is not.
    return {name: part[name] for name in names if not _says_nothing(part.get(name))}


def _says_nothing(value: object) -> bool:
    return value is None or value is False or value in ("", [])


def _list(part: Json, name: str) -> Sequence[Json]:
    found = part.get(name)
    return found if isinstance(found, list) else ()
