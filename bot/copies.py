"""Which files go along with a message, and how: pure. What does not fit is told, never dropped in silence."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Literal

from bot.events import MediaKind
from bot.jobs import StoredFile

Spoilers = Literal["never", "nsfw", "always"]
"""Which pictures are behind a click."""

USUAL_SPOILERS: Spoilers = "nsfw"

LEAST_COPY = 32 * 1024
"""Bytes below which no copy is made: of a large picture nothing worth looking at would be left."""


class Manner(Enum):
    """How a file goes along."""

    WHOLE = auto()  #: as it was made
    SMALLER = auto()  #: as a copy of so many bytes at most
    LEFT_OUT = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What becomes of one file."""

    file: StoredFile
    manner: Manner
    most: int = 0  #: bytes that it, or its copy, may have
    reason: str = ""  #: a sentence, where the file itself does not go along


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What becomes of every file, in their order."""

    parts: tuple[Part, ...]


def plan(files: Sequence[StoredFile], *, per_file: int, per_message: int, most: int = 10) -> Plan:
    """Decide for each file: limits in bytes, `most` files in a message.

    Who fits goes whole; the room that is left is shared among the others, whose pictures become copies. The same limits
    always give the same plan; after a refusal smaller ones give the next (`tighter`).
    """
    left_out = {file: _too_many(most) for file in range(most, len(files))}
    chosen = [number for number in range(len(files)) if number not in left_out]
    while True:
        shares = _shares([files[number].bytes for number in chosen], per_file, per_message)
        refused = [number for number, share in zip(chosen, shares, strict=True) if _is_hopeless(files[number], share)]
        if not refused:
            break
        # The largest first: what it would have taken may be room enough for the others.
        largest = max(refused, key=lambda number: files[number].bytes)
        left_out[largest] = _too_large(files[largest], per_file)
        chosen.remove(largest)
    room = dict(zip(chosen, shares, strict=True))
    return Plan(parts=tuple(_part(file, room.get(number), left_out.get(number)) for number, file in enumerate(files)))


def tighter(limit: int) -> int:
    """Return the next smaller limit, after a platform refused what fitted into this one."""
    return limit // 2


def _shares(sizes: Sequence[int], per_file: int, per_message: int) -> list[int]:
    """Return how many bytes each file may have: the small ones what they need, the others alike of the rest."""
    shares, left = [0] * len(sizes), per_message
    for done, number in enumerate(sorted(range(len(sizes)), key=lambda each: sizes[each])):
        shares[number] = min(sizes[number], per_file, left // (len(sizes) - done))
        left -= shares[number]
    return shares


def _is_hopeless(file: StoredFile, share: int) -> bool:
    return file.bytes > share and (file.kind is not MediaKind.IMAGE or share < LEAST_COPY)


def _part(file: StoredFile, share: int | None, why: str | None) -> Part:
    if share is None:
        return Part(file=file, manner=Manner.LEFT_OUT, reason=why or "")
    if file.bytes <= share:
        return Part(file=file, manner=Manner.WHOLE, most=share)
    return Part(file=file, manner=Manner.SMALLER, most=share, reason=_shrunk(file))


def _too_many(most: int) -> str:
    return f"A message takes {most} files, so the others are not here."


def _too_large(file: StoredFile, per_file: int) -> str:
    if file.bytes > per_file:
        return f"{file.name} has {_size(file.bytes)}, and {_size(per_file)} are the most that can be attached here."
    return f"{file.name} has {_size(file.bytes)}, for which this message has no room."


def _shrunk(file: StoredFile) -> str:
    return f"{file.name} is shown as a smaller copy: the original has {_size(file.bytes)}."


def _size(size: int) -> str:
    return f"{size / 1024**2:.1f} MB" if size >= 1024**2 else f"{max(1, round(size / 1024))} KB"
