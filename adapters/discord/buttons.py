"""The buttons under a job: their words, their looks, and in which row they stand. The same in every message."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from adapters.discord.components import DANGER, IN_A_ROW, SECONDARY, button, rows
from adapters.discord.shapes import Json
from bot.jobs import JobId
from bot.meanings import Press
from bot.status import Button


@dataclass(frozen=True, slots=True)
class _Face:
    words: str
    style: int = SECONDARY
    emoji: str = ""


_FACES: Mapping[Button, _Face] = {
    Button.CANCEL: _Face("Cancel", DANGER),
    Button.REROLL: _Face("Reroll", emoji="🎲"),
    Button.VARY: _Face("Vary", emoji="✨"),
    Button.UPSCALE: _Face("Upscale", emoji="🔍"),
    Button.EDIT: _Face("Edit & rerun", emoji="✏️"),
    Button.PARAMETERS: _Face("Parameters"),
    Button.DELETE: _Face("Delete"),  # not red: it would be the loudest thing under every picture
    Button.REPORT: _Face("Report"),
}

_ABOVE = (Button.CANCEL, Button.REROLL, Button.VARY, Button.UPSCALE, Button.EDIT)
"""Where there are too many for one row: what goes on painting stands above what is about the picture that is there."""

_OF_ONE_PICTURE = (Button.VARY, Button.UPSCALE)


def named(which: Button) -> str:
    """Return the words on a button."""
    return _FACES[which].words


def press(which: Button, job_id: JobId, number: int | None = None) -> Json:
    """Return a button under a job."""
    face = _FACES[which]
    return button(face.words, Press(button=which, job_id=job_id, number=number), style=face.style, emoji=face.emoji)


def button_rows(offered: Collection[Button], job_id: JobId, pictures: int) -> list[Json]:
    """Return the rows of buttons; with one picture alone nobody has to be asked which one is meant."""
    only = 0 if pictures == 1 else None
    made = {
        which: press(which, job_id, only if which in _OF_ONE_PICTURE else None) for which in _FACES if which in offered
    }
    if len(made) <= IN_A_ROW:
        return rows([*made.values()])
    above = [each for which, each in made.items() if which in _ABOVE]
    below = [each for which, each in made.items() if which not in _ABOVE]
    return [*rows(above), *rows(below)]
