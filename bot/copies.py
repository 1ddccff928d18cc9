"""Which files go along with a message, and how: pure. What does not fit is told, never dropped in silence."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Literal

from bot.events import MediaKind
from bot.jobs import StoredFile

Spoilers = Literal["never", "nsfw", "always"]
"""Which pictures are behind a click."""

USUAL_SPOILERS: Spoilers = "nsfw"

MOST_FILES = 10
"""Files that a message takes, on every platform that attaches any."""

LEAST_COPY = 32 * 1024
"""Bytes below which no copy is made: of a large picture nothing worth looking at would be left."""

REFUSALS = 4
"""How many refusals end the trying: then a message goes without files.

Each try is an edit, of which there are five in five seconds; and a picture is well worth seeing at a quarter.
"""

LAST_BYTES = 96 * 1024
"""What all files have together in the last try: three copies that are worth looking at, and 100 KB with the words."""


class Manner(Enum):
    """How a file goes along."""

    WHOLE = auto()  #: as it was made
    SMALLER = auto()  #: as a copy of so many bytes at most
    LEFT_OUT = auto()


class Why(Enum):
    """Why a file is not there as it was made."""

    SMALLER = auto()  #: a copy is there instead
    TOO_MANY = auto()
    OVER_LIMIT = auto()  #: larger than what the platform announced
    NOT_TAKEN = auto()  #: the platform refused what kept to its limit
    NO_ROOM = auto()
    NO_COPY = auto()  #: neither it nor any copy is small enough
    GONE = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What becomes of one file."""

    file: StoredFile
    manner: Manner
    most: int = 0  #: bytes that it, or its copy, may have
    why: Why | None = None  #: where the file itself does not go along


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What becomes of every file, in their order."""

    parts: tuple[Part, ...]


def plan(files: Sequence[StoredFile], *, per_file: int, per_message: int, refusals: int = 0) -> Plan:
    """Decide for each file: limits in bytes, as announced; `refusals`: how often they proved to be too much.

    Who fits goes whole; the room that is left is shared among the others, whose pictures become copies. The same limits
    always give the same plan.
    """
    if refusals >= REFUSALS:
        return Plan(parts=tuple(Part(file=file, manner=Manner.LEFT_OUT, why=Why.NOT_TAKEN) for file in files))
    most, together = _room(files, per_file, per_message, refusals)
    left_out = dict.fromkeys(range(MOST_FILES, len(files)), Why.TOO_MANY)
    chosen = [number for number in range(len(files)) if number not in left_out]
    while True:
        shares = _shares([files[number].bytes for number in chosen], most, together)
        hopeless = [number for number, share in zip(chosen, shares, strict=True) if _is_hopeless(files[number], share)]
        if not hopeless:
            break
        # Who would not fit alone goes first, then the largest: its share may be room enough for the others.
        largest = max(
            hopeless, key=lambda number: (_is_hopeless(files[number], min(most, together)), files[number].bytes)
        )
        left_out[largest] = _why_out(files[largest], per_file, refusals)
        chosen.remove(largest)
    room = dict(zip(chosen, shares, strict=True))
    return Plan(parts=tuple(_part(file, room.get(number), left_out.get(number)) for number, file in enumerate(files)))


def told(found: Iterable[tuple[StoredFile, Why]], *, per_file: int, platform: str) -> Iterator[str]:
    """Say why files are not there as they were made: a sentence for each reason, and not for each file."""
    groups: dict[Why, list[StoredFile]] = {}
    for file, why in found:
        groups.setdefault(why, []).append(file)
    for why, files in groups.items():
        one, several = _SAID[why]
        yield (one if len(files) == 1 else several).format(
            name=files[0].name,
            count=len(files),
            sizes=_sizes(files),
            files=MOST_FILES,
            limit=_size(per_file),
            platform=platform,
        )


_SAID: Mapping[Why, tuple[str, str]] = {
    Why.SMALLER: (
        "{name} is shown as a smaller copy: the original has {sizes}.",
        "{count} pictures are shown as smaller copies: the originals have {sizes}.",
    ),
    Why.TOO_MANY: (
        "A message takes {files} files, so {name} is not here.",
        "A message takes {files} files, so {count} more are not here.",
    ),
    Why.OVER_LIMIT: (
        "{name} has {sizes}, and {limit} are the most that can be attached here.",
        "{count} files have {sizes}, and {limit} are the most that can be attached here.",
    ),
    Why.NOT_TAKEN: (
        "{name} has {sizes}, and {platform} did not take it.",
        "{count} files have {sizes}, and {platform} did not take them.",
    ),
    Why.NO_ROOM: (
        "{name} has {sizes}, for which this message has no room.",
        "{count} files have {sizes}, for which this message has no room.",
    ),
    Why.NO_COPY: ("{name} is too large to be attached here.", "{count} files are too large to be attached here."),
    Why.GONE: ("{name} is not kept any more.", "{count} files are not kept any more."),
}
"""What is said of one file, and of several."""


def _room(files: Sequence[StoredFile], per_file: int, per_message: int, refusals: int) -> tuple[int, int]:
    """Return how many bytes a file and the message may have: after each refusal a quarter of what was too much.

    Never less than one copy that is worth looking at.
    """
    if not refusals or not files:
        return per_file, per_message
    # What was refused was no more than what there is, however much we were told that there may be.
    most = min(per_file, max(file.bytes for file in files)) >> 2 * refusals
    together = min(per_message, sum(file.bytes for file in files)) >> 2 * refusals
    if refusals == REFUSALS - 1:
        most, together = min(most, LAST_BYTES), min(together, LAST_BYTES)
    return min(per_file, max(most, LEAST_COPY)), min(per_message, max(together, LEAST_COPY))


def _shares(sizes: Sequence[int], per_file: int, per_message: int) -> list[int]:
    """Return how many bytes each file may have: the small ones what they need, the others alike of the rest."""
    shares, left = [0] * len(sizes), per_message
    for done, number in enumerate(sorted(range(len(sizes)), key=lambda each: sizes[each])):
        shares[number] = min(sizes[number], per_file, left // (len(sizes) - done))
        left -= shares[number]
    return shares


def _is_hopeless(file: StoredFile, share: int) -> bool:
    return file.bytes > share and (file.kind is not MediaKind.IMAGE or share < LEAST_COPY)


def _why_out(file: StoredFile, per_file: int, refusals: int) -> Why:
    if file.bytes > per_file:
        return Why.OVER_LIMIT
    return Why.NOT_TAKEN if refusals else Why.NO_ROOM


def _part(file: StoredFile, share: int | None, why: Why | None) -> Part:
    if share is None:
        return Part(file=file, manner=Manner.LEFT_OUT, why=why)
    if file.bytes <= share:
        return Part(file=file, manner=Manner.WHOLE, most=share)
    return Part(file=file, manner=Manner.SMALLER, most=share, why=Why.SMALLER)


def _sizes(files: Sequence[StoredFile]) -> str:
    least, most = (_size(pick(file.bytes for file in files)) for pick in (min, max))
    if least == most:
        return least if len(files) == 1 else f"{least} each"
    alike = least.split()[1] == most.split()[1]
    return f"{least.split()[0] if alike else least} to {most}"


def _size(size: int) -> str:
    return f"{size / 1024**2:.1f} MB" if size >= 1024**2 else f"{max(1, round(size / 1024))} KB"
