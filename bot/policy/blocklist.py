"""The blocklist: what the texts of a job may not have. Pure; with expressions it belongs off the event loop.

All texts are judged, also what is to be kept out of a picture (a negative prompt): whoever binds a workflow decides
what a parameter does, and its name proves nothing.

Words are found as whole words of the plain text (bot/policy/plain.py), in one pass over it, however many there are. A
word of four letters or more is found spelled out, too (`n u d e`, `n-u-d-e`): single letters in a row are joined; of
fewer letters, initials and sizes would be found. What is not found: letters doubled or left out, digits for letters,
and a word that is broken in the middle (`nu de`); an expression can name those that matter.

Words of Cyrillic and Greek are looked for in letters of their own, too, so that a Latin one among them hides nothing.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from re import Pattern as Expression

from bot.errors import Blocked, SubmissionError
from bot.policy.expressions import (
    EVERYWHERE,
    UnsafeExpression,
    expression,
    is_everywhere,
    native_expression,
    steps_of,
)
from bot.policy.plain import Plain, Word, native, plain
from bot.policy.rulebook import Deed, Pattern, Reading

MOST_PATTERNS = 2000
MOST_EXPRESSIONS = 50
"""Of one community with those of everywhere."""
MOST_STEPS, MOST_STEPS_OF_ALL = 400, 800
"""Of one expression and of all of a list, at each character of a text. A step takes 2 to 8 ns, in which nothing else of
the process runs: all together 20 ms of 4,000 characters. One star in each, or two behind a word, and not two alone."""
MOST_CHARACTERS = 20_000
"""Of one text: five times the longest prompt that a workflow takes unless its manifest says otherwise."""
LONGEST = 100
"""Characters of a pattern of words, and of a replacement."""
SPELLED_OUT = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What becomes of the texts of a job."""

    blocked: Pattern | None = None
    texts: Mapping[str, str] = field(default_factory=dict)  #: those that have to be replaced, as they are to be
    flagged: tuple[Pattern, ...] = ()  #: to be noted for the moderators


@dataclass(slots=True)
class _Node:
    """What may follow some words, and the pattern that ends with them."""

    following: "dict[str, _Node]" = field(default_factory=dict)
    pattern: Pattern | None = None


@dataclass(frozen=True, slots=True)
class _Hit:
    start: int  #: in the plain text
    end: int
    pattern: Pattern


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocklist:
    """Patterns, ready to judge; made by `compiled`."""

    _words: _Node
    _spelled: Mapping[str, Pattern]  #: what single letters in a row may spell
    _lengths: tuple[int, ...]  #: of those
    _expressions: tuple[tuple[Expression[str], Pattern], ...]
    _native_expressions: tuple[tuple[Expression[str], Pattern], ...]  #: those that have letters of another script
    steps: float  #: what its expressions take of each character of a text, at the very worst

    def judge(self, texts: Mapping[str, str]) -> Ruling:
        """Judge the texts of a job, by parameter.

        The first pattern that blocks decides. What is replaced is replaced where it stood, in the text as it was typed.
        """
        found = {name: self._found(text) for name, text in texts.items()}
        hits = [hit for _, each in found.values() for hit in each]
        blocked = next((hit.pattern for hit in hits if hit.pattern.deed is Deed.BLOCK), None)
        if blocked:
            return Ruling(blocked=blocked)
        flagged = [hit.pattern for hit in hits if hit.pattern.deed is Deed.FLAG]
        replaced = {name: _replaced(text, each) for name, (text, each) in found.items()}
        return Ruling(
            texts={name: text for name, text in replaced.items() if text is not None},
            flagged=tuple(dict.fromkeys(flagged)),
        )

    def _found(self, text: str) -> tuple[Plain, list[_Hit]]:
        if len(text) > MOST_CHARACTERS:
            raise SubmissionError(f"A text has at most {MOST_CHARACTERS:,} characters.")
        bare = plain(text)
        words = list(bare.words())
        hits = [*self._whole(words), *self._spelled_out(bare, words), *_expressed(self._expressions, bare.text)]
        if bare.native != bare.text:
            hits += self._whole([*bare.native_words()])
        if not bare.native.isascii():
            hits += _expressed(self._native_expressions, bare.native)
        return bare, hits

    def _whole(self, words: Sequence[Word]) -> Iterator[_Hit]:
        for first, word in enumerate(words):
            node, at = self._words.following.get(word.plain), first
            while node:
                if node.pattern:
                    yield _Hit(word.start, words[at].end, node.pattern)
                at += 1
                node = node.following.get(words[at].plain) if at < len(words) else None

    def _spelled_out(self, bare: Plain, words: Sequence[Word]) -> Iterator[_Hit]:
        is_latin = bare.native.isascii()
        for is_single, row in groupby(words, key=lambda word: len(word.plain) == 1 and not word.is_spaceless):
            letters = list(row) if is_single else []
            spelled = "".join(word.plain for word in letters)
            own = spelled if is_latin else native("".join(bare.native[word.start] for word in letters))
            for text in dict.fromkeys((spelled, own)):
                for start, end in self._stretches(text):
                    if pattern := self._spelled.get(text[start:end]):
                        yield _Hit(letters[start].start, letters[end - 1].end, pattern)

    def _stretches(self, text: str) -> Iterator[tuple[int, int]]:
        for length in self._lengths:
            yield from ((start, start + length) for start in range(len(text) - length + 1))


def compiled(patterns: Collection[Pattern]) -> Blocklist:
    """Make patterns ready to judge; each has passed `checked`. Of two that read alike the stricter holds."""
    root, spelled = _Node(), dict[str, Pattern]()
    # The strictest last, where it takes the place of the others.
    for pattern in sorted(patterns, key=lambda each: -_STRICTEST.index(each.deed)):
        if pattern.reading is Reading.WORDS:
            bare = plain(pattern.text)
            for words in ([word.plain for word in each] for each in (bare.words(), bare.native_words())):
                _put(root, words, pattern)
                if len("".join(words)) >= SPELLED_OUT:
                    spelled["".join(words)] = pattern
    expressions = [each for each in patterns if each.reading is Reading.EXPRESSION]
    return Blocklist(
        _words=root,
        _spelled=spelled,
        _lengths=tuple(sorted({len(each) for each in spelled})),
        _expressions=tuple((expression(each.text), each) for each in expressions),
        _native_expressions=tuple(
            (native_expression(each.text), each) for each in expressions if not each.text.isascii()
        ),
        steps=sum(steps_of(each.text) for each in expressions),
    )


def refusal_of_pattern(pattern: Pattern, known: Collection[Pattern]) -> SubmissionError | None:
    """Say why a pattern cannot be put on a list that has these; None when it can."""
    others = [each for each in known if each.key != pattern.key]
    if len(others) >= MOST_PATTERNS:
        return SubmissionError(f"The blocklist is full: it has {MOST_PATTERNS:,} patterns. Take one off first.")
    if len(pattern.replacement) > LONGEST:
        return SubmissionError(f"A replacement has at most {LONGEST} characters.")
    return _refusal_of_words(pattern) if pattern.reading is Reading.WORDS else _refusal_of_expression(pattern, others)


def refusal_of_texts(ruling: Ruling) -> Blocked | None:
    """Say that a text is blocked; not by what, for that would teach how to get around it."""
    return Blocked("This has something that is not allowed here. Try other words.") if ruling.blocked else None


_STRICTEST = (Deed.BLOCK, Deed.REPLACE, Deed.FLAG)


def _refusal_of_words(pattern: Pattern) -> SubmissionError | None:
    if len(pattern.text) > LONGEST:
        return SubmissionError(f"A word or a phrase has at most {LONGEST} characters.")
    if not _words_of(pattern.text):
        return SubmissionError("A word has a letter or a digit: for signs there are expressions.")
    return None


def _refusal_of_expression(pattern: Pattern, others: Sequence[Pattern]) -> SubmissionError | None:
    known = [each.text for each in others if each.reading is Reading.EXPRESSION]
    if len(known) >= MOST_EXPRESSIONS:
        return SubmissionError(f"The blocklist has {MOST_EXPRESSIONS} expressions, and each takes time. Use words.")
    try:
        if is_everywhere(pattern.text):
            return UnsafeExpression(EVERYWHERE)
    except SubmissionError as unsafe:
        return unsafe
    steps = steps_of(pattern.text)
    if steps > MOST_STEPS:
        return UnsafeExpression("This takes a long search: use fewer `*` and `+`, or begin with a word.")
    if steps + sum(map(steps_of, known)) > MOST_STEPS_OF_ALL:
        return SubmissionError("With this the expressions of the blocklist take too long. Use words, or take one off.")
    return None


def _words_of(text: str) -> list[str]:
    return [word.plain for word in plain(text).words()]


def _expressed(expressions: Sequence[tuple[Expression[str], Pattern]], text: str) -> Iterator[_Hit]:
    for search, pattern in expressions:
        yield from (_Hit(found.start(), found.end(), pattern) for found in search.finditer(text))


def _put(node: _Node, words: Sequence[str], pattern: Pattern) -> None:
    for word in words:
        node = node.following.setdefault(word, _Node())
    node.pattern = pattern


def _replaced(text: Plain, hits: Sequence[_Hit]) -> str | None:
    """Return a text with what is to be replaced in it; None: nothing is. The longest of those at one place counts."""
    wanted = [hit for hit in hits if hit.pattern.deed is Deed.REPLACE]
    pieces, at = [], 0
    for hit in sorted(wanted, key=lambda hit: (hit.start, -hit.end)):
        start, end = text.origin(hit.start, hit.end)
        if start >= at:
            pieces += [text.source[at:start], hit.pattern.replacement]
            at = end
    return "".join([*pieces, text.source[at:]]) if wanted else None
