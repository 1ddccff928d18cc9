"""What is offered for a parameter, to somebody who types or chooses: what fits, best first. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import sha256
from itertools import chain

from bot.inert import MORE, label, length, visible
from workflows.parameters import Choice, Refused, SizeParameter
from workflows.text import clean, folded
from workflows.vocabulary import Vocabulary
from workflows.workflow import Workflow

SIZES = (
    *("512x512", "768x768", "1024x1024"),
    *("512x768", "768x512", "832x1216", "1216x832", "896x1152", "1152x896", "768x1344", "1344x768"),
    *("640x384", "384x640", "1280x720", "720x1280", "832x480", "480x832", "1536x1536", "2048x2048"),
)
"""Squares first; then what SD 1.5, SDXL, Flux and video models were trained on."""

_BETWEEN = re.compile(r"[\s_-]+")
"""What stands between the words of a file's name, and of what is typed."""

_MARK = 8  #: hex digits of a digest behind a value that is too long


def offered(name: str, workflow: Workflow, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return all that may be chosen for a parameter, what is usual before the others; nothing where anything goes."""
    parameter = workflow.manifest.parameters.get(name)
    match parameter:
        case Choice():
            literal = workflow.literals().get(name)
            usual = parameter.default_choice(None, vocabulary, literal if isinstance(literal, str) else None)
            known = parameter.offered(vocabulary) or ()
            return (usual, *known) if usual in known and usual is not None else known
        case SizeParameter():
            usual_size = [str(value) for value in [workflow.literals().get(name), *parameter.defaults()] if value]
            return tuple(size for size in (*reversed(usual_size), *SIZES) if _is_allowed(parameter, size))
    return ()


def best(typed: str, values: tuple[str, ...], most: int) -> list[str]:
    """Return what begins with what was typed, by its name or its file's; then what holds it; then all its words."""
    wanted = folded(typed)
    words = _BETWEEN.split(wanted)
    ranked: tuple[list[str], list[str], list[str]] = ([], [], [])
    for value, (name, file) in zip(values, _spelled(values), strict=True):
        if name and wanted in name:
            ranked[not (name.startswith(wanted) or file.startswith(wanted))].append(value)
        elif name and all(word in name for word in words):
            ranked[2].append(value)
    return [*dict.fromkeys(chain(*ranked))][:most]


def shown_as(value: str, limit: int) -> str:
    """Return how a choice is shown: of a path that is too long the file says more than the folders."""
    shown = value if goes_whole(value, limit) else value.replace("\\", "/").rpartition("/")[2]
    return label(shown, limit) or sent_as(value, limit)


def all_shown_as(values: Sequence[str], limit: int) -> list[str]:
    """Return how choices are shown that stand beside each other: two of them never look the same."""
    found = [shown_as(value, limit) for value in values]
    for show in (_cut_in_the_middle, sent_as):
        often = Counter(found)
        found = [said if often[said] == 1 else show(value, limit) for said, value in zip(found, values, strict=True)]
    return found


def _cut_in_the_middle(value: str, limit: int) -> str:
    """Return a beginning and an end: files of one family differ there, and begin alike."""
    shown = visible(value)
    half = (limit - 1) // 2
    cut = f"{shown[:half]}{MORE}{shown[-half:]}"
    return shown if length(shown) <= limit else label(cut, limit)


def sent_as(value: str, limit: int) -> str:
    """Return how a choice travels: as it is, or, too long or with signs that get lost, its beginning and a digest."""
    if goes_whole(value, limit):
        return value
    mark = sha256(value.encode("utf-8", "surrogatepass")).hexdigest()[:_MARK]
    return f"{label(value, limit - _MARK - 1)}~{mark}"


def sent_for(sent: str, values: Iterable[str], limit: int) -> str:
    """Return the choice that travelled as this; what is none of them stays as it is, and is refused as such."""
    if "~" not in sent[-_MARK - 1 :]:
        return sent
    return next((value for value in values if value != sent and sent_as(value, limit) == sent), sent)


def goes_whole(value: str, limit: int) -> bool:
    """Tell whether a choice travels as it is: what platforms trim, or we clean away, comes back as another name."""
    return 0 < len(value) <= limit and value == clean(value).strip()


@lru_cache(maxsize=64)
def _spelled(values: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    # Kept, because every keystroke asks: hundreds of names are normalised once for each snapshot of what is offered.
    names = [folded(value).replace("\\", "/") for value in values]
    return tuple((name, name.rpartition("/")[2]) for name in names)


def _is_allowed(parameter: SizeParameter, size: str) -> bool:
    try:
        parameter.read(size)
    except Refused:
        return False
    return True
