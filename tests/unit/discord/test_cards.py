"""A job's message in every state: legal for Discord, true, and harmless whatever somebody wrote."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.discord.cards import Shown, ShownFile, card_message
from adapters.discord.shapes import Json
from bot.events import MediaKind
from bot.jobs import JobId, JobState, StoredFile
from bot.meanings import Press, decode
from bot.status import Button, StatusCard
from tests.unit.discord.bodies import custom_ids, labels, parts, said, taken_as_message
from tests.unit.discord.markdown import markup
from tests.unit.discord.test_text import HOSTILE

JOB = JobId(UUID(int=7))
_FILE = StoredFile(key="0" * 32, name="a.png", kind=MediaKind.IMAGE, media_type="image/png", bytes=70)
_PAINTED = (Button.REROLL, Button.VARY, Button.UPSCALE, Button.EDIT, Button.PARAMETERS, Button.DELETE, Button.REPORT)
_OVER = (Button.REROLL, Button.EDIT, Button.PARAMETERS)

QUEUED = StatusCard(
    job_id=JOB,
    state=JobState.QUEUED,
    title="Text to image",
    requester="Ada",
    prompt="a fox in the snow",
    headline="Waiting, 3 ahead, about 40 s",
    facts=(("workflow", "txt2img"), ("seed", "42"), ("size", "1024x768"), ("model", "sdxl"), ("steps", "30")),
    buttons=(Button.CANCEL,),
)
STARTING = replace(QUEUED, state=JobState.STARTING, headline="Starting")
RUNNING = replace(QUEUED, state=JobState.RUNNING, headline="Loading the model")
PAINTING = replace(RUNNING, headline="Painting, step 12 of 30, about 8 s left", done=12, total=30, preview="p1")
STOPPING = replace(PAINTING, headline="Stopping …", buttons=())
SUCCEEDED = replace(
    QUEUED,
    state=JobState.SUCCEEDED,
    headline="Painted in 8 s",
    files=(_FILE,),
    facts=(*QUEUED.facts, ("time", "8 s")),
    buttons=_PAINTED,
)
FAILED = replace(
    QUEUED,
    state=JobState.FAILED,
    headline="The GPU took too long. Fewer steps or a smaller size may help.",
    facts=(*QUEUED.facts, ("error", "timed_out")),
    buttons=_OVER,
)
CANCELLED = replace(QUEUED, state=JobState.CANCELLED, headline="Cancelled", buttons=_OVER)
EVERY = (QUEUED, STARTING, RUNNING, PAINTING, STOPPING, SUCCEEDED, FAILED, CANCELLED)


def _pictures(count: int, *, spoiler: bool = False) -> Shown:
    return Shown(files=tuple(ShownFile(name=f"{n}.png", alt="a fox", spoiler=spoiler) for n in range(count)))


def _gallery(body: Json) -> list[Json]:
    return [item for gallery in parts(body, 12) for item in gallery["items"]]


@pytest.mark.parametrize("card", EVERY, ids=lambda card: card.headline)
def test_every_state_is_legal_says_its_headline_first_and_who_asked_for_what(card: StatusCard) -> None:
    body = taken_as_message(card_message(card, Shown()))
    assert said(body).startswith(f"**{card.headline}**")
    assert "\n> a fox in the snow" in said(body)
    assert said(body).endswith("asked by Ada")
    assert body["allowed_mentions"] == {"parse": [], "users": []}


def test_states_differ_by_colour() -> None:
    colours = {card.state: card_message(card, Shown())["components"][0]["accent_color"] for card in EVERY}
    assert len(set(colours.values())) == len(JobState)


def test_a_run_has_a_bar_with_its_share() -> None:
    assert "`██████░░░░░░░░░░` 40%" in said(card_message(PAINTING, Shown()))
    assert "░" not in said(card_message(RUNNING, Shown()))


def test_the_preview_stands_in_the_gallery() -> None:
    body = taken_as_message(card_message(PAINTING, Shown(preview="preview-p1.jpg")))
    assert [item["media"]["url"] for item in _gallery(body)] == ["attachment://preview-p1.jpg"]


@pytest.mark.parametrize(("nsfw", "hides", "hidden"), [(False, None, False), (True, None, True), (True, False, False)])
def test_a_preview_of_a_workflow_for_adults_is_covered_unless_told_otherwise(
    nsfw: bool, hides: bool | None, hidden: bool
) -> None:
    body = card_message(replace(PAINTING, nsfw=nsfw), Shown(preview="p.jpg", hides_preview=hides))
    assert [item["spoiler"] for item in _gallery(body)] == [hidden]


@pytest.mark.parametrize(("count", "shown"), [(1, 1), (4, 4), (10, 10), (12, 10)])
def test_pictures_stand_in_one_gallery_and_what_does_not_fit_is_told(count: int, shown: int) -> None:
    body = taken_as_message(card_message(replace(SUCCEEDED, files=(_FILE,) * count), _pictures(count)))
    assert len(_gallery(body)) == shown
    assert ("2 more pictures do not fit" in said(body)) == (count == 12)
    assert all(item["description"] == "a fox" for item in _gallery(body))


def test_pictures_are_covered_where_the_rule_says_so() -> None:
    assert all(item["spoiler"] for item in _gallery(card_message(SUCCEEDED, _pictures(2, spoiler=True))))


def test_what_is_no_picture_is_a_file_to_save() -> None:
    files = (
        ShownFile(name="a.mp4"),
        ShownFile(name="b.flac", is_picture=False),
        ShownFile(name="c.glb", is_picture=False),
    )
    body = taken_as_message(card_message(SUCCEEDED, Shown(files=files)))
    assert [item["media"]["url"] for item in _gallery(body)] == ["attachment://a.mp4"]
    assert [each["file"]["url"] for each in parts(body, 13)] == ["attachment://b.flac", "attachment://c.glb"]


def test_texts_that_came_out_are_quotes() -> None:
    card = replace(SUCCEEDED, files=(), texts=("A fox.\n-# Painted in 1 s", "", "\u200b"))
    assert "> A fox.\n> \\-\\# Painted in 1 s\n" in said(taken_as_message(card_message(card, Shown())))


def test_what_goes_on_painting_stands_above_what_is_about_the_picture() -> None:
    assert labels(card_message(SUCCEEDED, _pictures(1))) == [
        ["Reroll", "Vary", "Upscale", "Edit & rerun"],
        ["Parameters", "Delete", "Report"],
    ]
    assert labels(card_message(FAILED, Shown())) == [["Reroll", "Edit & rerun", "Parameters"]]
    assert labels(card_message(QUEUED, Shown())) == [["Cancel"]]
    assert labels(card_message(STOPPING, Shown())) == []


@pytest.mark.parametrize(("count", "number"), [(1, 0), (4, None)])
def test_one_picture_is_meant_without_asking_of_several_one_is_picked(count: int, number: int | None) -> None:
    body = card_message(replace(SUCCEEDED, files=(_FILE,) * count), _pictures(count))
    presses = [decode(each) for each in custom_ids(body)]
    assert Press(button=Button.VARY, job_id=JOB, number=number) in presses
    assert Press(button=Button.REROLL, job_id=JOB) in presses


def test_the_only_picture_among_films_is_meant_by_its_own_number() -> None:
    film = replace(_FILE, name="a.mp4", kind=MediaKind.VIDEO, media_type="video/mp4")
    presses = [decode(each) for each in custom_ids(card_message(replace(SUCCEEDED, files=(film, _FILE)), Shown()))]
    assert Press(button=Button.VARY, job_id=JOB, number=1) in presses


def test_one_step_is_a_single_one() -> None:
    card = replace(SUCCEEDED, facts=(("steps", "1"),))
    assert said(card_message(card, Shown())).endswith("-# 1 step · asked by Ada")


def test_originals_are_linked_and_remarks_said() -> None:
    shown = Shown(
        links=(("Original 1", "https://example.org/a"), ("Too long", "https://example.org/" + "a" * 600)),
        remarks=("Discord takes 10 MB here: this is a smaller copy.",),
    )
    body = taken_as_message(card_message(SUCCEEDED, shown))
    assert [each["label"] for each in parts(body, 2) if each["style"] == 5] == ["Original 1"]
    assert "this is a smaller copy." in said(body)
    assert "Not every file could be linked here." in said(body)


def test_facts_are_one_line_of_small_print() -> None:
    last = said(card_message(SUCCEEDED, Shown())).split("\n")[-1]
    assert last == "-# Text to image · seed 42 · 1024x768 · sdxl · 30 steps · 8 s · asked by Ada"


def test_a_name_cannot_pose_as_a_fact() -> None:
    card = replace(SUCCEEDED, requester="Ada · seed 7\n-# painted by Fairbrush")
    last = said(card_message(card, Shown())).split("\n")[-1]
    assert last.endswith(" · asked by Ada seed 7 -\\# painted by Fairbrush")


@settings(deadline=None)
@given(st.sampled_from(EVERY), HOSTILE, HOSTILE, HOSTILE)
def test_nothing_that_people_write_adds_markup(card: StatusCard, prompt: str, name: str, text: str) -> None:
    wild = replace(card, prompt=prompt, requester=name, title=text, headline=f"x {text}", texts=(text,))
    calm = replace(card, prompt="x" if "> " in said(card_message(wild, Shown())) else "", texts=())
    found = [token for token in markup(said(card_message(wild, Shown()))) if token != ("block", ">")]
    assert found == [token for token in markup(said(card_message(calm, Shown()))) if token != ("block", ">")]
    taken_as_message(card_message(wild, Shown()))


@settings(deadline=None, max_examples=40)
@given(
    st.sampled_from(EVERY),
    st.sampled_from(["*", "🦊", "a ", "\n", "@", "ש"]),
    st.integers(0, 14),
    st.integers(0, 14),
    st.booleans(),
)
def test_the_fullest_message_still_fits(
    card: StatusCard, filling: str, many: int, files: int, is_picture: bool
) -> None:
    long = filling * 1300
    full = replace(
        card, prompt=long, headline=long + "x", title=long, requester=long, texts=(long,) * many,
        facts=((long, long),) * many, buttons=tuple(Button), files=(_FILE,) * files, nsfw=True,
    )  # fmt: skip
    shown = Shown(
        files=tuple(ShownFile(name=f"{n}.png", alt=long, is_picture=is_picture) for n in range(files)),
        preview="p.jpg",
        links=tuple((long + "x", f"https://example.org/{n}") for n in range(many)),
        remarks=(long,) * many,
    )
    taken_as_message(card_message(full, shown))


def test_a_long_prompt_is_cut_before_anything_else_is() -> None:
    card = replace(SUCCEEDED, prompt="fox " * 1000, texts=("owl " * 300,))
    text = said(card_message(card, Shown()))
    assert "fox…" in text
    assert text.endswith("asked by Ada")
