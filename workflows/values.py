"""What a parameter's value may be, and how it is written down."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from workflows.text import folded

_SIZE = re.compile(r"(\d{1,6})\s*[x×*]\s*(\d{1,6})", re.ASCII)
_RATIO = re.compile(r"(\d{1,4}(?:\.\d{1,3})?)\s*[:/x×]\s*(\d{1,4}(?:\.\d{1,3})?)", re.ASCII)

# What is not here has a name all the same: a newer version of Fairbrush may have stored it.
_SUFFIXES = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp", "video/mp4": "mp4", "video/webm": "webm"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Width and height in pixels."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileHandle:
    """A checked file that somebody attached; whoever makes one has looked at the bytes. Never a path or an address."""

    key: str  #: SHA-256 of the content, in hex: the same picture is stored and uploaded once
    media_type: str
    width: int
    height: int
    bytes: int = field(default=0, compare=False)  #: what it takes where it is kept; 0 while it is not

    @property
    def name(self) -> str:
        """Return the name under which a server gets it: ours alone, so nobody's file is overwritten or guessed."""
        return f"fairbrush-{self.key[:40]}.{_SUFFIXES.get(self.media_type, 'bin')}"

    def __str__(self) -> str:
        return self.name


Value = str | int | float | bool | Size | FileHandle | None
"""A parameter's value; None only for a seed that is still to be drawn."""

RawValue = str | int | float | bool | FileHandle
"""What an adapter may hand in: typed text, a form's value, or an attachment."""

Values = Mapping[str, Value]
"""Every parameter of a workflow by name."""


def read_size(text: str) -> Size | None:
    """Read `1024x768`; None when it is no size."""
    match = _SIZE.fullmatch(folded(text))
    return Size(width=int(match[1]), height=int(match[2])) if match else None


def read_ratio(text: str) -> float | None:
    """Read `16:9` as width over height; None when it is no ratio."""
    match = _RATIO.fullmatch(folded(text))
    if not match or not float(match[1]) or not float(match[2]):
        return None
    return float(match[1]) / float(match[2])


def jsonable(values: Values) -> dict[str, str | int | float | bool | None]:
    """Return the values as plain JSON: a size as `1024x768`, a file by its name."""
    return {name: str(value) if isinstance(value, Size | FileHandle) else value for name, value in values.items()}
