"""What only whoever asked sees: what to mend, where they stand, what there is. Pure; people's words are inert."""

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum, auto

from adapters.discord.buttons import named
from adapters.discord.components import EPHEMERAL, IN_A_SELECT, container, message, option, select, words
from adapters.discord.shapes import Json
from adapters.discord.text import MOST_TEXT, code_block, length, plain
from bot.jobs import JobId
from bot.meanings import Pick, encode
from bot.status import Button
from workflows.faults import Fault


class Tone(Enum):
    """How an answer sounds: its colour."""

    PLAIN = auto()
    GOOD = auto()
    BAD = auto()


_COLOURS: Mapping[Tone, int] = {Tone.PLAIN: 0x5865F2, Tone.GOOD: 0x23A55A, Tone.BAD: 0xF23F43}

_LINES = MOST_TEXT - 600
"""Characters of a list, so that what stands above and below it still fits."""

_LONGEST_LINE = 400
_LONGEST_NAME = 100
_EXAMPLE = "a fox in the snow steps:30 ar:16:9 seed:42"


def privately(body: Json) -> Json:
    """Return a message's body as an answer that only whoever asked sees."""
    return {**body, "flags": body["flags"] | EPHEMERAL}


def boxed(parts: Sequence[Json], tone: Tone = Tone.PLAIN) -> Json:
    """Return an answer in a box."""
    return privately(message([container(parts, _COLOURS[tone])]))


def note(headline: str, sentence: str = "", *, tone: Tone = Tone.PLAIN) -> Json:
    """Say one thing, and what may be done about it."""
    said = f"**{plain(headline, _LONGEST_LINE)}**"
    return boxed([words(f"{said}\n{plain(sentence, 2000)}" if sentence else said)], tone)


def faults(found: Sequence[Fault]) -> Json:
    """Name everything that is wrong with what somebody asked, so that they mend it in one go."""
    things = "One thing" if len(found) == 1 else f"{len(found)} things"
    lines = [f"**{plain(fault.parameter, _LONGEST_NAME)}** {plain(fault.reason, _LONGEST_LINE)}" for fault in found]
    return boxed([words(_listed(f"**{things} to mend, then send it again:**", lines))], Tone.BAD)


def facts(headline: str, rows: Sequence[tuple[str, str]], empty: str) -> Json:
    """List names and values."""
    lines = [f"**{plain(name, _LONGEST_NAME)}** {plain(value, _LONGEST_LINE)}" for name, value in rows]
    return boxed([words(_listed(f"**{plain(headline, _LONGEST_LINE)}**", lines or [plain(empty, _LONGEST_LINE)]))])


def workflows(rows: Sequence[tuple[str, str, str]]) -> Json:
    """List what can be painted with: name, title and summary of each."""
    if not rows:
        return note("There is nothing to paint with here.", "Whoever runs this bot can add a workflow.")
    lines = [
        f"**/{plain(name, _LONGEST_NAME)}** {plain(f'{title}: {summary}' if summary else title, 200)}"
        for name, title, summary in rows
    ]
    return boxed([words(_listed("**What can be painted with**", lines))])


def help_page(commands: Sequence[tuple[str, str]]) -> Json:
    """Say how to ask: every command by name and what it does, and what the buttons do."""
    how = (
        "**How to paint**\n"
        "`/imagine` paints what its prompt says. Parameters may stand in the prompt, too:\n"
        f"{code_block(_EXAMPLE, 200)}"
    )
    lines = [f"**/{plain(name, _LONGEST_NAME)}** {plain(says, 200)}" for name, says in commands]
    below = (
        f"**{named(Button.REROLL)}** takes a new seed, **{named(Button.EDIT)}** changes what you like, "
        f"**{named(Button.PARAMETERS)}** gives you the words to copy. For any picture in a channel: right-click or "
        "hold it, then Apps."
    )
    return boxed([words(how), words(_listed("**Commands**", lines, _LINES - length(how))), words(below)])


def picker(button: Button, job_id: JobId, pictures: int) -> Json:
    """Ask which of a job's pictures a button means."""
    asked = f"**{named(button)}: which picture?**"
    if pictures > IN_A_SELECT:
        asked += f"\nDiscord lists {IN_A_SELECT} at most; these are the first."
    options = [option(f"Picture {number + 1}", str(number)) for number in range(min(pictures, IN_A_SELECT))]
    chooser = select(encode(Pick(button=button, job_id=job_id)), options, placeholder="Choose a picture")
    return boxed([words(asked), {"type": 1, "components": [chooser]}])


def parameters(workflow: str, command: str) -> Json:
    """Give the words that ask for the same again, for copying."""
    block = code_block(command, _LINES)
    said = f"**Parameters**\nCopy this into the prompt of **/{plain(workflow, _LONGEST_NAME)}** to get the same again."
    if length(command) > length(block):
        said += f"\nIt is longer than a message may be and cut here: **{named(Button.EDIT)}** has all of it."
    return boxed([words(f"{said}\n{block}")])


def _listed(headline: str, lines: Sequence[str], limit: int = _LINES) -> str:
    kept = [*_fitting(lines, limit)]
    more = len(lines) - len(kept)
    return "\n".join([headline, *kept, *([f"… and {more} more."] if more else [])])


def _fitting(lines: Sequence[str], limit: int) -> Iterator[str]:
    used = 0
    for line in lines:
        used += length(line) + 1
        if used > limit:
            return
        yield line
