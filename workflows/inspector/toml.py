"""TOML as a manifest needs it: text, numbers, yes and no, lists and inline tables."""

from collections.abc import Mapping

from workflows.numbers import written
from workflows.text import clean

TomlValue = str | bool | int | float | tuple["TomlValue", ...] | list["TomlValue"] | Mapping[str, "TomlValue"]

_LARGE = 1_000_000
"""From here on an integer is written with _ between its thousands, so that a person can read it."""

_SHORT = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}


def is_writable(text: str) -> bool:
    """Tell whether TOML can hold the text: half of a surrogate pair, which JSON may bring, it cannot."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def quoted(text: str) -> str:
    """Write a basic string: everything but control characters, quotes and backslashes stands for itself."""
    return '"' + "".join(_character(character) for character in text) + '"'


def comment(text: str) -> str:
    """Write one line of comment; a line break in the text cannot end it."""
    return f"# {' '.join(clean(text).split())}".rstrip()


def value(content: TomlValue) -> str:
    """Write any value on one line."""
    match content:
        case str():
            return quoted(content)
        case bool():
            return "true" if content else "false"
        case int():
            return f"{content:_}" if abs(content) >= _LARGE else str(content)
        case float():
            return written(content)
        case Mapping():
            return "{ " + ", ".join(f"{name} = {value(member)}" for name, member in content.items()) + " }"
    return "[" + ", ".join(value(member) for member in content) + "]"


def _character(character: str) -> str:
    if character in _SHORT:
        return _SHORT[character]
    return f"\\u{ord(character):04X}" if ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0 else character
