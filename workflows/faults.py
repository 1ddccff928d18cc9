"""A fault: one thing that is wrong with what somebody asked, in that person's words."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from workflows.text import clean

SHOWN_LENGTH = 40
"""How much of a value is repeated to the person who typed it: enough to recognise it, never a page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with one parameter; `reason` is a sentence that a member of a chat understands."""

    parameter: str
    reason: str

    def __str__(self) -> str:
        return f"{self.parameter}: {self.reason}"


class InvalidValues(Exception):
    """What was asked cannot be done as written; holds every fault at once, in the order of the parameters."""

    code: ClassVar[str] = "invalid_values"  #: stable, as the codes of bot.errors are

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(dict.fromkeys(faults))  # words and a field may find the same
        super().__init__("\n".join(map(str, self.faults)))


def shown(text: str) -> str:
    """Repeat what was typed, short and in quotes."""
    flat = " ".join(clean(text).split())
    return f"“{flat if len(flat) <= SHOWN_LENGTH else flat[: SHOWN_LENGTH - 1] + '…'}”"
