"""App Home: what somebody waits for, what they have used, and what was painted for them last. Pure."""

from collections.abc import Iterator, Mapping, Sequence

from adapters.slack.answers import sections
from adapters.slack.blocks import actions, header, paragraph, picture, plain_text, press, rich_text, said
from adapters.slack.histories import called, told
from adapters.slack.shapes import Json
from bot import answers
from bot.answers import USAGE
from bot.buttons import named
from bot.histories import HOW_TO_BEGIN, NOTHING_YET
from bot.jobs import JobId, JobRecord
from bot.meanings import Press
from bot.status import Button

NEW_PICTURE = "fairbrush_new"
"""What the button for a new picture says of itself, and the shortcut that does the same."""

WAITING, LATEST = 10, 5
"""Jobs that are listed: those under way, and those that have ended."""

_NOW, _LAST = "Your jobs now", "Your last pictures"
_NONE_NOW = "None is waiting or running."


def home(
    records: Sequence[JobRecord], usage: Sequence[tuple[str, str]], pictures: Mapping[JobId, str] | None = None
) -> Json:
    """Return somebody's App Home: their own jobs, the newest first; `pictures` are ids of files to show of some."""
    return {"type": "home", "blocks": [*_blocks(records, usage, pictures or {})]}


def _blocks(
    records: Sequence[JobRecord], usage: Sequence[tuple[str, str]], pictures: Mapping[JobId, str]
) -> Iterator[Json]:
    under_way = [each for each in records if not each.state.is_final]
    painted = [each for each in records if each.state.is_final]
    yield actions([_new_picture()])
    yield header(_NOW)
    yield from _entries(under_way[:WAITING], Button.CANCEL, {})
    if not under_way:
        yield rich_text([paragraph([said(_NONE_NOW)])])
    if len(under_way) > WAITING:
        yield rich_text([paragraph([said(f"… and {len(under_way) - WAITING} more.")])])
    yield rich_text(sections(answers.facts(USAGE, usage)))
    yield header(_LAST)
    yield from _entries(painted[:LATEST], Button.REROLL, pictures)
    if not painted:
        yield rich_text([paragraph([said(f"{NOTHING_YET} {HOW_TO_BEGIN}" if not records else "None yet.")])])


def _entries(records: Sequence[JobRecord], button: Button, pictures: Mapping[JobId, str]) -> Iterator[Json]:
    for record in records:
        job_id = record.job.id
        yield told(record)
        if job_id in pictures:
            yield picture(pictures[job_id], called(record))
        spoken = f"{named(button)}: {called(record)}"
        yield actions([press(Press(button=button, job_id=job_id), spoken=spoken)])


def _new_picture() -> Json:
    return {"type": "button", "style": "primary", "action_id": NEW_PICTURE, "text": plain_text("New picture", 75)}
