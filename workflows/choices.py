"""Which of the offered names somebody meant: `DreamShaper` for `sd15/dreamshaper_8.safetensors`."""

from collections.abc import Callable, Sequence
from difflib import get_close_matches
from functools import lru_cache

from workflows.faults import shown
from workflows.models import SUFFIXES
from workflows.text import folded

NAMES_SHOWN = 6
"""How many of the offered names a fault lists: enough to pick from, short enough for a chat message."""


def exactly(text: str, offered: tuple[str, ...]) -> str | None:
    """Find the name itself, without regard to case, folder or file ending; None if it is not clear."""
    if text in offered:
        return text
    for spelling, names in zip(_SPELLINGS, _names(offered), strict=True):
        wanted = spelling(text)
        if wanted in names:
            return names[wanted]
    return None


def meant(text: str, offered: tuple[str, ...]) -> str | None:
    """Find the name itself or the only one that begins with the text."""
    found = exactly(text, offered)
    if found is not None:
        return found
    beginning = _beginning(text, offered)
    return beginning[0] if len(beginning) == 1 else None


def refusal(text: str, offered: tuple[str, ...]) -> str:
    """Say that the text names nothing on offer, or too many, and what would name one."""
    if not offered:
        return "no GPU has one installed. The operator can add one."
    several = _beginning(text, offered)
    if several:
        return f"{shown(text)} may be {listed(several)}. Write more of the name."
    close = get_close_matches(folded(text)[:80], {_stem(name): name for name in offered}, n=1)
    guess = f" Did you mean {next(name for name in offered if _stem(name) == close[0])}?" if close else ""
    return f"{shown(text)} is not on offer.{guess} There is {listed(offered)}."


def listed(names: Sequence[str]) -> str:
    """Name what is on offer: the first few, and how many there are in all."""
    more = f" … ({len(names)} in all)" if len(names) > NAMES_SHOWN else ""
    return ", ".join(names[:NAMES_SHOWN]) + more


def _beginning(text: str, offered: tuple[str, ...]) -> list[str]:
    wanted = folded(text)
    return [name for name in offered if wanted and (_stem(name).startswith(wanted) or folded(name).startswith(wanted))]


@lru_cache(maxsize=64)
def _names(offered: tuple[str, ...]) -> tuple[dict[str, str | None], ...]:
    # By each spelling; one that two names share stands for neither. Kept, because a long text may ask often.
    return tuple(_unique(offered, spelling) for spelling in _SPELLINGS)


def _unique(offered: tuple[str, ...], spelling: Callable[[str], str]) -> dict[str, str | None]:
    names: dict[str, str | None] = {}
    for name in offered:
        key = spelling(name)
        names[key] = None if key in names else name
    return names


def _without_suffix(name: str) -> str:
    plain = folded(name)
    return next((plain.removesuffix(suffix) for suffix in SUFFIXES if plain.endswith(suffix)), plain)


def _stem(name: str) -> str:
    # Servers on Windows list folders with a backslash.
    return _without_suffix(name).replace("\\", "/").rpartition("/")[2]


_SPELLINGS = (folded, _without_suffix, _stem)
"""From strict to loose."""
