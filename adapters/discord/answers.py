"""What only whoever asked sees: what to mend, where they stand, what there is. Pure; people's words are inert."""

from collections.abc import Iterator, Mapping, Sequence

from adapters.discord.components import EPHEMERAL, IN_A_SELECT, container, message, option, select, words
from adapters.discord.shapes import Json
from adapters.discord.text import MOST_TEXT, code_block, plain
from bot import answers
from bot.answers import LONGEST_LINE, LONGEST_NAME, LONGEST_SENTENCE, Answer, Link, Section, Strong, Tone, Typed
from bot.effects import AskWhich, GiveWords, Say, Told
from bot.inert import length
from bot.meanings import Pick, PickOf, encode

_COLOURS: Mapping[Tone, int] = {Tone.PLAIN: 0x5865F2, Tone.GOOD: 0x23A55A, Tone.BAD: 0xF23F43}

_LINES = MOST_TEXT - 600
"""Characters of a list, so that what stands above and below it still fits."""

_OF_ANY_PICTURE = "For any picture in a channel: right-click or hold it, then Apps."


def privately(body: Json) -> Json:
    """Return a message's body as an answer that only whoever asked sees."""
    return {**body, "flags": body["flags"] | EPHEMERAL}


def boxed(parts: Sequence[Json], tone: Tone = Tone.PLAIN) -> Json:
    """Return an answer in a box."""
    return privately(message([container(parts, _COLOURS[tone])]))


def note(headline: str, sentence: str = "", *, tone: Tone = Tone.PLAIN) -> Json:
    """Say one thing, and what may be done about it."""
    return answered(answers.note(headline, sentence, tone=tone))


def handed_out(headline: str, name: str) -> Json:
    """Show a file of this name, which goes along."""
    return answered(answers.note(headline), [{"type": 13, "file": {"url": f"attachment://{name}"}}])


def help_page(commands: Sequence[tuple[str, str]]) -> Json:
    """Say how to ask: every command by name and what it does, and what the buttons do."""
    return answered(answers.help_page(commands, _OF_ANY_PICTURE))


def picker(meaning: Pick | PickOf, pictures: Sequence[int]) -> Json:
    """Ask which of several pictures a button or an entry of a menu means."""
    options = [option(name, number) for name, number in answers.picture_names(pictures, IN_A_SELECT)]
    chooser = select(encode(meaning), options, placeholder=answers.CHOOSE)
    answer = answers.picker(meaning.button, pictures, IN_A_SELECT, "Discord")
    return answered(answer, [{"type": 1, "components": [chooser]}])


def parameters(workflow: str, command: str) -> Json:
    """Give the words that ask for the same again, for copying."""
    is_cut = length(command) > length(code_block(command, _LINES))
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


def answered(answer: Answer, below: Sequence[Json] = ()) -> Json:
    """Render an answer; components may stand below its words."""
    left = _LINES
    texts = []
    for section in answer.sections:
        texts.append(_written(section, left))
        left -= length(texts[-1]) if section.code else 0
    return boxed([*map(words, texts), *below], answer.tone)


def _written(section: Section, limit: int) -> str:
    lines = [f"**{_inert(section.headline, LONGEST_LINE)}**"] if section.headline else []
    if section.sentence:
        lines.append("".join(map(_said, section.sentence)))
    lines += _fitting(section, limit)
    if section.code:
        lines.append(code_block(section.code, limit))
    return "\n".join(lines)


def _said(piece: str) -> str:
    # What stands around a piece that stands out keeps its spaces and line breaks, which a line of its own would not.
    bare = piece.strip()
    lead, _, trail = piece.partition(bare) if bare else (piece, "", "")
    match piece:
        case Strong():
            return f"{lead}**{_inert(bare, LONGEST_NAME)}**{trail}"
        case Typed():
            return f"{lead}`{bare}`{trail}"
        case Link(address=address):
            return f"{lead}[{_inert(bare, LONGEST_NAME)}](<{address}>){trail}"
    return f"{lead}{_inert(bare, LONGEST_SENTENCE)}{trail}"


def _inert(text: str, limit: int) -> str:
    # A colon at the end begins no emoji and no address.
    bare = text.removesuffix(":")
    return plain(bare, limit) + text[len(bare) :]


def _fitting(section: Section, limit: int) -> Iterator[str]:
    used = 0
    for number, (name, says) in enumerate(section.rows):
        line = f"**{plain(name, LONGEST_NAME)}** {plain(says, section.longest_row)}"
        used += length(line) + 1
        if used > limit:
            yield f"… and {len(section.rows) - number} more."
            return
        yield line
