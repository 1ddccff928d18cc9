"""Text made plain: what is read the same is written the same, so that a word is found however it was dressed up.

Gone are case, width and font (NFKD), accents, and what nobody sees. Letters of Cyrillic and Greek that look like Latin
ones become these in a word that has a Latin letter too, or that has no letter which looks like none; a word of another
script stays what it is. Digits stay digits: `4` for `a` would find words in numbers and names that hold none.

A second text goes the other way: in a word with Cyrillic or Greek letters, whatever looks like these becomes them. A
word of Latin letters alone is the same in both, so that `bot` is no `вот`.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from workflows.text import BLANK, clean

# Unicode's confusables.txt (UTS #39, 15.0): what stands there for a basic Latin letter, of Cyrillic and Greek.
_SMALL = dict(zip("αсԁеһιіӏϳјοσорρԛгѕυνѵԝхγуүа", "acdehiiijjoooppqrsuvvwxyyya", strict=True))
_LARGE = dict(zip("ΑАΒВСΕЕԌΗНΙІͿЈΚКΜМΝΟОΡРЅΤТѴԜΧХΥУҮΖ", "aabbceeghhiijjkkmmnooppsttvwxxyyyz", strict=True))
_IN_A_MIXED_WORD = {**_SMALL, **_LARGE, **dict(zip("вкκмнтτηε", "bkkmhttne", strict=True))}
"""The last nine are not there, being small capitals to the eye; among Latin letters they can stand for nothing else."""

# Strokes are no marks that could be taken off, and these have no other form: here they are accents all the same.
_STROKES = dict(zip("øłđħŧıɑɡØŁĐĦŦ", "oldhtiagoldht", strict=True))

_ACCENTS = re.compile(
    "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f\u0483-\u0489\u2de0-\u2dff\ua66f-\ua672\ua674-\ua67d]"
)
"""Of Latin, Greek and Cyrillic. The marks of other scripts are what makes one letter another."""

# Letters that have no other form and are a Latin one to the eye, as Unicode names them: small capitals, white on black,
# with a stroke or a hook.
_DRESSED = re.compile(
    r"(?:LATIN LETTER SMALL CAPITAL|LATIN (?:SMALL|CAPITAL) LETTER"
    r"|(?:CROSSED )?NEGATIVE (?:SQUARED|CIRCLED) LATIN CAPITAL LETTER) ([A-Z])(?: WITH .*| BAR)?"
)

_CYRILLIC, _GREEK = re.compile("[\u0400-\u052f]"), re.compile("[\u0370-\u03ff\u1f00-\u1fff]")


def _towards(script: re.Pattern[str], alike: dict[str, str]) -> dict[str, str]:
    """Return what becomes what in a word of a script: Latin letters, and those of others that look like Latin ones."""
    others = {char: alike[latin] for char, latin in _IN_A_MIXED_WORD.items() if latin in alike}
    return alike | {char: own for char, own in others.items() if not script.match(char)}


# To the eye and not to the ear, so large and small letters differ: `N` is a `Ν`, and `n` an `η`.
_TO_CYRILLIC = _towards(
    _CYRILLIC, dict(zip("abcehijkmnoprstuxyABCEHIJKMOPSTXY", "авсеніјкмпоргѕтихуавсеніјкморѕтху", strict=True))
)
_TO_GREEK = _towards(
    _GREEK, dict(zip("abehikmnoptuvwxyzABEHIKMNOPTXYZ", "αβεηικμηορτυνωχγζαβεηικμνορτχυζ", strict=True))
)

_INDICATORS = range(0x1F1E6, 0x1F200)  # regional: two of them are a flag, and more of them letters in boxes
_UNSEEN = frozenset({"Cf", "Cs", "Co"})
_VARIANTS = frozenset(map(chr, [*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0), *range(0x180B, 0x1810)]))

# Scripts that are written without spaces: each character is a word, so that words are found inside of a sentence.
_SPACELESS = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_WORD = re.compile(rf"[{_SPACELESS}]|[^\W_{_SPACELESS}]+")
_ALONE = re.compile(f"[{_SPACELESS}]")
_LATIN = re.compile("[a-zA-Z]")


class Word(NamedTuple):
    """One word of a text. A tuple, for one is made of every word that anybody asks with."""

    plain: str
    start: int  #: in the plain text
    end: int
    is_spaceless: bool  #: of a script that has no spaces between words


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """A text made plain, and where everything in it comes from."""

    source: str  #: the text, its characters composed
    text: str
    native: str  #: as long as `text`, with words of Cyrillic and Greek in letters of their own
    origins: tuple[int, ...]  #: of each character of `text`: which one of `source` it was

    def words(self) -> Iterator[Word]:
        """Return the words in their order."""
        return _words(self.text)

    def native_words(self) -> Iterator[Word]:
        """Return the same words in letters of their own."""
        return _words(self.native)

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Return where in `source` a stretch of the plain text comes from."""
        return self.origins[start], self.origins[end - 1] + 1


def plain(text: str) -> Plain:
    """Make a text plain."""
    source = unicodedata.normalize("NFC", clean(text))
    if source.isascii():
        text = source.lower()
        return Plain(source=source, text=text, native=text, origins=tuple(range(len(source))))
    shown = [(char, place) for place, each in enumerate(source) for char in _shown(each)]
    letters = "".join(char for char, _ in shown)
    pieces = _folded(letters)
    return Plain(
        source=source,
        text="".join(pieces),
        native=native(letters),
        origins=tuple(place for (_, place), piece in zip(shown, pieces, strict=True) for _ in piece),
    )


def native(letters: str) -> str:
    """Return plain letters, before or after their case went, with words of Cyrillic and Greek in letters of their own.

    Whose a word is the more letters say; those of Latin do not count.
    """
    return _WORD.sub(lambda found: _native(found[0]), letters).casefold()


def _native(word: str) -> str:
    cyrillic, greek = len(_CYRILLIC.findall(word)), len(_GREEK.findall(word))
    if not cyrillic and not greek:
        return word
    alike = _TO_CYRILLIC if cyrillic >= greek else _TO_GREEK
    return "".join(alike.get(char, char) for char in word)


def _words(text: str) -> Iterator[Word]:
    for found in _WORD.finditer(text):
        word = found[0]
        spaceless = len(word) == 1 and _ALONE.match(word) is not None
        yield Word(word, *found.span(), spaceless)


@lru_cache(maxsize=4096)
def _shown(char: str) -> str:
    """Return what is seen of a character: without font, width and accents; nothing for what is not seen."""
    if char.isascii():
        return char
    if char in BLANK or char in _VARIANTS or unicodedata.category(char) in _UNSEEN:
        return ""
    if ord(char) in _INDICATORS:
        return f" {chr(ord(char) - _INDICATORS[0] + ord('a'))} "
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", char))
    return "".join(_undressed(each) for each in unicodedata.normalize("NFC", bare))


def _undressed(char: str) -> str:
    named = None if char.isascii() else _DRESSED.fullmatch(unicodedata.name(char, ""))
    return named[1].lower() if named else _STROKES.get(char, char)


def _folded(letters: str) -> list[str]:
    """Return what each letter becomes by the word that it stands in."""
    pieces = list(letters)
    for found in _WORD.finditer(letters):
        alike = _lookalikes(found[0])
        pieces[found.start() : found.end()] = [alike.get(char, char) for char in found[0]]
    return [piece.casefold() for piece in pieces]


def _lookalikes(word: str) -> dict[str, str]:
    if word.isascii():
        return {}
    if _LATIN.search(word):
        return _IN_A_MIXED_WORD
    # By the small letters alone: a Russian word has to be the same word in capitals.
    return _TO_THE_EYE if all(char in _SMALL for char in word.lower()) else {}


_TO_THE_EYE = {**_SMALL, **{small.upper(): latin for small, latin in _SMALL.items()}}
