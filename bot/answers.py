"""What only whoever asked is told, as plain data that every platform renders in its own manner. Pure.

What is written here is ours, what stands in it may be people's: whoever renders makes all of it inert.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Self

from bot.buttons import named
from bot.status import Button
from workflows.faults import Fault

EXAMPLE = "a fox in the snow steps:30 ar:16:9 seed:42"
"""Words that show how parameters stand in a prompt."""

LONGEST_LINE = 400
LONGEST_NAME = 100
LONGEST_SAYS = 200
LONGEST_SENTENCE = 2000
"""Characters that are shown of a headline or value, a name, what a command does, and a sentence."""


_NO_ADDRESS = frozenset("<>\"'` \t\r\n\\|")
"""What would end a link in one of the ways in which it is shown."""

CHOOSE = "Choose a picture"
"""What stands in the select of a picker before anything is chosen."""


class Tone(Enum):
    """How an answer sounds."""

    PLAIN = auto()
    GOOD = auto()
    BAD = auto()


class Strong(str):
    """Words of a sentence that stand out: a button, a command."""

    __slots__ = ()


class Typed(str):
    """Words of a sentence that somebody is to type."""

    __slots__ = ()


class Link(str):
    """Words of a sentence that lead to an address: ours, never one that somebody typed."""

    __slots__ = ("address",)

    address: str

    def __new__(cls, text: str, address: str) -> Self:
        """Make one; raises ValueError for an address that no link may have."""
        if not address.startswith(("https://", "http://", "/")) or any(sign in _NO_ADDRESS for sign in address):
            raise ValueError("no address of a link")
        link = super().__new__(cls, text)
        link.address = address
        return link


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of an answer, from above to below; of a list that does not fit, the end is counted instead."""

    headline: str = ""
    sentence: tuple[str | Strong | Typed | Link, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()  #: names and what is said of each
    code: str = ""  #: for copying
    longest_row: int = LONGEST_LINE


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """All that is said."""

    sections: tuple[Section, ...]
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What a list is called, and what is said where there is nothing in it."""

    headline: str
    empty: str


QUEUE = Listed(headline="The queue", empty="Nothing waits. Be the first.")
USAGE = Listed(headline="What you have used", empty="Nothing yet.")


def note(headline: str, sentence: str = "", *, tone: Tone = Tone.PLAIN) -> Answer:
    """Say one thing, and what may be done about it."""
    return Answer(sections=(Section(headline=headline, sentence=(sentence,) if sentence else ()),), tone=tone)


def faults(found: Sequence[Fault]) -> Answer:
    """Name everything that is wrong with what somebody asked, so that they mend it in one go."""
    things = "One thing" if len(found) == 1 else f"{len(found)} things"
    rows = tuple((each.parameter, each.reason) for each in found)
    return Answer(sections=(Section(headline=f"{things} to mend, then send it again:", rows=rows),), tone=Tone.BAD)


def facts(listed: Listed, rows: Sequence[tuple[str, str]]) -> Answer:
    """List names and values."""
    sentence = () if rows else (listed.empty,)
    return Answer(sections=(Section(headline=listed.headline, sentence=sentence, rows=tuple(rows)),))


def workflows(rows: Sequence[tuple[str, str, str]]) -> Answer:
    """List what can be painted with: name, title and summary of each."""
    if not rows:
        return note("There is nothing to paint with here.", "Whoever runs this bot can add a workflow.")
    said = tuple((f"/{name}", f"{title}: {summary}" if summary else title) for name, title, summary in rows)
    return Answer(sections=(Section(headline="What can be painted with", rows=said, longest_row=LONGEST_SAYS),))


def help_page(commands: Sequence[tuple[str, str]], of_any_picture: str) -> Answer:
    """Say how to ask: every command by name and what it does, and what the buttons do.

    `of_any_picture` says how the platform begins with a picture that stands in a channel.
    """
    how = Section(
        headline="How to paint",
        sentence=(Typed("/imagine"), " paints what its prompt says. Parameters may stand in the prompt, too:"),
        code=EXAMPLE,
    )
    rows = tuple((f"/{name}", says) for name, says in commands)
    buttons = Section(
        sentence=(
            *(Strong(named(Button.REROLL)), " takes a new seed, "),
            *(Strong(named(Button.EDIT)), " changes what you like, "),
            *(Strong(named(Button.PARAMETERS)), f" gives you the words to copy. {of_any_picture}"),
        )
    )
    return Answer(sections=(how, Section(headline="Commands", rows=rows, longest_row=LONGEST_SAYS), buttons))


def picker(button: Button, pictures: Sequence[int], listed: int, platform: str) -> Answer:
    """Ask which of a job's pictures a button means; so many can be listed."""
    less = (f"{platform} lists {listed} at most; these are the first.",) if len(pictures) > listed else ()
    return Answer(sections=(Section(headline=f"{named(button)}: which picture?", sentence=less),))


def picture_names(pictures: Sequence[int], listed: int) -> list[tuple[str, str]]:
    """Return what the pictures of these numbers are called that can be picked, in order, each with its number."""
    return [(f"Picture {number + 1}", str(number)) for number in pictures[:listed]]


def parameters(workflow: str, command: str, *, is_cut: bool) -> Answer:
    """Give the words that ask for the same again, for copying; `is_cut`: they are longer than can be shown."""
    sentence: tuple[str, ...] = ("Copy this into the prompt of ", Strong(f"/{workflow}"), " to get the same again.")
    if is_cut:
        cut = "\nIt is longer than a message may be and cut here: "
        sentence += (cut, Strong(named(Button.EDIT)), " has all of it.")
    return Answer(sections=(Section(headline="Parameters", sentence=sentence, code=command),))
