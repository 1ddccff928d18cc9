"""Text made plain: what is read the same is written the same, so that a word is found however it was dressed up.

Gone are case, width and font (NFKD), accents, and what nobody sees. Of other scripts a mark makes another letter: it is
one with its letter, and a syllable of Hangul one with its parts, however they were written. Letters of Cyrillic and
Greek that look like Latin ones become these in a word that has a Latin letter too, or that has no letter which looks
like none; a word of another script stays what it is. Digits stay digits: `4` for `a` would find words in numbers and
names that hold none.

A second text goes the other way: in a word with Cyrillic or Greek letters, whatever looks like these becomes them. A
word of Latin letters alone is the same in both, so that `bot` is no `вот`.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
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

# What is read otherwise than its other form says: Japanese marks with a space of their own, and double consonants of
# Hangul, which alone are a word of their own (`ㄳ`) and not the end of the syllable before them.
_DOUBLE = "ㄳㄵㄶㄺㄻㄼㄽㄾㄿ"
_READ_AS = dict(
    zip("\u309b\u309c" + _DOUBLE + "\uffa3\uffa5\uffa6\uffaa\uffab\uffac\uffad\uffae\uffaf",
        "\u3099\u309a" + _DOUBLE + _DOUBLE, strict=True)
)  # fmt: skip

# A syllable in letters of its own: what stands after its vowel, and before no other one, ends it.
_ENDS = {
    letter if letter in _DOUBLE else unicodedata.normalize("NFKD", letter): chr(0x11A8 + number)
    for number, letter in enumerate("ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")
}
_SYLLABLE = re.compile(f"([\u1100-\u1112][\u1161-\u1175])([{''.join(_ENDS)}])(?![\u1161-\u1175])")

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
# Scripts in which a mark is a vowel, or says that there is none: `\w` has no marks, and other words would be left.
_SYLLABIC = "\u0780-\u07bf\u0900-\u0dff\u0f00-\u0fff\u1700-\u177f\u1900-\u1cff\ua800-\uabff"
_VOWELS = "".join(
    char
    for char in map(chr, [*range(0x780, 0x1D00), *range(0xA800, 0xAC00)])
    if unicodedata.category(char) in {"Mn", "Mc"} and re.match(f"[{_SYLLABIC}]", char)
)
_LETTER = rf"[^\W_{_SPACELESS}]"
_WORD = re.compile(rf"[{_SPACELESS}]|{_LETTER}+(?:(?<=[{_SYLLABIC}])[{_VOWELS}]+{_LETTER}*)*")
_ALONE = re.compile(f"[{_SPACELESS}]")
_LATIN = re.compile("[a-zA-Z]")


class Word(NamedTuple):
    """One word of a text. A tuple, for one is made of every word that anybody asks with."""

    plain: str
    start: int  #: in the plain text
    end: int
    is_spaceless: bool  #: of a script that has no spaces between words


class _Seen(NamedTuple):
    """What is seen at one place."""

    char: str
    start: int  #: in the text that it is of
    end: int
    is_joined: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """A text made plain, and where everything in it comes from."""

    source: str  #: the text, its characters composed
    text: str
    native: str  #: as long as `text`, with words of Cyrillic and Greek in letters of their own
    origins: Sequence[int]  #: of each character of `text`: where in `source` what it was begins
    ends: Sequence[int]  #: and where that ends

    def words(self) -> Iterator[Word]:
        """Return the words in their order."""
        return _words(self.text)

    def native_words(self) -> Iterator[Word]:
        """Return the same words in letters of their own."""
        return _words(self.native)

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Return where in `source` a stretch of the plain text comes from."""
        return self.origins[start], self.ends[end - 1]


def plain(text: str) -> Plain:
    """Make a text plain."""
    source = unicodedata.normalize("NFC", clean(text))
    if source.isascii():
        text = source.lower()
        count = len(source)
        return Plain(source=source, text=text, native=text, origins=range(count), ends=range(1, count + 1))
    seen = _joined(source)
    letters = "".join(each.char for each in seen)
    pieces = _folded(letters)
    spread = [each for each, piece in zip(seen, pieces, strict=True) for _ in piece]
    return Plain(
        source=source,
        text="".join(pieces),
        native=native(letters),
        origins=tuple(each.start for each in spread),
        ends=tuple(each.end for each in spread),
    )


def joined(text: str) -> str:
    """Return a text in which letters are one with their marks, and which is the same in all else."""
    text, pieces, at = unicodedata.normalize("NFC", text), list[str](), 0
    for each in _joined(text):
        if each.is_joined:  # where one stays two, the second begins where the first did, and nothing is between
            pieces += [text[at : each.start], each.char]
            at = each.end
    return "".join([*pieces, text[at:]])


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


def _joined(source: str) -> list[_Seen]:
    """Return what is seen of a text, each letter with its marks."""
    seen = [(char, place) for place, each in enumerate(source) for char in _shown(each)]
    letters = _SYLLABLE.sub(lambda found: found[1] + _ENDS[found[2]], "".join(char for char, _ in seen))
    if unicodedata.is_normalized("NFC", letters):
        return [_Seen(char, place, place + 1) for char, (_, place) in zip(letters, seen, strict=True)]
    return [each for start, end in _stretches(letters) for each in _as_one(letters[start:end], seen[start:end])]


def _as_one(letters: str, seen: Sequence[tuple[str, int]]) -> Iterator[_Seen]:
    one = unicodedata.normalize("NFC", letters)
    for char, (_, place) in zip(one, seen, strict=False):
        if one == letters:
            yield _Seen(char, place, place + 1)
        else:  # what comes of several places, or of others than before, comes of all of them
            yield _Seen(char, seen[0][1], seen[-1][1] + 1, len(one) < len(letters))


def _stretches(letters: str) -> Iterator[tuple[int, int]]:
    """Return where each letter stands with what belongs to it."""
    start = 0
    for at in range(1, len(letters)):
        if not unicodedata.combining(letters[at]) and _is_apart(letters[start:at], letters[at]):
            yield start, at
            start = at
    yield start, len(letters)


def _is_apart(before: str, char: str) -> bool:
    return unicodedata.normalize("NFC", before + char) == unicodedata.normalize("NFC", before) + char


@lru_cache(maxsize=4096)
def _shown(char: str) -> str:
    """Return what is seen of a character: without font, width and accents; nothing for what is not seen."""
    if char.isascii():
        return char
    if char in BLANK or char in _VARIANTS or unicodedata.category(char) in _UNSEEN:
        return ""
    if char in _READ_AS:
        return _READ_AS[char]
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
