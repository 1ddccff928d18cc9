"""From a parameter to an option of a slash command. Pure; whatever an author writes, Discord takes what comes of it."""

from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import assert_never

from adapters.discord.shapes import Json
from bot.inert import label
from bot.suggesting import goes_whole
from workflows.command import PROMPT
from workflows.numbers import written
from workflows.parameters import Choice, FileParameter, Flag, Integer, Number, Parameter, Seed, SizeParameter, Text
from workflows.vocabulary import Vocabulary

MOST_OPTIONS = 25
MOST_CHOICES = 25
MOST_SAID = 100
"""Characters of a description, and of a choice's name and value."""

MOST_TEXT = 6000
"""Characters of a text option: more than a message or a form takes."""

GRAMMAR_ROOM = 2000
"""Characters that the prompt's option takes beyond the prompt itself: options are written there, too."""

SAFE = 2**53 - 1
"""The largest number that a client written in JavaScript tells from its neighbours; Discord takes none beyond."""

_PICKED = 32  #: characters of a seed or a size, generously


class OptionKind(IntEnum):
    """What an option takes, as Discord numbers it."""

    SUBCOMMAND = 1
    GROUP = 2
    STRING = 3
    INTEGER = 4
    BOOLEAN = 5
    USER = 6
    NUMBER = 10
    ATTACHMENT = 11


def is_needed(parameter: Parameter) -> bool:
    """Tell whether nothing stands in for a parameter that nobody sets: loading a workflow made sure of all others."""
    match parameter:
        case FileParameter():
            return True
        case Text(required=True, default=default):
            return not (default or "").strip()
    return False


def option_of(name: str, parameter: Parameter) -> Json:
    """Return the option of a parameter; a choice that only servers know is completed while somebody types."""
    option: Json = {"name": name, "description": _help(name, parameter), **_typed(name, parameter)}
    return {**option, "required": True} if is_needed(parameter) else option


def widest(option: Json, others: Iterable[Json]) -> Json:
    """Return an option that takes whatever one of the same type takes anywhere: validation tells the exact fault."""
    alike = [option, *(other for other in others if other["type"] == option["type"])]
    wide = {key: value for key, value in option.items() if key not in {"choices", "autocomplete"}}
    for key, pick in (("min_value", min), ("min_length", min), ("max_value", max), ("max_length", max)):
        bounds = [other[key] for other in alike if key in other]
        wide.pop(key, None)
        if len(bounds) == len(alike):
            wide[key] = pick(bounds)
    if all("choices" in other for other in alike):
        return {**wide, **chosen_from([each["value"] for other in alike for each in other["choices"]])}
    is_completed = "choices" in option or "autocomplete" in option
    return {**wide, "autocomplete": True} if is_completed else wide


def ordered(options: Iterable[Json]) -> list[Json]:
    """Put first what is required, as Discord demands, and the prompt before its like; else the order stays."""
    return sorted(options, key=lambda each: (not each.get("required", False), each["name"] != PROMPT))


def described(option: Json) -> Json:
    """Say the bounds of a number beside what it is for, where both fit."""
    least, most = option.get("min_value"), option.get("max_value")
    if least is None or most is None or max(abs(least), abs(most)) >= SAFE:
        return option
    said = f"{option['description']} ({written(least)} to {written(most)})"
    return {**option, "description": said} if len(said) <= MOST_SAID else option


def chosen_from(values: Sequence[str]) -> Json:
    """Return what an option offers: every value at once where Discord can, else it is completed while typing."""
    found = [*dict.fromkeys(values)]
    names = {label(value, MOST_SAID) for value in found}
    if (
        0 < len(found) <= MOST_CHOICES
        and len(names - {""}) == len(found)
        and all(goes_whole(value, MOST_SAID) for value in found)
    ):
        return {"choices": [{"name": label(value, MOST_SAID), "value": value} for value in found]}
    return {"autocomplete": True}


def _help(name: str, parameter: Parameter) -> str:
    return label(parameter.help, MOST_SAID) or name.replace("_", " ").strip().capitalize()


def _typed(name: str, parameter: Parameter) -> Json:
    match parameter:
        case Text():
            return _text(name, parameter)
        case Integer() | Number():
            return _number(parameter)
        case Seed():
            return {"type": OptionKind.STRING, "max_length": _PICKED}  # `random`, and whole numbers up to 2^64
        case Choice():
            own = parameter.offered(Vocabulary()) if parameter.options is not None else None
            return {"type": OptionKind.STRING, **chosen_from(own or ())}
        case Flag():
            return {"type": OptionKind.BOOLEAN}
        case SizeParameter():
            return {"type": OptionKind.STRING, "autocomplete": True, "max_length": _PICKED}
        case FileParameter():
            return {"type": OptionKind.ATTACHMENT}
        case never:
            assert_never(never)


def _text(name: str, parameter: Text) -> Json:
    room = GRAMMAR_ROOM if name == PROMPT else 0
    shape: Json = {"type": OptionKind.STRING, "max_length": min(parameter.max_length + room, MOST_TEXT)}
    return {**shape, "min_length": 1} if parameter.required else shape


def _number(parameter: Integer | Number) -> Json:
    least, most = max(parameter.min, -SAFE), min(parameter.max, SAFE)
    if least > most:
        # All of it lies beyond what Discord can tell apart: typed as text it arrives exactly.
        return {"type": OptionKind.STRING}
    kind = OptionKind.INTEGER if isinstance(parameter, Integer) else OptionKind.NUMBER
    return {"type": kind, "min_value": least, "max_value": most}
