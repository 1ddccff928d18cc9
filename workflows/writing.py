"""Values written as a command that means the same: what people copy, and what proves the grammar."""

import re

from workflows.command import DOUBLE_QUOTES, PROMPT, SEPARATORS, parse_command
from workflows.numbers import written
from workflows.values import FileHandle, Values
from workflows.vocabulary import Vocabulary
from workflows.workflow import Workflow

_TO_ESCAPE = re.compile(rf"[\\{DOUBLE_QUOTES}]")
# Nothing that the grammar gives a meaning: in `no:steps:30` or `no:--seed` the value would be read as an option.
_BARE_WORD = re.compile(r"\w[\w./+-]*")


def write_command(values: Values, workflow: Workflow, vocabulary: Vocabulary) -> str:
    """Write values so that reading the text gives them again; attachments have no words and are left out."""
    parts = [
        _part(name, value, workflow, vocabulary) for name, value in values.items() if not isinstance(value, FileHandle)
    ]
    parts.sort(key=lambda part: not isinstance(part, _Free))
    return " ".join(str(part) for part in parts)


class _Free(str):
    """Words that need no name before them: they come first."""

    __slots__ = ()


def _part(name: str, value: object, workflow: Workflow, vocabulary: Vocabulary) -> str:
    if value is None:
        return f"{name}:random"
    if isinstance(value, bool):
        return f"{name}:{'yes' if value else 'no'}"
    if isinstance(value, int | float):
        return f"{name}:{written(value)}"
    text = str(value)
    if name == PROMPT and _stays_itself(text, workflow, vocabulary):
        return _Free(text)
    return f"{name}:{text if _BARE_WORD.fullmatch(text) else _quoted(text)}"


def _stays_itself(text: str, workflow: Workflow, vocabulary: Vocabulary) -> bool:
    # A quote that the text leaves open would be closed by one in an option after it.
    if not text or text[-1] in SEPARATORS or _TO_ESCAPE.search(text):
        return False
    command = parse_command(text, workflow, vocabulary)
    return command.raw == {PROMPT: text} and not command.faults


def _quoted(text: str) -> str:
    return '"' + _TO_ESCAPE.sub(r"\\\g<0>", text) + '"'
