"""What people type arrives as they meant it, and is shown as they typed it: no ping, no link, no markup."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.blocks import plain_text, quote, rich_text
from adapters.slack.text import after_mention, copied, plain, quoted, read, rich, spoken
from bot.inert import length, visible
from tests.fakes.slack import texts
from tests.unit.slack.bodies import MEMBERS, seen
from workflows.text import clean

_ATTACKS = (
    "<!here>", "<!channel>", "<!everyone>", "<@U1>", "<@U1|ada>", "<#C1>", "<#C1|general>", "<!subteam^S1>",
    "<!subteam^S1|@painters>", "<!date^1^{ago}^https://x.y|now>", "<https://x.y|your bank>", "https://x.y", "@here",
    "@channel", "@everyone", "@ada", "mailto:a@b.c", "&lt;!here&gt;", "&amp;lt;", "&", "<", ">", "|", "*", "_", "~",
    "`", "```", "> ", ">>>", ":fox:", ":+1:", "*bold*", "_it_", "~no~", "`code`", "•", "1. ", "- ", "\n", "\r\n",
    "\u2028", "\u202e", "\u2066", "\u200b", "\u200d", "\ufeff", "\u0301", "\u3164", "\U000e0041", "שלום", "مرحبا",
    "🦊", "👩‍👩‍👧", "❤️", "painted", " ", "·", "Painted in 3 s",
)  # fmt: skip
HOSTILE = st.lists(st.sampled_from(_ATTACKS) | st.text(max_size=8), max_size=20).map("".join)
"""What somebody types who wants to break a message."""


def _without_ours(text: str) -> str:
    """Return what is shown without what `plain` puts in: no width after signs, and what keeps a direction to itself."""
    return text.replace("\u200b", "").removeprefix("\u2068").removesuffix("\u2069")


@pytest.mark.parametrize(
    ("sent", "typed"),
    [
        ("a cat &amp; a dog &lt;3", "a cat & a dog <3"),
        ("&amp;lt;", "&lt;"),
        ("by <@U1|ada> in <#C1|general>", "by @ada in #general"),
        ("by <@U1> in <#C1> or <#C1|>", "by @somebody in #channel or #channel"),
        ("<!here> <!subteam^S1|@painters> <!subteam^S1>", "@here @painters @subteam"),
        ("<!date^1392734382^{date}|Feb 18>", "Feb 18"),
        ("like <http://fox.example|fox.example> or <https://x.y/a?b=1&amp;c=2>", "like fox.example or https://x.y/a?b=1&c=2"),
        ("<mailto:a@b.c|a@b.c>", "a@b.c"),
        ("“a cat” —seed 4 steps:30", "“a cat” —seed 4 steps:30"),
        ("a <b> c", "a <b> c"),
        ("", ""),
    ],
)  # fmt: skip
def test_what_slack_sends_is_read_as_it_was_typed(sent: str, typed: str) -> None:
    assert read(sent) == typed


@given(st.text(max_size=60))
def test_a_text_that_slack_escaped_is_read_as_itself(typed: str) -> None:
    assert read(typed.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")) == typed


@pytest.mark.parametrize(
    ("sent", "rest", "is_first"),
    [
        ("<@U1> imagine a cat", "imagine a cat", True),
        ("<@U1|fairbrush>: imagine", "imagine", True),
        ("  <@U1>, imagine", "imagine", True),
        ("<@U1>\na cat", "a cat", True),
        ("<@U1>", "", True),
        ("<@U2> imagine", "<@U2> imagine", False),
        ("hey <@U1> imagine", "imagine", False),
        ("<@U2> ask <@U1>: imagine <@U1>", "imagine <@U1>", False),
        ("imagine", "imagine", False),
    ],
)
def test_what_stands_behind_a_mention_of_us_is_told_from_what_does_not(sent: str, rest: str, is_first: bool) -> None:
    assert after_mention(sent, "U1") == (rest, is_first)


def test_no_text_makes_looking_for_a_mention_slow() -> None:
    for piece in (" ", "<@", "<@U1|", "<@U2>"):
        assert after_mention(piece * 40_000, "U9") == (piece * 40_000, False)


@given(HOSTILE, st.integers(6, 4000))
def test_a_plain_line_is_shown_as_typed_and_means_nothing(typed: str, limit: int) -> None:
    line = plain(typed, limit)
    found = texts.plain(line)
    assert length(line) <= limit
    assert found.marks == []
    assert texts.mrkdwn(line, MEMBERS).links == []
    if length(line) < limit and "…" not in line[-2:]:  # a mark of direction may follow it
        assert _without_ours(found.text) == visible(typed)


@given(HOSTILE, st.integers(6, 60))
def test_no_entity_is_cut_in_two(typed: str, limit: int) -> None:
    line = plain(typed, limit)
    assert texts.unescaped(line).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") == line


@given(HOSTILE)
def test_what_notifications_say_pings_nobody_links_nowhere_and_has_no_marks(typed: str) -> None:
    found = texts.mrkdwn(spoken(typed, 500), MEMBERS)
    assert (found.pings, found.links, found.marks) == (set(), [], [])
    assert texts.linked(spoken(typed, 500), MEMBERS) == set()


@given(HOSTILE, st.integers(1, 5))
def test_a_quote_holds_what_was_typed_and_nothing_in_it_is_parsed(typed: str, lines: int) -> None:
    made = quote(typed, 500, lines=lines)
    words = quoted(typed, 500, lines=lines)
    assert length(words) <= 500
    assert words.count("\n") < lines
    assert bool(made) == bool(visible(typed))
    found = seen([rich_text(made)])
    assert (found.pings, found.links, found.marks) == (set(), [], [])


@given(HOSTILE, st.integers(4, 80))
def test_a_rich_line_is_what_was_typed_or_its_beginning(typed: str, limit: int) -> None:
    line = rich(typed, limit)
    assert length(line) <= limit
    assert _without_ours(line).endswith("…") or _without_ours(line) == visible(typed)


@given(HOSTILE)
def test_what_is_for_copying_means_the_same_when_it_is_pasted(typed: str) -> None:
    assert clean(copied(typed, 4000)) == clean(typed)


def test_what_is_too_long_for_copying_says_so() -> None:
    assert copied("fox " * 10, 9) == "fox fox …"


def test_a_text_that_nobody_can_see_is_still_a_text() -> None:
    assert plain_text("\u200b", 75)["text"] == "?"


def test_a_whole_page_costs_little() -> None:
    assert length(plain("<" * 1_000_000, 1000)) <= 1000
    assert len(read("<" * 100_000)) == 100_000
