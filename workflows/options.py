"""The words that a workflow's command understands, and what looks like a slip of one of them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from workflows.choices import exactly
from workflows.numbers import read_number
from workflows.parameters import Choice, FileParameter, Flag, Parameter, Refused, Seed, SizeParameter, Text
from workflows.shape import RATIO, shorthands
from workflows.values import read_ratio, read_size
from workflows.vocabulary import Vocabulary

STANDARD_ALIASES: Mapping[str, tuple[str, ...]] = {
    "negative_prompt": ("negative", "neg", "no"),
    "width": ("w",),
    "height": ("h",),
    "count": ("n",),
}
"""What people type everywhere; a manifest's own names and aliases win over these."""

SLIP_LENGTH = 4
"""Names shorter than this have too many neighbours among ordinary words to suspect a slip."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One thing that a command may set."""

    name: str  #: the parameter, or a shorthand such as `ar`
    is_text: bool  #: its value runs to the next option
    is_flag: bool
    fits: Callable[[str], bool]  #: whether a text has the form of a value, in or out of bounds


@dataclass(frozen=True, slots=True)
class Options:
    """All options of a workflow, by every word that names them."""

    by_word: Mapping[str, Option]

    def named(self, word: str) -> Option | None:
        """Find an option by its name or an alias; case does not matter, and `-` is as good as `_`."""
        return self.by_word.get(_plain(word))

    def slips(self, word: str) -> Iterator[tuple[str, Option]]:
        """Iterate over the words, of four letters or more, that are one edit away."""
        typed = _plain(word)
        if len(typed) < SLIP_LENGTH:
            return
        for known, option in self.by_word.items():
            if len(known) >= SLIP_LENGTH and one_edit_apart(typed, known):
                yield known, option


def options_of(parameters: Mapping[str, Parameter], vocabulary: Vocabulary) -> Options:
    """Collect names, then the manifest's aliases, then the standard ones; the first to take a word keeps it."""
    found = {name: _option(name, parameter, vocabulary) for name, parameter in parameters.items()}
    found |= {word: _shorthand(word) for word in shorthands(parameters)}
    words = dict(found)
    for name, parameter in parameters.items():
        words |= {alias: found[name] for alias in parameter.aliases if alias not in words}
    for name, aliases in STANDARD_ALIASES.items():
        if name in parameters:
            words |= {alias: found[name] for alias in aliases if alias not in words}
    return Options(words)


def one_edit_apart(left: str, right: str) -> bool:
    """Tell whether one letter more, less, changed or swapped with its neighbour makes one word of the other."""
    if left == right or abs(len(left) - len(right)) > 1:
        return False
    if len(left) > len(right):
        left, right = right, left
    start = next((index for index, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), len(left))
    if len(left) < len(right):
        return left[start:] == right[start + 1 :]
    swapped = left[start : start + 2] == right[start : start + 2][::-1] and left[start + 2 :] == right[start + 2 :]
    return left[start + 1 :] == right[start + 1 :] or swapped


def _plain(word: str) -> str:
    return word.casefold().replace("-", "_")


def _shorthand(word: str) -> Option:
    read: Callable[[str], object] = read_ratio if word == RATIO else read_size
    return Option(name=word, is_text=False, is_flag=False, fits=lambda text: read(text) is not None)


def _option(name: str, parameter: Parameter, vocabulary: Vocabulary) -> Option:
    return Option(
        name=name,
        is_text=isinstance(parameter, Text),
        is_flag=isinstance(parameter, Flag),
        fits=lambda text: _fits(parameter, text, vocabulary),
    )


def _fits(parameter: Parameter, text: str, vocabulary: Vocabulary) -> bool:
    match parameter:
        case Text():
            return True
        case Choice():
            # To the letter, not by its beginning: in prose, `model: tall` must not find a tall-ships checkpoint.
            return exactly(text, parameter.offered(vocabulary) or ()) is not None
        case SizeParameter():
            return read_size(text) is not None
        case FileParameter():
            return text.startswith("@")
        case Flag() | Seed():
            return _reads(parameter, text)
    return read_number(text) is not None


def _reads(parameter: Flag | Seed, text: str) -> bool:
    if isinstance(parameter, Seed) and read_number(text) is not None:
        return True  # Out of bounds is a fault to report, not a word of the prompt.
    try:
        parameter.read(text)
    except Refused:
        return False
    return True
