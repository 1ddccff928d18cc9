"""What becomes of a server when an operator wants something of it, decided once for terminal and chats. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from difflib import get_close_matches

from bot.servers import Change, Wish
from workflows.choices import listed

_WORDS = {
    Wish.SERVE: "{name} is put to work.",
    Wish.DRAIN: "{name} finishes what it has, and takes nothing new. To put it back: {resume}",
    Wish.REMOVE: "{name} is removed, as soon as what it has is finished. To put it back: {resume}",
}
_ALREADY = {
    Wish.SERVE: "{name} is neither drained nor removed.",
    Wish.DRAIN: "{name} is drained already.",
    Wish.REMOVE: "{name} is removed already.",
}
_GONE = "{name} was removed, so it takes nothing new. To put it back: {resume}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wished:
    """What is done, and said."""

    sentence: str
    is_new: bool  #: False: it was so before, and nothing is to be kept
    change: Change | None = None  #: what is kept of it; None: the file alone says what becomes of it


def wished(name: str, before: Change, wish: Wish, *, resume: str) -> Wished:
    """Decide what a wish changes; `resume` is how somebody puts the server back who reads of it."""
    words = {"name": name, "resume": resume}
    if before.wish is wish:
        return Wished(sentence=_ALREADY[wish].format(**words), is_new=False)
    if (before.wish, wish) == (Wish.REMOVE, Wish.DRAIN):
        return Wished(sentence=_GONE.format(**words), is_new=False)  # What was removed takes nothing new anyway.
    # What is wanted of every server needs no words: one of the file then follows the file again.
    plain = wish is Wish.SERVE and before.spec is None
    change = None if plain else Change(wish=wish, spec=before.spec)
    return Wished(sentence=_WORDS[wish].format(**words), is_new=True, change=change)


def unknown(name: str, names: Collection[str], none: str) -> str:
    """Say that there is no server of that name, and which there are; `none` is said where there is none at all."""
    close = get_close_matches(name.lower()[:80], names, n=1)
    guess = f" Did you mean {close[0]}?" if close else ""
    return f"There is no GPU of that name.{guess} " + (f"There is {listed(list(names))}." if names else none)
