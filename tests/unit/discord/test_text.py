"""Nothing that people write pings, is markup, hides, or can be taken for the bot's own words."""

import re

from hypothesis import given
from hypothesis import strategies as st

from adapters.discord.text import code_block, plain, quoted
from bot.inert import length, visible
from tests.unit.discord.markdown import markup, shown
from workflows.text import clean

_ATTACKS = (
    "@everyone", "@here", "<@123456789012345678>", "<@!1>", "<@&1>", "<#1>", "<id:home>", "</imagine:1>", "<t:0:R>",
    "<:a:1>", "<a:b:1>", ":smile:", "https://x.y/z", "<https://x.y>", "[a](https://b.c)", "**", "__", "*", "_", "~~",
    "||", "`", "```", "``", ">", ">>>", "> ", "-# ", "# ", "### ", "- ", "* ", "+ ", "1. ", "12) ", "\\", "\n", "\r\n",
    "\u2028", "\u202e", "\u2066", "\u200b", "\u200d", "\ufeff", "\u0301", "\u3164", "\U000e0041", "שלום", "مرحبا",
    "🦊", "👩‍👩‍👧", "❤️", "painted", " ", "Painted in 3 s",
)  # fmt: skip
HOSTILE = st.lists(st.sampled_from(_ATTACKS) | st.text(max_size=8), max_size=20).map("".join)
"""What somebody types who wants to break a message."""


def _without_ours(text: str) -> str:
    """Return what is shown without what `plain` puts in: it parts @ from the word, and isolates what turns."""
    return text.replace("@\u200b", "@").removeprefix("\u2068").removesuffix("\u2069")


@given(HOSTILE)
def test_a_line_is_shown_as_it_was_typed_and_holds_no_markup(typed: str) -> None:
    line = plain(typed, 4000)
    assert markup(line) == []
    assert _without_ours(shown(line)) == visible(typed)


@given(HOSTILE, st.integers(4, 60))
def test_a_line_is_never_longer_than_asked_and_no_escape_is_cut_in_two(typed: str, limit: int) -> None:
    line = plain(typed, limit)
    assert length(line) <= limit
    assert markup(line) == []
    assert not re.search(r"(?<!\\)(?:\\\\)*\\$", line)


@given(HOSTILE, st.integers(1, 5))
def test_every_line_of_a_quote_is_marked_as_quoted_and_nothing_else(typed: str, lines: int) -> None:
    quote = quoted(typed, 500, lines=lines)
    assert length(quote) <= 500
    assert markup(quote) == [("block", ">")] * (quote.count("\n") + 1 if quote else 0)
    assert quote.count("\n") < lines


@given(HOSTILE)
def test_a_server_that_looks_for_mentions_without_knowing_escapes_finds_none(typed: str) -> None:
    assert not re.search(r"@(everyone|here)\b|<@[!&]?\d+>|<#\d+>", plain(typed, 4000))


@given(HOSTILE)
def test_a_block_for_copying_ends_only_where_it_ends_and_means_the_same_when_pasted(typed: str) -> None:
    block = code_block(typed, 4000)
    inner = block.removeprefix("```\n").removesuffix("\n```")
    assert "``" not in inner
    assert not inner.endswith("`")
    assert clean(inner) == clean(typed)


def test_words_that_imitate_the_bot_stay_a_quote() -> None:
    said = "nice\n-# Painted in 3 s\n### Fairbrush\n> > **Cancelled**"
    assert quoted(said, 1000, lines=4).split("\n") == [
        "> nice",
        "> \\-\\# Painted in 3 s",
        "> \\#\\#\\# Fairbrush",
        "> \\> \\> \\*\\*Cancelled\\*\\*",
    ]
    assert quoted(said, 1000).count("\n") == 0


def test_words_from_right_to_left_do_not_turn_what_stands_beside_them() -> None:
    assert plain("שלום", 100) == "\u2068שלום\u2069"
    assert plain("hello", 100) == "hello"


def test_a_whole_page_costs_little() -> None:
    assert length(plain("*" * 1_000_000, 1000)) <= 1000
