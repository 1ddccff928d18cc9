"""A job's message in every state: legal for Slack, true, and harmless whatever somebody wrote."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.slack.cards import PICTURES, Shown, ShownFile, card_message
from adapters.slack.shapes import Json
from bot.inert import visible
from bot.meanings import Press, decode
from bot.status import Button, StatusCard
from tests.unit.discord.test_cards import _FILE, EVERY, FAILED, JOB, PAINTING, QUEUED, RUNNING, SUCCEEDED
from tests.unit.slack.bodies import action_ids, labels, parts, seen, taken_as_message, words
from tests.unit.slack.test_text import HOSTILE


def _pictures(count: int) -> Shown:
    return Shown(files=tuple(ShownFile(id=f"F{n}", alt="a fox") for n in range(count)))


_ALONE = Shown()


def _message(card: StatusCard, shown: Shown = _ALONE) -> Json:
    return taken_as_message(card_message(card, shown))


@pytest.mark.parametrize("card", EVERY, ids=lambda card: card.headline)
def test_every_state_is_legal_says_its_headline_first_and_who_asked_for_what(card: StatusCard) -> None:
    body = _message(card)
    read = seen(body["blocks"]).text
    assert read.startswith(card.headline)
    assert words(body, "rich_text_quote") == ["a fox in the snow"]
    assert "asked by Ada" in read.split("\n")[-1 - len(card.buttons)]
    assert body["text"] == f"{card.headline.rstrip('.')}. a fox in the snow"
    assert body["metadata"] == {"event_type": "fairbrush_job", "event_payload": {"job": JOB.hex}}


def test_a_run_has_a_bar_with_its_share() -> None:
    assert "██████░░░░░░░░░░\n 40%" in seen(_message(PAINTING)["blocks"]).text
    assert "░" not in seen(_message(RUNNING)["blocks"]).text


@pytest.mark.parametrize(
    ("count", "left_out"), [(1, ""), (10, ""), (11, "1 more picture does"), (14, "4 more pictures")]
)
def test_pictures_stand_below_each_other_and_what_does_not_fit_is_told(count: int, left_out: str) -> None:
    body = _message(replace(SUCCEEDED, files=(_FILE,) * count), _pictures(count))
    found = parts(body, "image")
    assert len(found) == min(count, PICTURES)
    assert all(each["alt_text"] == "a fox" for each in found)
    assert ("not fit" in seen(body["blocks"]).text) == bool(left_out)
    assert left_out in seen(body["blocks"]).text


def test_files_that_are_no_pictures_are_links_and_addresses_that_are_too_long_are_told() -> None:
    shown = Shown(links=(("a.mp4", "https://files.example/a.mp4"), ("b", f"https://files.example/{'b' * 3000}")))
    body = _message(SUCCEEDED, shown)
    assert seen(body["blocks"]).links == ["https://files.example/a.mp4"]
    assert "Not every file could be linked here." in seen(body["blocks"]).text


def test_buttons_are_those_of_the_card_and_cancel_alone_is_red() -> None:
    assert labels(_message(QUEUED)) == [["Cancel"]]
    assert labels(_message(SUCCEEDED, _pictures(1))) == [
        ["🎲 Reroll", "✨ Vary", "🔍 Upscale", "✏️ Edit &amp; rerun"],
        ["Parameters", "Delete", "Report"],
    ]
    red = [each for card in EVERY for each in parts(_message(card), "button") if "style" in each]
    assert {(each["text"]["text"], each["style"]) for each in red} == {("Cancel", "danger")}


@pytest.mark.parametrize(("count", "number"), [(1, 0), (3, None)])
def test_a_button_says_which_picture_where_there_is_one(count: int, number: int | None) -> None:
    body = _message(replace(SUCCEEDED, files=(_FILE,) * count), _pictures(count))
    presses = [decode(each) for each in action_ids(body)]
    assert Press(button=Button.VARY, job_id=JOB, number=number) in presses
    assert Press(button=Button.REROLL, job_id=JOB) in presses
    assert None not in presses


def test_a_message_that_is_changed_notifies_nobody() -> None:
    assert seen(_message(SUCCEEDED)["blocks"]).pings == set()


@settings(deadline=None)
@given(HOSTILE)
def test_whatever_people_write_pings_nobody_links_nowhere_and_is_no_markup(text: str) -> None:
    card = replace(
        FAILED,
        title=text,
        requester=text,
        prompt=text,
        headline=text,
        texts=(text, text),
        facts=(("workflow", "x"), ("model", text), (text, text)),
    )
    body = _message(card, Shown(remarks=(text,), links=((text, "https://files.example/a"),)))
    found = seen(body["blocks"])
    assert found.pings == set()
    assert found.links == ["https://files.example/a"]
    assert {name for name, _ in found.marks} <= {"bold"}
    assert len([name for name, _ in found.marks if name == "bold"]) == 1


@settings(deadline=None)
@given(HOSTILE)
def test_a_prompt_stays_a_quote_with_every_word(text: str) -> None:
    quotes = words(_message(replace(QUEUED, prompt=text)), "rich_text_quote")
    assert len(quotes) == bool(visible(text))


@pytest.mark.parametrize("filling", ["*", "<", "🦊", "a ", "`", "ש", ":", "&", "\n\nx"])
def test_the_longest_message_still_fits(filling: str) -> None:
    long = filling * 4000 + "x"
    card = replace(
        SUCCEEDED,
        title=long,
        requester=long,
        prompt=long,
        headline=long,
        texts=(long,) * 20,
        files=(_FILE,) * 30,
        facts=tuple((long, long) for _ in range(20)),
        buttons=tuple(Button),
    )
    files = tuple(ShownFile(id=f"F{n}", alt=long) for n in range(30))
    links = tuple((long, f"https://x.y/{'a' * 2900}") for _ in range(30))
    body = _message(card, Shown(files=files, links=links, remarks=(long,) * 9))
    assert len(words(body, "rich_text_quote")[0]) >= 1900 // len("🦊x")
    assert "asked by" in seen(body["blocks"]).text


@given(st.text(max_size=200))
def test_a_picture_always_has_a_description(alt: str) -> None:
    (found,) = parts(_message(SUCCEEDED, Shown(files=(ShownFile(id="F1", alt=alt),))), "image")
    assert found["alt_text"]
