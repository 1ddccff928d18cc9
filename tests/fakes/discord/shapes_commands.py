"""What an application command may be (docs: interactions/application-commands)."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from .shapes import (
    Check,
    Fault,
    Json,
    Path,
    anything,
    fields,
    flag,
    integer,
    listing,
    nullable,
    number,
    one_of,
    text,
)

SLASH, USER_MENU, MESSAGE_MENU = 1, 2, 3
SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN, NUMBER, ATTACHMENT = 1, 2, 3, 4, 5, 10, 11
MOST = {SLASH: 100, USER_MENU: 15, MESSAGE_MENU: 15}
_TOTAL = 8000
_NAME = text(1, 32, like=r"[-_'\w]{1,32}")
_LOCALIZED = nullable(anything)
_VALUED = (STRING, INTEGER, NUMBER)


def _name(value: Any, path: Path) -> Iterator[Fault]:
    yield from _NAME(value, path)
    if isinstance(value, str) and value != value.lower():
        yield Fault(path=path, code="APPLICATION_COMMAND_INVALID_NAME", message="Command name is invalid")


def _value(value: Any, path: Path) -> Iterator[Fault]:
    yield from text(0, 100)(value, path) if isinstance(value, str) else number(value, path)


def _choices_fit(option: Json, path: Path) -> Iterator[Fault]:
    choices, kind = option.get("choices") or [], option["type"]
    if option.get("autocomplete") and (choices or kind not in _VALUED):
        yield Fault(path=(*path, "autocomplete"), code="APPLICATION_COMMAND_AUTOCOMPLETE", message="Not with choices")
    if choices and kind not in _VALUED:
        yield Fault(path=(*path, "choices"), code="APPLICATION_COMMAND_OPTION_CHOICES_INVALID", message="Not this type")
    for index, each in enumerate(choices):
        wrong = isinstance(each["value"], str) != (kind == STRING) or (
            kind == INTEGER and not isinstance(each["value"], int)
        )
        if wrong:
            yield Fault(path=(*path, "choices", index, "value"), code="BASE_TYPE_CHOICES", message="Not of its type")
    yield from _once([each["name"] for each in choices], (*path, "choices"), "APPLICATION_COMMAND_OPTION_CHOICE_NAME")


def _bounds_fit(option: Json, path: Path) -> Iterator[Fault]:
    allowed = {
        STRING: {"min_length", "max_length"},
        INTEGER: {"min_value", "max_value"},
        NUMBER: {"min_value", "max_value"},
    }.get(option["type"], set())
    for name in {"min_length", "max_length", "min_value", "max_value"} & option.keys() - allowed:
        yield Fault(path=(*path, name), code="APPLICATION_COMMAND_OPTION_BOUNDS", message="Not for this type")
    for name in {"min_value", "max_value"} & option.keys():
        if abs(option[name]) > 2**53:
            yield Fault(path=(*path, name), code="NUMBER_TYPE_RANGE", message="Beyond 2^53")


def _once(names: list[str], path: Path, code: str) -> Iterator[Fault]:
    for name, times in Counter(names).items():
        if times > 1:
            yield Fault(path=path, code=f"{code}_DUPLICATE", message=f"Used more than once: {name}")


def _options_agree(options: list[Json], path: Path) -> Iterator[Fault]:
    yield from _once([each["name"] for each in options], path, "APPLICATION_COMMAND_OPTIONS_NAME")
    seen_optional = False
    for index, each in enumerate(options):
        if each.get("required") and seen_optional:
            yield Fault(
                path=(*path, index),
                code="APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
                message="Required options must be placed before non-required options",
            )
        seen_optional = seen_optional or not each.get("required")


_CHOICE = fields({"name": text(1, 100), "value": _value}, {"name_localizations": _LOCALIZED})


def _options(value: Any, path: Path) -> Iterator[Fault]:
    found = [*listing(_option, 0, 25)(value, path)]
    yield from found or _options_agree(value, path)


def _option(value: Any, path: Path) -> Iterator[Fault]:
    yield from _OPTION(value, path)


_OPTION: Check = fields(
    {"name": _name, "description": text(1, 100), "type": one_of(*range(1, 12))},
    {
        "required": flag,
        "choices": nullable(listing(_CHOICE, 0, 25)),
        "autocomplete": flag,
        "min_value": number,
        "max_value": number,
        "min_length": integer(0, 6000),
        "max_length": integer(1, 6000),
        "channel_types": listing(integer(), 0, 25),
        "options": _options,
        "name_localizations": _LOCALIZED,
        "description_localizations": _LOCALIZED,
    },
    _choices_fit,
    _bounds_fit,
)


def _characters(part: Json) -> int:
    own = len(part["name"]) + len(part.get("description") or "")
    own += sum(len(each["name"]) + len(str(each["value"])) for each in part.get("choices") or ())
    return own + sum(map(_characters, part.get("options") or ()))


def _fits_its_type(command: Json, path: Path) -> Iterator[Fault]:
    kind = command.get("type", SLASH)
    if kind == SLASH:
        yield from _name(command["name"], (*path, "name"))
        yield from text(1, 100)(command.get("description", ""), (*path, "description"))
    elif command.get("description") or command.get("options"):
        yield Fault(path=path, code="APPLICATION_COMMAND_CONTEXT_MENU", message="A menu entry has a name only")
    if _characters(command) > _TOTAL:
        yield Fault(path=path, code="APPLICATION_COMMAND_TOO_LARGE", message=f"Command exceeds {_TOTAL} characters")


COMMAND = fields(
    {"name": text(1, 32)},
    {
        "id": nullable(anything),
        "type": one_of(*MOST),
        "description": nullable(text(0, 100)),
        "options": nullable(_options),
        "default_member_permissions": nullable(integer(0, 2**54 - 1)),
        "dm_permission": nullable(flag),
        "nsfw": flag,
        "contexts": nullable(listing(one_of(0, 1, 2), 0, 3)),
        "integration_types": nullable(listing(one_of(0, 1), 1, 2)),
        "name_localizations": _LOCALIZED,
        "description_localizations": _LOCALIZED,
        "handler": anything,
    },
    _fits_its_type,
)


def commands(value: Any, path: Path) -> Iterator[Fault]:
    """Accept all commands of a scope: at most so many of each type, each name once."""
    found = [*listing(COMMAND, 0, sum(MOST.values()))(value, path)]
    yield from found
    if found:
        return
    for kind, most in MOST.items():
        names = [each["name"] for each in value if each.get("type", SLASH) == kind]
        yield from _once(names, path, "APPLICATION_COMMANDS_NAME")
        if len(names) > most:
            yield Fault(path=path, code="APPLICATION_COMMAND_LIMIT", message=f"Must be {most} or fewer of type {kind}")


CHOICES = fields({"choices": listing(_CHOICE, 0, 25)})
"""The answer to autocomplete."""
