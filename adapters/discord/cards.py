"""A job's message: from a card, and what goes along with it, to the body that is sent. Pure.

A box whose edge tells the state; in it the headline, the prompt as a quote, the pictures, what came as words, what the
bot has to say about them, the facts in small print, and the buttons. What people wrote is inert everywhere.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from adapters.discord.buttons import button_rows
from adapters.discord.components import (
    IN_A_GALLERY,
    IN_A_ROW,
    LONGEST_ADDRESS,
    container,
    link,
    message,
    rows,
    words,
)
from adapters.discord.shapes import Json
from adapters.discord.text import MOST_TEXT, plain, quoted
from bot.cards import LINES, PREVIEW, bar_of, facts_line, untold
from bot.inert import label, length, visible
from bot.jobs import JobState, picture_numbers
from bot.status import StatusCard

ALT_TEXT = 1024
"""Characters of a picture's description."""

_COLOURS: Mapping[JobState, int] = {
    JobState.QUEUED: 0x99AAB5,
    JobState.STARTING: 0xF0B232,
    JobState.RUNNING: 0x5865F2,
    JobState.SUCCEEDED: 0x23A55A,
    JobState.FAILED: 0xF23F43,
    JobState.CANCELLED: 0x4E5058,
}

_LONGEST_HEADLINE = 500
_LONGEST_PROMPT = 1200
_LONGEST_TEXTS = 1500  # of all together, so that with everything else at its longest the prompt still has its beginning
_LONGEST_REMARKS = 800
_LINKS = 2 * IN_A_ROW


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFile:
    """A file that goes along. `is_picture`: a gallery shows it, as it does videos; what it does not is for saving."""

    name: str  #: of the attachment
    alt: str = ""
    is_picture: bool = True
    spoiler: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What accompanies a card."""

    files: tuple[ShownFile, ...] = ()
    preview: str | None = None  #: the attachment's name
    links: tuple[tuple[str, str], ...] = ()  #: (label, address), each a button: ten at most
    remarks: tuple[str, ...] = ()  #: our own sentences about the files
    hides_preview: bool | None = None  #: behind a spoiler; None: when the workflow is for adults


def card_message(card: StatusCard, shown: Shown) -> Json:
    """Return the body of a job's message: flags and components; it notifies nobody."""
    return message([container(_parts(card, shown), _COLOURS[card.state])])


def _parts(card: StatusCard, shown: Shown) -> Iterator[Json]:
    above, below = _headline(card), [*_below(card, shown)]
    left = MOST_TEXT - length(above) - len("\n") - sum(map(length, below))
    prompt = quoted(card.prompt, min(left, _LONGEST_PROMPT))
    yield words("\n".join(filter(None, (above, prompt))))
    yield from _files(card, shown)
    yield from map(words, below)
    yield from rows([link(text, address) for text, address in _links(shown)])
    yield from button_rows(card.buttons, card.job_id, picture_numbers(card.files))


# ---- Words -------------------------------------------------------------------------------------------------------


def _headline(card: StatusCard) -> str:
    said, bar = f"**{plain(card.headline, _LONGEST_HEADLINE)}**", bar_of(card)
    return said if bar is None else f"{said}\n`{bar.cells}` {bar.share}"


def _below(card: StatusCard, shown: Shown) -> Iterator[str]:
    texts = [text for text in card.texts if visible(text)]
    if texts:
        each = _LONGEST_TEXTS // min(len(texts), LINES)
        yield "\n\n".join(quoted(text, each - 2, lines=LINES) for text in texts[:LINES])
    left_out = untold(
        pictures=sum(file.is_picture for file in shown.files) - IN_A_GALLERY,
        texts=len(card.texts) - LINES,
        links=len(shown.links) - len(_links(shown)),
    )
    remarks = [*filter(visible, shown.remarks), *left_out]
    if remarks:
        each = _LONGEST_REMARKS // len(remarks)
        yield "\n".join(plain(remark, each - 1) for remark in remarks)
    yield f"-# {facts_line(card, plain)}"


# ---- Files -------------------------------------------------------------------------------------------------------


def _files(card: StatusCard, shown: Shown) -> Iterator[Json]:
    items = [_item(file.name, file.alt, is_hidden=file.spoiler) for file in shown.files if file.is_picture]
    if not items and shown.preview is not None:
        is_hidden = card.nsfw if shown.hides_preview is None else shown.hides_preview
        items = [_item(shown.preview, PREVIEW, is_hidden=is_hidden)]
    if items:
        yield {"type": 12, "items": items[:IN_A_GALLERY]}
    for file in [each for each in shown.files if not each.is_picture][:IN_A_GALLERY]:
        yield {"type": 13, "file": {"url": f"attachment://{file.name}"}, "spoiler": file.spoiler}


def _item(name: str, alt: str, *, is_hidden: bool) -> Json:
    said: Json = {"description": label(alt, ALT_TEXT)} if label(alt, ALT_TEXT) else {}
    return {"media": {"url": f"attachment://{name}"}, "spoiler": is_hidden, **said}


def _links(shown: Shown) -> list[tuple[str, str]]:
    return [(text, address) for text, address in shown.links if len(address) <= LONGEST_ADDRESS][:_LINKS]
