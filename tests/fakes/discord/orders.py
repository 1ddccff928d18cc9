"""What Discord's own client sends when a member asks: only what the registered command allows."""

import mimetypes
from dataclasses import dataclass
from typing import Any

from . import payloads
from .permissions import Can
from .shapes import Json
from .shapes_commands import ATTACHMENT, BOOLEAN, GROUP, INTEGER, NUMBER, SLASH, STRING, SUBCOMMAND
from .state import Channel, Command, File, User, World

_TYPES: dict[int, tuple[type, ...]] = {
    STRING: (str,),
    INTEGER: (int,),
    BOOLEAN: (bool,),
    NUMBER: (int, float),
}


class CannotAsk(Exception):
    """Discord's client would not let the member do this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A file that a member uploads with an option or in a form."""

    name: str
    content: bytes


def upload(world: World, channel: Channel, picture: Picture) -> File:
    """Store what a member uploads."""
    kind = mimetypes.guess_type(picture.name)[0] or "application/octet-stream"
    number = world.clock.snowflake()
    file = File(id=number, name=picture.name, content=picture.content, kind=kind, channel=channel.id, is_ephemeral=True)
    world.files[number] = file
    return file


def find(world: World, channel: Channel, user: User, name: str, kind: int) -> tuple[Command, bool]:
    """Return the command that the member means, and whether only their own installation brings it; or CannotAsk."""
    here = channel.guild.id if channel.guild else 0
    found = [
        each
        for each in world.commands.values()
        if each.guild in {0, here} and each.shape["name"] == name and (each.shape.get("type") or SLASH) == kind
    ]
    if not found:
        raise CannotAsk(f"there is no command {name}")
    command = max(found, key=lambda each: each.guild)
    shape = command.shape
    if not {Can.USE_APPLICATION_COMMANDS, Can.VIEW_CHANNEL} <= {each for each in Can if each in channel.can(user)}:
        raise CannotAsk(f"{user.name} may not use commands in {channel.name}")
    needed = Can(shape.get("default_member_permissions") or 0)
    if channel.guild is not None and needed & ~channel.can(user):
        raise CannotAsk(f"{name} is shown to others only")
    if shape.get("nsfw") and channel.guild is not None and not channel.is_nsfw:
        raise CannotAsk(f"{name} is for age-restricted channels")
    contexts = shape.get("contexts")
    if contexts is not None and (0 if channel.guild else 1) not in contexts:
        raise CannotAsk(f"{name} is not for such a place")
    types = shape.get("integration_types") or [0]
    if 0 in types and (channel.guild is None or channel.guild.has_bot):
        return command, False
    if 1 in types and user.has_installed:
        return command, True
    raise CannotAsk(f"{name} is not installed here")


def slash(
    world: World, channel: Channel, command: Command, path: list[str], given: dict[str, Any], *, focused: str = ""
) -> Json:
    """Return the data of a command, its options checked; with `focused` as autocomplete sends it, half-typed."""
    known = command.shape.get("options") or []
    for step in path:
        part = next((each for each in known if each["name"] == step and each["type"] in {SUBCOMMAND, GROUP}), None)
        if part is None:
            raise CannotAsk(f"{command.shape['name']} has no part {step}")
        known = part.get("options") or []
    resolved: Json = {}
    options = _options(world, channel, known, given, resolved, focused=focused)
    for step in reversed(path):
        options = [{"name": step, "type": SUBCOMMAND if step == path[-1] else GROUP, "options": options}]
    data: Json = {"id": str(command.id), "name": command.shape["name"], "type": SLASH, "options": options}
    if resolved:
        data["resolved"] = {"attachments": resolved}
    if command.guild:
        data["guild_id"] = str(command.guild)
    return data


def _options(
    world: World, channel: Channel, known: list[Json], given: dict[str, Any], resolved: Json, *, focused: str
) -> list[Json]:
    by_name = {each["name"]: each for each in known}
    if strange := given.keys() - by_name.keys():
        raise CannotAsk(f"there is no option {', '.join(strange)}")
    missing = [each["name"] for each in known if each.get("required") and each["name"] not in given]
    if missing and not focused:
        raise CannotAsk(f"required: {', '.join(missing)}")
    options: list[Json] = []
    for name, value in given.items():
        shape = by_name[name]
        sent: Json = {"name": name, "type": shape["type"], "value": value}
        if name == focused:
            sent |= {"focused": True, "value": str(value)}
        elif shape["type"] == ATTACHMENT:
            file = upload(world, channel, value)
            resolved[str(file.id)] = payloads.attachment(world, file)
            sent["value"] = str(file.id)
        elif not focused:
            _check(shape, value)
        options.append(sent)
    return options


def _check(shape: Json, value: Any) -> None:
    name, kind = shape["name"], shape["type"]
    if isinstance(value, bool) != (kind == BOOLEAN) or not isinstance(value, _TYPES.get(kind, (object,))):
        raise CannotAsk(f"{name} takes no {value!r}")
    choices = [each["value"] for each in shape.get("choices") or ()]
    if choices and value not in choices:
        raise CannotAsk(f"{name} offers no {value!r}")
    unit = "length" if kind == STRING else "value"
    amount = len(str(value)) if kind == STRING else value
    least, most = shape.get(f"min_{unit}"), shape.get(f"max_{unit}")
    if (least is not None and amount < least) or (most is not None and amount > most):
        raise CannotAsk(f"{name} has to be within {least} and {most}")
