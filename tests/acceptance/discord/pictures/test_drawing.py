"""What is drawn is what Discord would show: its markdown, and no component that the drawing does not know."""

import pytest

from tests.acceptance.discord.pictures.components import Drawing
from tests.acceptance.discord.pictures.frames import EPHEMERAL, Form, Spoken
from tests.acceptance.discord.pictures.markdown import Markdown

MARKDOWN = Markdown({"7": "Ada"})
DRAWING = Drawing(markdown=MARKDOWN, files={"a.png": "data:a", "b.zip": "2 MB"})


@pytest.mark.parametrize(
    ("written", "drawn"),
    [
        ("**bold** and _thin_", "<strong>bold</strong> and <em>thin</em>"),
        (r"\*\*not bold\*\*", "**not bold**"),
        ("a_word_with_lines", "a_word_with_lines"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("`**code**`", "<code>**code**</code>"),
        ("<@7> <@8>", '<span class="mention">@Ada</span> <span class="mention">@unknown-user</span>'),
        ("<script>", "&lt;script&gt;"),
        ("||hidden||", "<mark>hidden</mark>"),
        (r"\\*thin*", "\\<em>thin</em>"),
    ],
)
def test_a_line_is_read_as_discord_reads_it(written, drawn):
    assert MARKDOWN.inline(written) == drawn


def test_a_heading_a_quote_and_a_small_line_are_blocks_and_escaped_ones_are_not():
    assert MARKDOWN.draw("### Title\n> said\n-# small") == (
        '<h3 class="">Title</h3><blockquote class="">said</blockquote><div class="subtext">small</div>'
    )
    assert MARKDOWN.draw(r"\# no title") == '<div class="line"># no title</div>'


def test_what_is_in_a_block_of_code_stays_as_it_is():
    assert MARKDOWN.draw("```\n/imagine **x**\n```") == "<pre>/imagine **x**</pre>"


def test_an_unknown_component_is_no_gap_in_a_picture_but_a_fault():
    with pytest.raises(KeyError):
        DRAWING.one({"type": 99})


def test_a_picture_that_is_not_there_is_a_fault():
    with pytest.raises(KeyError):
        DRAWING.one({"type": 12, "items": [{"media": {"url": "attachment://missing.png"}}]})


def test_a_spoiler_is_hidden():
    drawn = DRAWING.one({"type": 12, "items": [{"media": {"url": "attachment://a.png"}, "spoiler": True}]})

    assert "SPOILER" in drawn
    assert 'class="hidden"' in drawn


def test_only_an_ephemeral_message_says_so():
    assert "Only you can see this" in Spoken(body={"flags": EPHEMERAL, "content": "x"}).draw()
    assert "Only you can see this" not in Spoken(body={"content": "x"}).draw()


def test_a_field_that_is_needed_has_its_mark():
    field = {"type": 18, "label": "Prompt", "component": {"type": 4, "style": 2, "custom_id": "p"}}

    assert "needed" in Form(body={"title": "Edit", "components": [field]}).draw()
