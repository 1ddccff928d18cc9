"""What the message of a job says in the same words on every platform: its bar, its facts, what it leaves out. Pure."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from bot.inert import length
from bot.status import StatusCard

LINES = 12
"""Texts of a job that are shown, and lines of each."""

_CELLS = 16
_LONGEST_FACTS = 500
_LONGEST_NAME = 60

PREVIEW = "Preview of the picture in work"
"""What describes a preview to whoever cannot see it."""

THERE = "your picture is there."
"""What is said behind a mention of whoever waited long."""

Write = Callable[[str, int], str]
"""Makes a text inert as a platform does, in at most so many characters."""


class Bar(NamedTuple):
    """How far a run is."""

    cells: str
    share: str


def bar_of(card: StatusCard) -> Bar | None:
    """Return the bar of a run; None where there is nothing to count."""
    if not card.total or card.is_final:
        return None
    share = min(1.0, max(0.0, card.done / card.total))
    full = int(share * _CELLS)
    return Bar("█" * full + "░" * (_CELLS - full), f"{share:.0%}")


def facts_line(card: StatusCard, write: Write) -> str:
    """Return the facts in one line of 500 characters at most, and who asked."""
    facts = [_fact(card, name, value, write) for name, value in card.facts]
    asked = f"asked by {_own(card.requester, write) or 'somebody'}"
    while length(" · ".join([*facts, asked])) > _LONGEST_FACTS:
        facts.pop()
    return " · ".join([*facts, asked])


def untold(*, pictures: int, texts: int, links: int) -> Iterator[str]:
    """Say what a message leaves out, of each kind so many."""
    if pictures > 0:
        yield f"{pictures} more {'picture does' if pictures == 1 else 'pictures do'} not fit into one message."
    if texts > 0:
        yield f"{texts} more texts do not fit into one message."
    if links > 0:
        yield "Not every file could be linked here."


def unlinked(files: int) -> str:
    """Say that so many files, which are not in the message, cannot be opened elsewhere either."""
    which = "it" if files == 1 else "them"
    return f"There is no link to {which} either: the operator has given this bot no public address."


def _fact(card: StatusCard, name: str, value: str, write: Write) -> str:
    said = _own(value, write)
    match name:
        case "workflow":
            return _own(card.title, write)
        case "size" | "model" | "time":
            return said
        case "steps":
            return f"{said} step" if said == "1" else f"{said} steps"
    return f"{_own(name, write)} {said}"


def _own(text: str, write: Write) -> str:
    # The dot stands between facts: a name that holds one would read as another fact.
    return write(text.replace("·", " "), _LONGEST_NAME)
