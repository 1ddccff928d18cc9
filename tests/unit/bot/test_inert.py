"""What people write can be seen, keeps to itself, and is cut where it is too long; on every platform alike."""

from unicodedata import category, combining

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.inert import MARKS, clip, isolated, label, length, lines, pieced, turns, visible

_ODD = (
    "\u2028", "\u202e", "\u2066", "\u200b", "\u200d", "\ufeff", "\u0301", "\u3164", "\U000e0041", "שלום", "🦊", "\n",
    "\r\n", " ", "@here", "👩‍👩‍👧", "❤️", "\ud800",
)  # fmt: skip
HOSTILE = st.lists(st.sampled_from(_ODD) | st.text(max_size=8), max_size=20).map("".join)


@given(HOSTILE)
def test_whatever_is_shown_can_be_seen(typed: str) -> None:
    kinds = {category(char) for char in visible(typed) if char not in "\u200c\u200d"}
    assert not kinds & {"Cf", "Cc", "Cs", "Co", "Zl", "Zp"}


def test_a_thousand_marks_on_one_letter_become_a_few() -> None:
    piled = visible("a" + "\u0301" * 5000 + "b")
    assert sum(bool(combining(char)) for char in piled) <= MARKS
    assert piled.endswith("b")


def test_a_mark_with_nothing_to_stand_on_does_not_go_onto_our_words() -> None:
    assert visible("\u0301 \u0301\u200dx") == "x"


@pytest.mark.parametrize("word", ["👩‍👩‍👧‍👦", "❤️", "हिन्दी", "שָׁלוֹם", "ภาษาไทย", "cafe\u0301", "می‌خواهم", "ကျွန်ုပ်"])
def test_scripts_and_emoji_that_need_joiners_and_marks_keep_them(word: str) -> None:
    assert visible(word) == word


def test_a_length_is_counted_as_clients_do() -> None:
    assert (length("aé"), length("🦊🦊")) == (2, 4)
    assert clip("🦊🦊🦊", 5) == "🦊🦊…"


@pytest.mark.parametrize(
    ("limit", "kept"),
    [(100, "a fox in the deep snow"), (20, "a fox in the deep…"), (12, "a fox in th…"), (6, "a fox…")],
)
def test_what_is_too_long_is_cut_at_a_word_where_one_ends_near(limit: int, kept: str) -> None:
    assert clip("a fox in the deep snow", limit) == kept


def test_a_label_is_plain_words() -> None:
    assert label("  **fox**\n\u202esnow ", 80) == "**fox** snow"


@given(HOSTILE, st.integers(1, 5))
def test_lines_are_as_many_as_asked_and_no_word_is_lost(typed: str, most: int) -> None:
    said = lines(typed, most)
    assert len(said) <= most
    assert all(said)
    assert " ".join(said).split() == visible(typed).split()


@given(st.lists(st.sampled_from(("a", "&amp;", " ", "🦊")), max_size=60), st.integers(1, 40))
def test_no_piece_is_cut_in_two(pieces: list[str], limit: int) -> None:
    kept = pieced(pieces, limit)
    assert length(kept) <= max(limit, 1)
    assert "&" not in kept.replace("&amp;", "")


def test_words_from_right_to_left_are_told_and_kept_to_themselves() -> None:
    assert (turns("שלום"), turns("hello")) == (True, False)
    assert isolated("שלום") == "\u2068שלום\u2069"
