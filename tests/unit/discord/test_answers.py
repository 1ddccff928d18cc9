"""What only the asker sees: legal, private, complete, and harmless whatever stands in it."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given, settings

from adapters.discord import answers
from adapters.discord.cards import Shown, card_message
from adapters.discord.components import COMPONENTS, EPHEMERAL
from adapters.discord.histories import ON_A_PAGE, history
from adapters.discord.shapes import Json
from bot.answers import Answer, Link, Listed, Section, Tone, facts, faults, workflows
from bot.jobs import Job, JobId, JobRecord, JobState, Place, Requester, StoredFile, Tenant
from bot.meanings import HistoryPage, Pick, Press, Show, decode
from bot.status import Button
from tests.unit.discord.bodies import custom_ids, labels, parts, said, taken_as_answer
from tests.unit.discord.markdown import markup, shown
from tests.unit.discord.test_cards import _FILE, JOB, SUCCEEDED
from tests.unit.discord.test_text import HOSTILE
from workflows.faults import Fault

_QUEUE = Listed(headline="The queue", empty="Nothing waits.")
_TENANT = Tenant(platform="discord", id="1")


def _answered(say: Callable[..., Answer], *said: object) -> Json:
    return answers.answered(say(*said))


def _private(body: Json) -> Json:
    assert taken_as_answer(body)["flags"] == EPHEMERAL | COMPONENTS
    assert body["allowed_mentions"] == {"parse": [], "users": []}
    return body


def _record(number: int, state: JobState, *, prompt: str = "a fox", files: tuple[StoredFile, ...] = ()) -> JobRecord:
    job = Job(
        id=JobId(UUID(int=number)),
        workflow="txt2img",
        digest="d",
        values={"prompt": prompt},
        requester=Requester(tenant=_TENANT, id="5", name="Ada"),
        place=Place(tenant=_TENANT, channel="9"),
        estimate_ms=1000,
        created_ms=1_700_000_000_000,
    )
    return JobRecord(job=job, state=state, revision=1, files=files)


def test_every_fault_is_named_by_its_parameter_and_what_to_do() -> None:
    found = [
        Fault(parameter="steps", reason="needs a whole number from 1 to 80, not “many”."),
        Fault(parameter="negative_prompt", reason="takes at most 4,000 characters; this has 5,000."),
    ]
    text = said(_private(_answered(faults, found)))
    assert text.startswith("**2 things to mend, then send it again:**")
    assert "**steps** needs a whole number from 1 to 80, not “many”." in text
    assert "**negative\\_prompt** takes" in text
    assert "One thing to mend" in said(_answered(faults, found[:1]))


def test_faults_that_do_not_fit_are_counted() -> None:
    found = [Fault(parameter=f"p{number}", reason="*" * 300) for number in range(40)]
    assert "more." in said(_private(_answered(faults, found))).split("\n")[-1]


def test_a_refusal_says_what_to_do() -> None:
    body = _private(answers.note("That job is somebody else's.", "Reroll makes one of your own.", tone=Tone.BAD))
    assert said(body) == "**That job is somebody else's.**\nReroll makes one of your own."
    assert said(_private(answers.note("Stopped."))) == "**Stopped.**"


def test_facts_are_names_and_values_and_none_is_said_too() -> None:
    text = said(_private(_answered(facts, _QUEUE, [("a fox", "2 ahead")])))
    assert text == "**The queue**\n**a fox** 2 ahead"
    assert said(_answered(facts, _QUEUE, [])).endswith("\nNothing waits.")


def test_workflows_are_listed_with_their_commands() -> None:
    text = said(
        _private(_answered(workflows, [("txt2img", "Text to image", "From words."), ("up_scale", "Enlarge", "")]))
    )
    assert "**/txt2img** Text to image: From words." in text
    assert shown(text).endswith("/up_scale Enlarge")
    assert "more." in said(_private(_answered(workflows, [("a" * 32, "b" * 80, "c" * 300)] * 100)))
    assert "can add a workflow" in said(_private(_answered(workflows, [])))


def test_help_has_an_example_every_command_and_what_the_buttons_do() -> None:
    text = said(_private(answers.help_page([("imagine", "Paints a picture from words."), ("queue", "What waits.")])))
    assert "steps:30" in text
    assert "**/queue** What waits." in text
    assert "**Reroll**" in text
    _private(answers.help_page([("a" * 32, "b" * 300)] * 110))


@pytest.mark.parametrize(("pictures", "offered"), [(1, 1), (4, 4), (25, 25), (30, 25)])
def test_which_of_several_pictures_is_meant_is_picked(pictures: int, offered: int) -> None:
    body = _private(answers.picker(Pick(button=Button.VARY, job_id=JOB), range(pictures)))
    (chooser,) = parts(body, 3)
    assert [each["value"] for each in chooser["options"]] == [str(number) for number in range(offered)]
    assert decode(chooser["custom_id"]) == Pick(button=Button.VARY, job_id=JOB)
    assert ("25 at most" in said(body)) == (pictures > offered)


def test_pictures_that_can_be_picked_keep_their_numbers_among_all_files() -> None:
    (chooser,) = parts(_private(answers.picker(Pick(button=Button.UPSCALE, job_id=JOB), (1, 3))), 3)
    assert [(each["label"], each["value"]) for each in chooser["options"]] == [("Picture 2", "1"), ("Picture 4", "3")]


def test_parameters_are_for_copying_and_a_fence_in_them_ends_nothing() -> None:
    body = _private(answers.parameters("txt2img", 'a ```fox``` @everyone steps:30 negative_prompt:"x"'))
    assert said(body).count("```") == 2
    assert "**/txt2img**" in said(body)


def test_parameters_that_are_too_long_are_cut_and_say_so() -> None:
    assert "has all of it" in said(_private(answers.parameters("txt2img", "fox " * 2000)))


def test_a_card_may_be_shown_to_the_asker_alone() -> None:
    _private(answers.privately(card_message(SUCCEEDED, Shown())))


def test_history_pages_have_show_and_reroll_or_cancel_for_every_job() -> None:
    records = [
        _record(1, JobState.QUEUED),
        _record(2, JobState.SUCCEEDED, files=(_FILE, _FILE)),
        replace(_record(3, JobState.FAILED), error_sentence="The GPU took too long."),
    ]
    body = _private(history(records))
    assert labels(body) == [["Show", "Cancel"], ["Show", "Reroll"], ["Show", "Reroll"]]
    assert "waiting · <t:1700000000:R>" in said(body)
    assert "2 pictures" in said(body)
    assert "The GPU took too long." in said(body)
    ids = {decode(each) for each in custom_ids(body)}
    assert {Show(job_id=JobId(UUID(int=2))), Press(button=Button.REROLL, job_id=JobId(UUID(int=2)))} <= ids


@pytest.mark.parametrize(
    ("skip", "turning"),
    [
        (0, {"Older": ON_A_PAGE}),
        (5, {"Newer": 0, "Older": 10}),
        (10, {"Newer": 5}),
        (3, {"Newer": 0, "Older": 8}),
        (9000, {"Newer": 7}),
    ],
)
def test_history_turns_both_ways_and_survives_a_page_that_is_gone(skip: int, turning: dict[str, int]) -> None:
    body = _private(history([_record(number, JobState.SUCCEEDED) for number in range(1, 13)], skip))
    found = {each["label"]: decode(each["custom_id"]) for each in parts(body, 2)}
    pages = {text: meaning for text, meaning in found.items() if isinstance(meaning, HistoryPage)}
    assert pages == {text: HistoryPage(skip=to) for text, to in turning.items()}


def test_an_empty_history_says_how_to_begin() -> None:
    assert "/imagine" in said(_private(history([])))


@settings(deadline=None)
@given(HOSTILE)
def test_nothing_that_people_write_adds_markup(text: str) -> None:
    fault = Fault(parameter=text + "x", reason=text)
    bodies = {
        2: [_answered(faults, [fault])],
        1: [answers.note(text + "x", text), _answered(facts, Listed(headline="x", empty=text + "x"), [])],
    }
    for pairs, made in bodies.items():
        for body in made:
            assert markup(said(_private(body))) == [("markup", "**")] * 2 * pairs
    found = markup(said(_private(history([_record(1, JobState.QUEUED, prompt=text)]))))
    assert {token for token in found if token[0] == "markup"} <= {("markup", "**"), ("markup", "<t:1700000000:R>")}


@pytest.mark.parametrize("filling", ["*", "🦊", "a ", "`", "ש"])
def test_the_longest_answers_still_fit(filling: str) -> None:
    long = filling * 600 + "x"
    _private(_answered(faults, [Fault(parameter=long, reason=long)] * 30))
    _private(answers.note(long, long * 10))
    _private(_answered(facts, Listed(headline=long, empty=long), [(long, long)] * 30))
    _private(_answered(workflows, [(long, long, long)] * 100))
    _private(answers.help_page([(long, long)] * 100))
    _private(answers.parameters(long, long * 10))
    made = [_record(number, JobState.FAILED, prompt=long) for number in range(1, 13)]
    _private(history([replace(each, error_sentence=long) for each in made], 5))


def test_a_link_can_be_clicked_and_its_words_are_inert() -> None:
    link = Link("Open [it](x)", "https://paint.example/console/sign-in#a_b*c")
    text = said(_private(answers.answered(Answer(sections=(Section(sentence=(link, " now.")),)))))

    assert text.endswith("](<https://paint.example/console/sign-in#a_b*c>) now.")
    assert text.startswith("[Open \\[it\\]")
