"""What only whoever asked sees: what to mend, where they stand, what there is. Pure; people's words are inert.

Each is a text and blocks, as `chat.postEphemeral` and a response_url take them.
"""

from collections.abc import Iterable, Iterator, Sequence

from adapters.slack.blocks import (
    IN_A_SELECT,
    MOST_TEXT,
    actions,
    bar,
    code,
    link,
    option,
    paragraph,
    plain_text,
    rich_text,
    said,
)
from adapters.slack.shapes import Json
from adapters.slack.text import copied, rich, spoken
from bot import answers
from bot.answers import LONGEST_LINE, LONGEST_NAME, LONGEST_SENTENCE, Answer, Link, Section, Strong, Tone, Typed
from bot.effects import AskWhich, GiveWords, Say, Told
from bot.inert import length
from bot.meanings import Pick, PickOf, encode

_LINES = MOST_TEXT - 3000
"""Characters of a list or of what is for copying, so that what stands above and below it still fits."""

_LONGEST_SPOKEN = 1000
_OF_ANY_PICTURE = "For any picture in a channel: its message's ⋮ menu, then Reimagine this picture."


def note(headline: str, sentence: str = "", *, tone: Tone = Tone.PLAIN) -> Json:
    """Say one thing, and what may be done about it."""
    return answered(answers.note(headline, sentence, tone=tone))


def help_page(commands: Sequence[tuple[str, str]]) -> Json:
    """Say how to ask: every command by name and what it does, and what the buttons do."""
    return answered(answers.help_page(commands, _OF_ANY_PICTURE))


def picker(meaning: Pick | PickOf, pictures: Sequence[int]) -> Json:
    """Ask which of several pictures a button or an entry of a menu means."""
    chooser = {
        "type": "static_select",
        "action_id": encode(meaning),
        "placeholder": plain_text(answers.CHOOSE, LONGEST_NAME),
        "options": [option(name, number) for name, number in answers.picture_names(pictures, IN_A_SELECT)],
    }
    return answered(answers.picker(meaning.button, pictures, IN_A_SELECT, "Slack"), [actions([chooser])])


def parameters(workflow: str, command: str) -> Json:
    """Give the words that ask for the same again, for copying."""
    is_cut = length(copied(command, _LINES)) < length(command)
    return answered(answers.parameters(workflow, command, is_cut=is_cut))


def told(effect: Told) -> Json:
    """Render what only whoever clicked gets to read."""
    match effect:
        case Say(answer=answer):
            return answered(answer)
        case AskWhich(meaning=meaning, pictures=pictures):
            return picker(meaning, pictures)
        case GiveWords(workflow=workflow, words=words):
            return parameters(workflow, words)


def answered(answer: Answer, below: Iterable[Json] = ()) -> Json:
    """Render an answer; blocks may stand below its words."""
    heading = next((each.headline for each in answer.sections if each.headline), "")
    sentence = "".join(answer.sections[0].sentence)
    told = " ".join(filter(None, (spoken(heading, LONGEST_LINE), spoken(sentence, _LONGEST_SPOKEN))))
    return {"text": told or "An answer", "blocks": [rich_text(sections(answer)), *below]}


def sections(answer: Answer) -> list[Json]:
    """Return an answer's words as parts of a rich text."""
    return [part for section in answer.sections for part in _section(section)]


def _section(section: Section) -> Iterator[Json]:
    lines = [[said(rich(section.headline, LONGEST_LINE), bold=True)]] if rich(section.headline, LONGEST_LINE) else []
    lines += [[*_sentence(section.sentence)]] if section.sentence else []
    lines += _rows(section)
    if lines:
        yield paragraph(part for number, line in enumerate(lines) for part in ([said("\n")] * bool(number) + line))
    yield from code(section.code, _LINES)


def _sentence(pieces: Sequence[str]) -> Iterator[Json]:
    left = LONGEST_SENTENCE
    for piece in pieces:
        words = _kept(piece, left)
        left -= length(words)
        if words:
            yield _piece(piece, words)


def _piece(piece: str, words: str) -> Json:
    match piece:
        case Typed():
            return bar(words)
        case Link(address=address):
            return link(words, address)
    return said(words, bold=isinstance(piece, Strong))


def _kept(piece: str, limit: int) -> str:
    # What stands around a piece that stands out keeps its spaces and line breaks, which a line of its own would not.
    bare = piece.strip()
    lead, _, trail = piece.partition(bare) if bare else ("", "", "")
    room = limit - len(lead) - len(trail)
    return f"{lead}{rich(bare, room)}{trail}" if room > 2 else ""


def _rows(section: Section) -> list[list[Json]]:
    lines: list[list[Json]] = []
    used = 0
    for name, words in section.rows:
        pair = (rich(name, LONGEST_NAME) or "?", rich(words, section.longest_row))
        used += sum(map(length, pair)) + len(" \n")
        if used > _LINES:
            return [*lines, [said(f"… and {len(section.rows) - len(lines)} more.")]]
        lines.append([said(pair[0], bold=True), *([said(f" {pair[1]}")] if pair[1] else [])])
    return lines
