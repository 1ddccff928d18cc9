"""What is drawn is what Slack would show, and no block that the drawing does not know is passed over."""

import pytest

from adapters.slack.blocks import ago, bar, code, link, paragraph, plain_text, quote, rich_text, said, small
from adapters.slack.text import plain
from tests.acceptance.pictures.subjects import NOW_S
from tests.acceptance.slack.pictures.blocks import Drawing
from tests.acceptance.slack.pictures.frames import Modal, Posted

DRAWING = Drawing(names={"U7": "Ada"}, files={"F1": "data:a"}, said={"a": "lucky"}, errors={"a": "needs a number"})


def field(**element: object) -> dict[str, object]:
    return {"type": "input", "block_id": "a", "label": plain_text("Seed", 10), "element": element}


@pytest.mark.parametrize(
    ("written", "drawn"),
    [
        (said("*a* <b> & _c_"), "*a* &lt;b&gt; &amp; _c_"),
        (said("bold", bold=True), "<strong>bold</strong>"),
        (said("one\ntwo"), "one<br>two"),
        (bar("██░░"), "<code>██░░</code>"),
        ({"type": "user", "user_id": "U7"}, '<span class="mention">@Ada</span>'),
        (link("the original", "https://files.example"), '<a href="#">the original</a>'),
        (ago(NOW_S - 240), "4 minutes ago"),
    ],
)
def test_a_part_of_a_rich_text_is_what_it_says_and_is_not_parsed(written, drawn):
    assert DRAWING.all([rich_text([paragraph([written])])]) == f'<div class="rich"><p>{drawn}</p></div>'


def test_quotes_and_words_for_copying_are_blocks():
    drawn = DRAWING.all([rich_text([*quote("said", 100), *code("/imagine **x**", 100)])])

    assert drawn == '<div class="rich"><blockquote>said</blockquote><pre>/imagine **x**</pre></div>'


def test_entities_of_a_plain_text_are_the_signs_that_they_stand_for():
    assert DRAWING.all([small(plain("cats & dogs <3", 100))]) == '<div class="small">cats &amp; dogs &lt;3</div>'


def test_an_unknown_block_is_no_gap_in_a_picture_but_a_fault():
    with pytest.raises(KeyError):
        DRAWING.all([{"type": "carousel"}])


def test_a_picture_that_is_not_there_is_a_fault():
    with pytest.raises(KeyError):
        DRAWING.all([{"type": "image", "slack_file": {"id": "F9"}, "alt_text": "?"}])


def test_only_a_note_to_one_person_says_so():
    body = {"blocks": [rich_text([paragraph([said("x")])])]}

    assert "Only visible to you" in Posted(body=body, drawing=DRAWING, alone=True).draw()
    assert "Only visible to you" not in Posted(body=body, drawing=DRAWING).draw()


def test_a_form_shows_what_was_filled_in_and_what_is_wrong_with_it():
    blocks = [field(type="plain_text_input", initial_value="random")]
    words = {name: plain_text(name, 20) for name in ("title", "submit", "close")}

    drawn = Modal(body={**words, "blocks": blocks}, drawing=DRAWING).draw()

    assert "lucky" in drawn
    assert "needs a number" in drawn
    assert "random" not in drawn
