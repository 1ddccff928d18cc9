"""Expressions: what is taken means what it says, and what could run away is not taken."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.policy.expressions import (
    MOST_CHARACTERS,
    MOST_REPEATS,
    MOST_WAYS,
    UnsafeExpression,
    _Reader,
    expression,
    steps_of,
)

RUNAWAYS = [
    # From the literature on denial of service by regular expressions, and its cousins.
    "(a+)+", "(a+)+$", "([a-zA-Z]+)*", "(a|aa)+", "(a|a?)+", "(.*a){12}", "(a*)*", "(a*)*b", "(a|a)*b", "(.*)*",
    "(.+)+", "^(([a-z])+.)+[A-Z]([a-z])+$", "(x+x+)+y", r"(\w+\s?)*$", r"^(\d+)*$", r"(\s*\w+)*!", "(?:a{1,3}){1,30}",
    "a*a*a*", ".*.*.*=.*", "a+a+a+b", "(ab?)*", "(a?b?)+", "(a?){30}a{30}", r"(\w|\d)+", "([ab]|[bc])*", "((a))*(a*)*",
    "(a|b|ab)*c", "(.|x)+", "(|a)+", "((a{0,20}){0,20}){0,20}", "^(a?){20}$", "(a|[a])+",
]  # fmt: skip
FOREIGN = [
    r"(a)\1", r"\1", "(?=a)", "(?!a)", "(?<=a)b", "(?<!a)b", "(?P<x>a)", "(?P=x)", "(?i)a", "(?#x)", "(?>a)",
    "(?(1)a|b)", "$*", "(a?)*", r"\A", r"\Z", r"\x41", r"\u0041", r"\n", r"\p{L}", "a**", "a*+",
    "a{1,2}{3}", "*a", "+", "?", "{2}", "a{", "a{x}",
    "(", ")", "a)", "(a", "[", "[a", "[z-a]", "[[:alpha:]]", r"[\b]", "[a--b]", "[a&&b]", "[a||b]", "\\", "a{2,1}",
    "a{999}", "(" * 30 + "a" + ")" * 30, "a" * (MOST_CHARACTERS + 1), "\u200b",
]  # fmt: skip
NOTHING = ["", "a*", "a?", "(a|)", "^", "$", r"\b", "()", "a{0}", "(?:a?)"]


@pytest.mark.parametrize("text", [*RUNAWAYS, *FOREIGN, *NOTHING])
def test_what_could_run_away_is_foreign_or_fits_nothing_is_refused_in_words(text):
    with pytest.raises(UnsafeExpression) as refused:
        expression(text)

    assert str(refused.value).endswith(".")
    assert refused.value.__cause__ is None or isinstance(refused.value.__cause__, re.error)


@pytest.mark.parametrize(
    ("text", "found", "not_found"),
    [
        ("nude", ["a nude cat", "denuded", "NUDE"], ["nud e"]),
        (r"\bnude\b", ["a nude cat", "nude"], ["denuded"]),
        ("(school|pre)-?teen", ["schoolteen", "pre-teen"], ["teen"]),
        (r"young .*girl", ["young happy girl"], ["girl, young"]),
        (r"\bfoo\b.*\bbar\b", ["foo and bar"], ["food bar"]),
        (r"\d{2,4}", ["12", "1999"], ["1"]),
        ("[^a-c]x", ["dx"], ["ax"]),
        ("[]x]y", ["]y", "xy"], ["zy"]),
        (r"[\w.]+@", ["a.b@"], ["@"]),
        (r"a\.b\{", ["a.b{"], ["axb{"]),
        ("a|b|c", ["c"], ["d"]),
        ("^a$", ["a"], ["ab"]),
        ("(?:ab){2}", ["abab"], ["ab"]),
        ("(cat|dog)+s", ["catdogs"], ["cats "[:3]]),
        ("a+?b", ["aab"], ["b"]),
        ("É", ["e"], ["a"]),
        ("ﬁ+x", ["fifix"], ["fix"[1:]]),
    ],
)
def test_an_expression_means_what_it_says(text, found, not_found):
    pattern = expression(text)

    assert [each for each in found if not pattern.search(each)] == []
    assert [each for each in not_found if pattern.search(each)] == []


def test_a_star_ends():
    assert expression("ab*c").search("a" + "b" * MOST_REPEATS + "c")
    assert not expression("ab*c").search("a" + "b" * (MOST_REPEATS + 1) + "c")


_PIECES = st.sampled_from(
    ["a", "b", ".", "[ab]", r"\w", "(", "(?:", ")", "|", "*", "+", "?", "{2,3}", "{0,9}", "$", r"\b"]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(_PIECES, max_size=12).map("".join))
@example("(?:a|b)*")
def test_ways_are_never_counted_too_low(text):
    try:
        pattern = expression(text)
    except UnsafeExpression:
        return

    # Every way through a text is one assignment of the expression to it; here the engine's own tree is walked.
    node = _Reader(text).alternatives(0)
    for subject in ("a" * 8, "ab" * 4, "b" * 8):
        assert 0 <= _ways(pattern.pattern, subject) <= node.ways <= MOST_WAYS


@settings(max_examples=300, deadline=None)
@given(st.lists(_PIECES, max_size=10).map("".join), st.sampled_from(["a", "b", "ab", "aab", "abb"]))
@example("ab{2,3}a.{0,9}b", "ab")
@example("^a*b*", "a")
@example("a|ab.{0,9}b", "ab")
def test_no_text_takes_more_steps_than_were_counted(text, repeated):
    try:
        pattern = expression(text)
    except UnsafeExpression:
        return
    subject = (repeated * 200)[:200]
    if steps_of(text) > 400:
        return

    # What ends differently at the end of a text, and a letter in a word more than once, is a beginning more.
    assert _steps(pattern.pattern, subject) <= steps_of(text) * (len(subject) + MOST_CHARACTERS)


def test_what_begins_with_letters_is_begun_only_where_they_can_stand():
    assert steps_of("abc.*x") < steps_of("aaa.*x") <= steps_of("..a.*x")
    assert steps_of("^.*.*x") < steps_of(".*.*x") / 50


def _steps(pattern: str, subject: str) -> int:
    """Count the characters that are looked at from every place of a text, until there is no way left."""
    parser = __import__("re._parser", fromlist=["parse"])
    parts, steps = list(parser.parse(pattern, re.IGNORECASE)), [0]
    for place in range(len(subject)):
        for _ in _passes(parts, subject, place, steps):
            pass
    return steps[0]


def _ways(pattern: str, subject: str) -> int:
    """Count the ways in which an expression passes the beginning of a text, by trying them all."""
    parser = __import__("re._parser", fromlist=["parse"])
    return sum(1 for _ in _passes(list(parser.parse(pattern, re.IGNORECASE)), subject, 0, [0]))


def _passes(parts, subject, at, steps):
    if not parts:
        yield at
        return
    (op, argument), rest = parts[0], parts[1:]
    if str(op) in {"MAX_REPEAT", "MIN_REPEAT"}:
        least, most, inner = argument
        yield from _repeats(list(inner), least, most, rest, subject, at, steps)
    elif str(op) in {"SUBPATTERN", "BRANCH"}:
        for branch in argument[1] if str(op) == "BRANCH" else [argument[3]]:
            for end in _passes(list(branch), subject, at, steps):
                yield from _passes(rest, subject, end, steps)
    else:
        steps[0] += 1
        if _fits(str(op), argument, subject, at):
            yield from _passes(rest, subject, at + (str(op) != "AT"), steps)


def _repeats(inner, least, most, rest, subject, at, steps):
    if least <= 0:
        yield from _passes(rest, subject, at, steps)
    if most > 0:
        for end in _passes(inner, subject, at, steps):
            yield from _repeats(inner, least - 1, most - 1, rest, subject, end, steps)


def _fits(name, argument, subject, at):
    if name == "AT":
        return str(argument) != "AT_BEGINNING" or at == 0
    if name == "LITERAL":
        return at < len(subject) and ord(subject[at]) == argument
    return at < len(subject)  # of `.`, `\w` and [ab]: every letter that is used here
