"""What is seen of a text in Slack's way of writing."""

import pytest

from tests.fakes.slack import texts
from tests.fakes.slack.composing import escaped
from tests.fakes.slack.walking import looks

NAMES = {"U1": "@ada", "C1": "#general", "S1": "@artists"}


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("<@U1> and <@U1|somebody>", "@ada and @ada"),
        ("<@U9>", "<@U9>"),
        ("<#C1> <#C1|old-name>", "#general #general"),
        ("<!subteam^S1> <!channel> <!everyone|all>", "@artists @channel @everyone"),
        ("<!date^1700000000^{date}|in November>", "in November"),
        ("<https://example.com|here> <https://example.com>", "here https://example.com"),
        ("<javascript:alert(1)|here>", "<javascript:alert(1)|here>"),
        ("&lt;@U1&gt; &amp;lt;", "<@U1> &lt;"),
        ("1 < 2 > 0", "1 < 2 > 0"),
    ],
)
def test_what_stands_in_brackets_is_shown_as_what_it_means(written: str, seen: str):
    assert texts.mrkdwn(written, NAMES).text == seen


def test_bare_addresses_are_links_unless_the_text_is_verbatim():
    assert texts.mrkdwn("see https://example.com/a?b=1&amp;c=2", {}).links == ["https://example.com/a?b=1&c=2"]
    assert texts.mrkdwn("see https://example.com", {}, is_verbatim=True).links == []


def test_plain_text_means_nothing_but_emoji():
    seen = texts.plain("<@U1> *bold* :cat: &amp;")

    assert (seen.text, seen.pings, seen.links) == ("<@U1> *bold* :cat: &", set(), [])
    assert seen.marks == [("emoji", "cat")]


@pytest.mark.parametrize(
    ("written", "marks"),
    [
        ("*a b* x*y*z", [("bold", "a b")]),
        ("~gone~ and `code`", [("code", "code"), ("strike", "gone")]),
        ("```a\nb```", [("pre", "a\nb")]),
        ("&gt; quoted\nnot", [("quote", " quoted")]),
        ("2 * 3 * 4, a_b_c", []),
    ],
)
def test_marks_are_found_where_slack_finds_them(written: str, marks: list[tuple[str, str]]):
    assert texts.mrkdwn(written, {}).marks == marks


def test_loose_signs_are_kept_escaped():
    assert escaped("a & b < c, <@U1> &amp; <https://x.example|x>") == (
        "a &amp; b &lt; c, <@U1> &amp; <https://x.example|x>"
    )


def test_blocks_are_seen_instead_of_the_text_and_what_shows_later_is_not():
    select = {
        "type": "static_select",
        "placeholder": {"type": "plain_text", "text": "Size"},
        "options": [{"text": {"type": "plain_text", "text": "large"}, "value": "l"}],
    }
    blocks = [
        {"type": "section", "text": {"type": "mrkdwn", "text": "for <@U1>"}, "accessory": select},
        {"type": "image", "alt_text": "a cat", "image_url": "https://example.com/a.png"},
    ]

    seen = looks("fallback", blocks, NAMES)

    assert (seen.text, seen.pings) == ("for @ada\nSize\na cat", {"U1"})
