"""The buttons under a job as Discord draws them."""

from collections.abc import Collection, Sequence

from adapters.discord.components import DANGER, SECONDARY, button, rows
from adapters.discord.shapes import Json
from bot.buttons import FACES, press_rows
from bot.jobs import JobId
from bot.meanings import Press
from bot.status import Button


def press(meaning: Press) -> Json:
    """Return a button under a job."""
    face = FACES[meaning.button]
    return button(face.words, meaning, style=DANGER if face.is_danger else SECONDARY, emoji=face.emoji)


def button_rows(offered: Collection[Button], job_id: JobId, pictures: Sequence[int]) -> list[Json]:
    """Return the rows of buttons."""
    return [row for each in press_rows(offered, job_id, pictures) for row in rows([*map(press, each)])]
