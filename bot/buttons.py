"""The buttons under a job: their words and signs, and in which row they stand. The same on every platform. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from bot.jobs import JobId
from bot.meanings import Press
from bot.status import Button


@dataclass(frozen=True, slots=True)
class Face:
    """How a button looks, as far as that is the same everywhere."""

    words: str
    emoji: str = ""
    is_danger: bool = False


FACES: Mapping[Button, Face] = {
    Button.CANCEL: Face("Cancel", is_danger=True),
    Button.REROLL: Face("Reroll", "🎲"),
    Button.VARY: Face("Vary", "✨"),
    Button.UPSCALE: Face("Upscale", "🔍"),
    Button.EDIT: Face("Edit & rerun", "✏️"),
    Button.PARAMETERS: Face("Parameters"),
    Button.DELETE: Face("Delete"),  # no danger: it would be the loudest thing under every picture
    Button.REPORT: Face("Report"),
}
"""All buttons, in the order in which they stand."""

_IN_A_ROW = 5
_ABOVE = (Button.CANCEL, Button.REROLL, Button.VARY, Button.UPSCALE, Button.EDIT)
"""Where there are too many for one row: what goes on painting stands above what is about the picture that is there."""

_OF_ONE_PICTURE = (Button.VARY, Button.UPSCALE)


def named(which: Button) -> str:
    """Return the words on a button."""
    return FACES[which].words


def press_rows(offered: Collection[Button], job_id: JobId, pictures: Sequence[int]) -> list[list[Press]]:
    """Return the rows of a job's buttons; with one picture alone nobody has to be asked which one is meant.

    `pictures`: the numbers of those that may be meant.
    """
    only = pictures[0] if len(pictures) == 1 else None
    made = [
        Press(button=which, job_id=job_id, number=only if which in _OF_ONE_PICTURE else None)
        for which in FACES
        if which in offered
    ]
    if len(made) <= _IN_A_ROW:
        return [made] if made else []
    rows = ([each for each in made if (each.button in _ABOVE) is is_above] for is_above in (True, False))
    return [row for row in rows if row]
