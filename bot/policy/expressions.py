"""Expressions of a blocklist: regular expressions of which no text can make a long search.

They are a small language with a reader of its own, and Python's engine, which goes back and tries again, gets nothing
but what the reader wrote. At each place of a text it tries at most MOST_WAYS ways through an expression: `*`, `+` and
`{n,}` end at MOST_REPEATS, and the ways are counted when an expression is put on a list. Those of a sequence multiply,
and those of something repeated multiply with every repetition, unless there is but one. So what is known to run away
(`(a+)+`, `(a|a)*`, `(.*)*`, `a*a*a*`) is no expression, and the time of any other grows as the text does. How much it
is for each character is counted, too (`steps_of`): by that the blocklist says what it has room for.

    a \\. [a-z0-9] [^ ] . \\d \\w \\s \\D \\W \\S \\b \\B ^ $ (…) (?:…) a|b ? * + {2} {2,} {2,5}, and ?? *? +? {…}?

Nothing else: no references back, nothing that looks ahead or behind, no flags, no names.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.errors import SubmissionError
from bot.policy.plain import joined, plain

MOST_CHARACTERS = 200
MOST_REPEATS = 40
"""Of `*` and `+`: a word or a short phrase between two others."""
MOST_WAYS = 2000
"""Two stars in one expression, and not three: the reader stops here, before the numbers grow beyond all use."""
_ONCE = 1 / 100
"""What `^` lets begin, of all places of a text: one of a hundred, and of a longer text less."""
_DEEPEST = 20

EVERYWHERE = "This would be found in every text: add letters, so that it is found in some."
_EVERY_KIND = (*map(chr, range(ord("!"), ord("~") + 1)), *"éßжα裸ポ한कا")
"""Of what is seen: signs, digits, letters. A text without any of it is blank, and nobody asks with such a one."""


class UnsafeExpression(SubmissionError):
    """An expression that is none, or that some text could make a long search of."""

    code = "unsafe_expression"
    sentence = "That is no expression that can be used."


@dataclass(frozen=True, slots=True)
class _Node:
    """A part of an expression: how it is written, in how many ways a text can pass it, and what it may begin with."""

    text: str
    ways: int
    least: int = 1  #: characters that it takes
    first: str | None = None  #: the one letter that it begins with; None: it may be another
    steps: float = 1  #: characters that are looked at to try all these ways
    literal: str = ""  #: what it stands for, of something that stands for itself


def expression(text: str) -> re.Pattern[str]:
    """Read an expression, to be searched for in plain text; raises UnsafeExpression."""
    return re.compile(_read(text).text, re.IGNORECASE)


def native_expression(text: str) -> re.Pattern[str]:
    """Read an expression, to be searched for in a plain text's native letters; raises UnsafeExpression."""
    return re.compile(_read(text, is_native=True).text, re.IGNORECASE)


def steps_of(text: str) -> float:
    """Return how often each character of a text is looked at in a search for this, at the very worst.

    A step takes 2 to 8 ns. What begins with letters is begun only where they stand, so it is cheap. Raises
    UnsafeExpression. One with letters that are not of ASCII is searched for in native letters as well.
    """
    return _read(text).steps + (0 if text.isascii() else _read(text, is_native=True).steps)


def is_everywhere(text: str) -> bool:
    """Tell whether this is found in whatever anybody writes, as any one character does; raises UnsafeExpression.

    One that was put on a list before this was asked still holds, so it is asked of those that are put there.
    """
    found = expression(text).search
    return all(map(found, _EVERY_KIND))


@lru_cache(maxsize=1000)
def _read(text: str, *, is_native: bool = False) -> _Node:
    if len(text) > MOST_CHARACTERS:
        raise UnsafeExpression(f"An expression has at most {MOST_CHARACTERS} characters.")
    reader = _Reader(joined(text), is_native)
    node = reader.alternatives(0)
    if not reader.is_done:
        raise UnsafeExpression("There is a `)` too many.")
    if node.least == 0:
        raise UnsafeExpression(EVERYWHERE)
    return node


@dataclass(slots=True)
class _Reader:
    """Reads from the left to the right."""

    source: str
    is_native: bool = False  #: letters of another script stay what they are
    at: int = 0

    @property
    def is_done(self) -> bool:
        return self.at >= len(self.source)

    def alternatives(self, depth: int) -> _Node:
        if depth > _DEEPEST:
            raise UnsafeExpression("There are too many groups in each other.")
        branches = [self._sequence(depth)]
        while self._took("|"):
            branches.append(self._sequence(depth))
        return branches[0] if len(branches) == 1 else _either(branches)

    def _sequence(self, depth: int) -> _Node:
        parts: list[_Node] = []
        while not self.is_done and self.source[self.at] not in "|)":
            parts.append(self._repeated(self._one(depth)))
        ways, least = 1, 0
        for part in parts:
            ways, least = _bounded(ways * part.ways), least + part.least
        text, first = "".join(part.text for part in parts), parts[0].first if parts else None
        return _Node(text, ways, least, first, _steps(parts, is_outermost=depth == 0))

    def _one(self, depth: int) -> _Node:
        char = self._next()
        match char:
            case "(":
                return self._group(depth)
            case "[":
                return self._class()
            case "\\":
                return self._escaped()
            case ".":
                return _Node(".", 1)
            case "^" | "$":
                return _Node(char, 1, 0)
            case "*" | "+" | "?" | "{":
                raise UnsafeExpression(f"There is nothing before `{char}` that it could repeat.")
        return _literal(char, is_native=self.is_native)

    def _group(self, depth: int) -> _Node:
        if self._took("?") and not self._took(":"):
            raise UnsafeExpression("Of groups there are `(…)` and `(?:…)` alone.")
        inner = self.alternatives(depth + 1)
        if not self._took(")"):
            raise UnsafeExpression("A `)` is missing.")
        return _Node(f"(?:{inner.text})", inner.ways, inner.least, inner.first, inner.steps)

    def _class(self) -> _Node:
        ends = re.compile(r"\^?\]?(?:[^\]\\\[]|\\[^A-Za-z0-9]|\\[dwsDWS])*\]").match(self.source, self.at)
        if ends is None:
            raise UnsafeExpression("A `[…]` does not end, or has a `[` or a letter after a `\\` that means nothing.")
        self.at = ends.end()
        # Python warns of pairs that may become operators of sets.
        if re.search(r"--|&&|~~|\|\|", ends[0]):
            raise UnsafeExpression("In `[…]` no two of `-`, `&`, `~` or `|` may stand together.")
        try:
            re.compile(f"[{ends[0]}")
        except re.error as error:  # a range whose end is before its beginning
            raise UnsafeExpression("A `[…]` has a range that ends before it begins.") from error
        return _Node(f"[{ends[0]}", 1)

    def _escaped(self) -> _Node:
        char = self._next()
        if char in "bB":
            return _Node(f"\\{char}", 1, 0)
        if char in "dwsDWS":
            return _Node(f"\\{char}", 1)
        if char.isalnum():
            raise UnsafeExpression(f"`\\{char}` is not known here.")
        return _literal(char, is_native=self.is_native)

    def _repeated(self, node: _Node) -> _Node:
        bounds = self._bounds()
        if bounds is None:
            return node
        least, most, text = bounds
        if most < least or most > MOST_REPEATS:
            raise UnsafeExpression(f"Something may be repeated at most {MOST_REPEATS} times.")
        if node.least == 0:
            raise UnsafeExpression("What may be nothing at all cannot be repeated.")
        text += "?" if self._took("?") else ""
        if not self.is_done and self.source[self.at] in "*+?{":
            raise UnsafeExpression("One repetition of another can take for ever: put one of them away.")
        # What has one way only can still end after each of its repetitions.
        ways = sum(_bounded(node.ways**count) for count in range(least, most + 1))
        first = node.first if least else None
        steps = node.steps * sum(node.ways**count for count in range(most))
        return _Node(f"{node.text}{text}", _bounded(ways), node.least * least, first, steps)

    def _bounds(self) -> tuple[int, int, str] | None:
        if self._took("?"):
            return 0, 1, "?"
        if self._took("*"):
            return 0, MOST_REPEATS, f"{{0,{MOST_REPEATS}}}"
        if self._took("+"):
            return 1, MOST_REPEATS, f"{{1,{MOST_REPEATS}}}"
        if self.is_done or self.source[self.at] != "{":
            return None
        found = re.compile(r"\{([0-9]{1,3})(,([0-9]{0,3}))?\}").match(self.source, self.at)
        if found is None:
            raise UnsafeExpression("A repetition is written {2}, {2,} or {2,5}; for the sign itself write \\{.")
        self.at = found.end()
        least = int(found[1])
        most = least if found[2] is None else int(found[3] or MOST_REPEATS)
        return least, most, f"{{{least},{most}}}"

    def _next(self) -> str:
        if self.is_done:
            raise UnsafeExpression("Something is missing at its end.")
        self.at += 1
        return self.source[self.at - 1]

    def _took(self, char: str) -> bool:
        if self.is_done or self.source[self.at] != char:
            return False
        self.at += 1
        return True


def _literal(char: str, *, is_native: bool) -> _Node:
    bare = plain(char)
    alike = bare.native if is_native else bare.text
    if not alike:
        raise UnsafeExpression("It has a character that nobody sees.")
    text = re.escape(alike)
    return _Node(text if len(alike) == 1 else f"(?:{text})", 1, len(alike), alike[0], len(alike), alike)


def _steps(parts: Sequence[_Node], *, is_outermost: bool) -> float:
    """Return the steps of a sequence: of each part as many times as there are ways to come to it.

    Letters at the beginning of a whole expression make that less than once at each place of a text: `young ` can stand
    at every sixth at most.
    """
    reached, steps, begins = 1.0, 0.0, ""
    for part in parts:
        steps += reached * part.steps
        is_outermost = is_outermost and bool(part.literal)
        if is_outermost:
            begins += part.literal
            reached = 1 / _period(begins)
        else:
            reached *= _ONCE if part.text == "^" else part.ways
    return steps


def _period(letters: str) -> int:
    """Return how far from itself some text can stand again at least."""
    return next(
        (length for length in range(1, len(letters)) if letters.startswith(letters[length:])), len(letters) or 1
    )


def _either(branches: Sequence[_Node]) -> _Node:
    """Return one of several: where each begins with another letter, no text can pass more than one."""
    firsts = {branch.first for branch in branches}
    apart = None not in firsts and len(firsts) == len(branches)
    ways = max(branch.ways for branch in branches) if apart else sum(branch.ways for branch in branches)
    text = "|".join(branch.text for branch in branches)
    least, steps = min(branch.least for branch in branches), sum(branch.steps for branch in branches)
    return _Node(f"(?:{text})", _bounded(ways), least, steps=steps)


def _bounded(ways: int) -> int:
    if ways > MOST_WAYS:
        raise UnsafeExpression(
            "Some text could make a very long search of this: use fewer `*` and `+`, and none inside of another."
        )
    return ways
