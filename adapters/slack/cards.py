"""A job's message: from a card, and what goes along with it, to what is posted. Pure.

The headline, the prompt as a quote, the pictures, what came as words, what the bot has to say about them, the facts in
small print, and the buttons. What people wrote is inert everywhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from adapters.slack.blocks import (
    LONGEST_ADDRESS,
    actions,
    bar,
    link,
    paragraph,
    picture,
    press,
    quote,
    rich_text,
    said,
    small,
)
from adapters.slack.shapes import Json
from adapters.slack.text import plain, rich, spoken
from bot.buttons import press_rows
from bot.cards import LINES, bar_of, facts_line, untold
from bot.inert import visible
from bot.jobs import picture_numbers
from bot.status import StatusCard

PICTURES = 10
"""Pictures of a message; Slack itself would take more, but nobody scrolls past them."""

EVENT = "fairbrush_job"
"""The type of the metadata that names a message's job."""

_LONGEST_HEADLINE = 500
_LONGEST_PROMPT = 2000
_LONGEST_TEXTS = 3000
_LONGEST_REMARKS = 800
_LONGEST_SPOKEN = 1000
_MOST_LINKS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFile:
    """A picture that was uploaded and is ready."""

    id: str  #: Slack's own
    alt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What accompanies a card."""

    files: tuple[ShownFile, ...] = ()
    links: tuple[tuple[str, str], ...] = ()  #: (label, address): files that are no pictures, and originals
    remarks: tuple[str, ...] = ()  #: our own sentences about the files


def card_message(card: StatusCard, shown: Shown) -> Json:
    """Return a job's message: blocks, the text that stands for them elsewhere, and metadata that names the job."""
    return {"text": _spoken(card), "blocks": [*_blocks(card, shown)], "metadata": metadata(card.job_id.hex)}


def metadata(job: str) -> Json:
    """Return what names a message's job to the bot alone: by it a message is found whose answer was lost."""
    return {"event_type": EVENT, "event_payload": {"job": job}}


def _blocks(card: StatusCard, shown: Shown) -> Iterator[Json]:
    yield rich_text([paragraph(_headline(card)), *quote(card.prompt, _LONGEST_PROMPT, lines=LINES)])
    yield from _pictures(shown)
    below = [*_texts(card), *_remarks(card, shown), *_links(shown)]
    if below:
        yield rich_text(below)
    yield small(facts_line(card, plain))
    for row in press_rows(card.buttons, card.job_id, picture_numbers(card.files)):
        yield actions([press(each) for each in row])


# ---- Words -------------------------------------------------------------------------------------------------------


def _spoken(card: StatusCard) -> str:
    prompt = spoken(card.prompt, _LONGEST_SPOKEN)
    return ". ".join(filter(None, (spoken(card.headline, _LONGEST_HEADLINE).rstrip(".") or "A job", prompt)))


def _headline(card: StatusCard) -> Iterator[Json]:
    yield said(rich(card.headline, _LONGEST_HEADLINE) or "A job", bold=True)
    drawn = bar_of(card)
    if drawn is not None:
        yield from (said("\n"), bar(drawn.cells), said(f" {drawn.share}"))


def _texts(card: StatusCard) -> Iterator[Json]:
    texts = [text for text in card.texts if visible(text)]
    each = _LONGEST_TEXTS // max(1, min(len(texts), LINES))
    for text in texts[:LINES]:
        yield from quote(text, each, lines=LINES)


def _remarks(card: StatusCard, shown: Shown) -> Iterator[Json]:
    left_out = untold(
        pictures=len(shown.files) - PICTURES,
        texts=len(card.texts) - LINES,
        links=len(shown.links) - len(_linked(shown)),
    )
    remarks = [*filter(visible, shown.remarks), *left_out]
    if remarks:
        each = _LONGEST_REMARKS // len(remarks)
        yield paragraph([said("\n".join(rich(remark, each - 1) for remark in remarks))])


# ---- Files -------------------------------------------------------------------------------------------------------


def _pictures(shown: Shown) -> Iterator[Json]:
    yield from (picture(each.id, each.alt) for each in shown.files[:PICTURES])


def _links(shown: Shown) -> Iterator[Json]:
    for text, address in _linked(shown):
        yield paragraph([link(text, address)])


def _linked(shown: Shown) -> list[tuple[str, str]]:
    return [(text, address) for text, address in shown.links if len(address) <= LONGEST_ADDRESS][:_MOST_LINKS]
