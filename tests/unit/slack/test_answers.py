"""What only the asker sees: legal, complete, and harmless whatever stands in it."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given, settings

from adapters.slack import answers
from adapters.slack.histories import ON_A_PAGE, history
from adapters.slack.shapes import Json
from bot.answers import QUEUE, Answer, Link, Listed, Section, Tone, facts, faults, workflows
from bot.jobs import JobId, JobRecord, JobState
from bot.meanings import HistoryPage, Pick, Press, Show, decode
from bot.status import Button
from tests.unit.discord.test_answers import _record
from tests.unit.discord.test_cards import _FILE, JOB
from tests.unit.slack.bodies import action_ids, labels, parts, seen, taken_as_message, words
from tests.unit.slack.test_text import HOSTILE
from workflows.faults import Fault


def _answered(say: Callable[..., Answer], *said: object) -> Json:
    return answers.answered(say(*said))


def _read(body: Json) -> str:
    return "\n".join(words(taken_as_message(body), "rich_text_section"))


def test_every_fault_is_named_by_its_parameter_and_what_to_do() -> None:
    found = [
        Fault(parameter="steps", reason="needs a whole number from 1 to 80, not “many”."),
        Fault(parameter="negative_prompt", reason="takes at most 4,000 characters; this has 5,000."),
    ]
    assert _read(_answered(faults, found)).split("\n") == [
        "2 things to mend, then send it again:",
        "steps needs a whole number from 1 to 80, not “many”.",
        "negative_prompt takes at most 4,000 characters; this has 5,000.",
    ]
    assert "One thing to mend" in _answered(faults, found[:1])["text"]


def test_faults_that_do_not_fit_are_counted() -> None:
    found = [Fault(parameter=f"p{number}", reason="*" * 390) for number in range(40)]
    assert _read(_answered(faults, found)).endswith(" more.")


def test_a_refusal_says_what_to_do_also_in_a_notification() -> None:
    body = answers.note("That job is somebody else's.", "Reroll makes one of your own.", tone=Tone.BAD)
    assert _read(body) == "That job is somebody else's.\nReroll makes one of your own."
    assert body["text"] == "That job is somebody else's. Reroll makes one of your own."


def test_facts_are_names_and_values_and_none_is_said_too() -> None:
    assert _read(_answered(facts, QUEUE, [("a fox", "2 ahead")])) == "The queue\na fox 2 ahead"
    assert _read(_answered(facts, QUEUE, [])) == "The queue\nNothing waits. Be the first."


def test_workflows_are_listed_with_their_commands() -> None:
    read = _read(_answered(workflows, [("txt2img", "Text to image", "From words."), ("up_scale", "Enlarge", "")]))
    assert read.split("\n")[1:] == ["/txt2img Text to image: From words.", "/up_scale Enlarge"]
    assert "can add a workflow" in _read(_answered(workflows, []))


def test_help_has_an_example_every_command_and_what_the_buttons_do() -> None:
    body = answers.help_page([("imagine", "Paints a picture from words."), ("queue", "What waits.")])
    read = _read(body)
    assert "/imagine paints what its prompt says." in read
    assert "/queue What waits." in read
    assert "Reroll takes a new seed, Edit & rerun changes what you like" in read
    assert words(body, "rich_text_preformatted") == ["a fox in the snow steps:30 ar:16:9 seed:42"]


@pytest.mark.parametrize(("pictures", "offered"), [(1, 1), (4, 4), (100, 100), (130, 100)])
def test_which_of_several_pictures_is_meant_is_picked(pictures: int, offered: int) -> None:
    body = answers.picker(Pick(button=Button.VARY, job_id=JOB), range(pictures))
    assert ("100 at most" in _read(body)) == (pictures > offered)
    (chooser,) = parts(body, "static_select")
    assert [each["value"] for each in chooser["options"]] == [str(number) for number in range(offered)]
    assert decode(chooser["action_id"]) == Pick(button=Button.VARY, job_id=JOB)


def test_parameters_are_for_copying_and_a_fence_in_them_ends_nothing() -> None:
    command = 'a ```fox``` <!here> @everyone steps:30 negative_prompt:"x"'
    body = answers.parameters("txt2img", command)
    assert "/txt2img" in _read(body)
    assert words(body, "rich_text_preformatted") == [command]
    assert seen(body["blocks"]).pings == set()


def test_parameters_that_are_too_long_are_cut_and_say_so() -> None:
    assert "has all of it" in _read(answers.parameters("txt2img", "fox " * 4000))
    assert "has all of it" not in _read(answers.parameters("txt2img", "fox " * 1000))


def test_history_pages_have_show_and_reroll_or_cancel_for_every_job() -> None:
    records = [
        _record(1, JobState.QUEUED),
        _record(2, JobState.SUCCEEDED, files=(_FILE, _FILE)),
        replace(_record(3, JobState.FAILED), error_sentence="The GPU took too long."),
    ]
    body = taken_as_message(history(records))
    assert labels(body) == [["Show", "Cancel"], ["Show", "🎲 Reroll"], ["Show", "🎲 Reroll"]]
    assert [each["timestamp"] for each in parts(body, "date")] == [1_700_000_000] * 3
    assert {"waiting", "2 pictures", "The GPU took too long."} <= set(_read(body).replace("\n", " · ").split(" · "))
    ids = {decode(each) for each in action_ids(body)}
    assert {Show(job_id=JobId(UUID(int=2))), Press(button=Button.REROLL, job_id=JobId(UUID(int=2)))} <= ids


@pytest.mark.parametrize(
    ("skip", "turning"),
    [(0, {"Older": ON_A_PAGE}), (10, {"Newer": 0, "Older": 20}), (20, {"Newer": 10}), (90, {"Newer": 12})],
)
def test_history_turns_both_ways_and_survives_a_page_that_is_gone(skip: int, turning: dict[str, int]) -> None:
    body = taken_as_message(history([_record(number, JobState.SUCCEEDED) for number in range(1, 23)], skip))
    found = {each["text"]["text"]: decode(each["action_id"]) for each in parts(body, "button")}
    pages = {text: meaning for text, meaning in found.items() if isinstance(meaning, HistoryPage)}
    assert pages == {text: HistoryPage(skip=to) for text, to in turning.items()}


def test_an_empty_history_says_how_to_begin() -> None:
    assert "/imagine" in _read(history([]))


@settings(deadline=None)
@given(HOSTILE)
def test_nothing_that_people_write_pings_links_or_adds_markup(text: str) -> None:
    listed = Listed(headline=text, empty=text)
    bodies = [
        _answered(faults, [Fault(parameter=text, reason=text)]),
        answers.note(text, text),
        _answered(facts, listed, [(text, text)]),
        _answered(facts, listed, []),
        _answered(workflows, [(text, text, text)]),
        answers.parameters(text, text),
        history([_record(1, JobState.QUEUED, prompt=text)]),
    ]
    for body in bodies:
        found = seen(taken_as_message(body)["blocks"])
        assert (found.pings, found.links) == (set(), [])
        assert {name for name, _ in found.marks} <= {"bold", "code"}


@pytest.mark.parametrize("filling", ["*", "🦊", "a ", "<", "ש", "a\n"])
def test_the_longest_answers_still_fit(filling: str) -> None:
    long = filling * 6000 + "x"
    made: list[JobRecord] = [
        replace(_record(n, JobState.FAILED, prompt=long), error_sentence=long) for n in range(1, 33)
    ]
    for body in (
        _answered(faults, [Fault(parameter=long, reason=long)] * 30),
        answers.note(long, long),
        _answered(facts, Listed(headline=long, empty=long), [(long, long)] * 90),
        _answered(workflows, [(long, long, long)] * 100),
        answers.help_page([(long, long)] * 100),
        answers.parameters(long, long),
        history(made, 10),
    ):
        taken_as_message(body)


def test_a_link_can_be_clicked_and_a_notification_does_not_have_its_address() -> None:
    link = Link("Open it", "https://paint.example/console/sign-in#token")
    body = taken_as_message(answers.answered(Answer(sections=(Section(headline="Here", sentence=(link, " now.")),))))
    pieces = body["blocks"][0]["elements"][0]["elements"]

    assert {"type": "link", "url": link.address, "text": "Open it"} in pieces
    assert "token" not in body["text"]
