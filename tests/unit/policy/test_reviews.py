"""What a moderator sees first: one row per rule; and what a card says and offers of it."""

from dataclasses import replace

import pytest

from bot.errors import SubmissionError
from bot.events import MediaKind, Stage
from bot.histories import standing
from bot.jobs import Decision, JobRecord, JobState, Place, Review, StoredFile, Tenant, as_reviewed
from bot.noticeboard.steps import Sight, ping_is_due
from bot.policy.places import PlaceRule, Spot
from bot.policy.reviews import is_for_review
from bot.policy.tiers import Tier
from bot.ports import Notice
from bot.status import Button, Described, Live, card_of
from bot.submissions import refusal_of_withheld
from tests.unit.bot.noticeboard_scene import job_of

GUILD = Tenant(platform="discord", id="g")
PICTURE = StoredFile(key="k1", name="a.png", kind=MediaKind.IMAGE, media_type="image/png", bytes=5)
FOR_REVIEW = replace(job_of(7), for_review=True)
PASSED = Review(decision=Decision.PASSED, by="Moe")
REJECTED = Review(decision=Decision.REJECTED, by="Moe", reason="Too much of it")


def rule(channel=None, **more):
    return PlaceRule(platform="discord", community="g", channel=channel, **more)


def spot(channel="c", **more):
    return Spot(place=Place(tenant=GUILD, channel=channel), **more)


NEW, TRUSTED = Tier(name="new", review=True), Tier(name="trusted")


@pytest.mark.parametrize(
    ("rules", "at", "tier", "is_held"),
    [
        ([], spot(), None, False),
        ([], spot(), TRUSTED, False),
        ([], spot(), NEW, True),
        ([rule(review=True)], spot(), None, True),
        ([rule("c", review=True)], spot(), None, True),
        ([rule("d", review=True)], spot(), None, False),
        # The closest rule wins; what it leaves open, the wider one says.
        ([rule(review=True), rule("c", review=False)], spot(), None, False),
        ([rule(review=False), rule("c", review=True)], spot(), None, True),
        ([rule(review=True), rule("c", workflows=("flux",))], spot(), None, True),
        ([rule("c", review=True)], spot("t", thread_of="c"), None, True),
        # A tier and a place take nothing back of one another.
        ([rule("c", review=False)], spot(), NEW, True),
        ([rule(review=True)], spot(), TRUSTED, True),
    ],
)
def test_a_place_or_a_tier_says_that_a_moderator_looks_first(rules, at, tier, is_held):
    assert is_for_review(rules, at, tier) is is_held


def record(state=JobState.SUCCEEDED, review=None, **given):
    plain = JobRecord(job=FOR_REVIEW, state=state, revision=1, **given)
    return as_reviewed(plain, review, (PICTURE,), ("so",)) if state is JobState.SUCCEEDED else plain


def card(of, **more):
    described = Described(title="T", actions=frozenset({Button.VARY, Button.UPSCALE}))
    return card_of(of, live=more.get("live"), position=None, eta_s=None, described=described)


def test_a_record_never_has_both_a_review_to_come_and_what_may_be_shown():
    with pytest.raises(ValueError, match="withheld"):
        JobRecord(job=FOR_REVIEW, state=JobState.SUCCEEDED, revision=1, files=(PICTURE,))
    with pytest.raises(ValueError, match="withheld"):
        JobRecord(job=FOR_REVIEW, state=JobState.SUCCEEDED, revision=1, texts=("so",), review=REJECTED)


@pytest.mark.parametrize(
    ("review", "headline", "buttons", "files"),
    [
        (None, "Painted. A moderator looks at it first.", {Button.DELETE}, ()),
        (
            REJECTED,
            "A moderator did not let this through: Too much of it",
            {Button.DELETE, Button.EDIT},
            (),
        ),
        (
            PASSED,
            "Painted",
            {
                Button.REROLL, Button.VARY, Button.UPSCALE, Button.EDIT, Button.PARAMETERS, Button.DELETE,
                Button.REPORT,
            },
            (PICTURE,),
        ),
    ],
    ids=["pending", "rejected", "passed"],
)  # fmt: skip
def test_a_card_says_what_became_of_it(review, headline, buttons, files):
    shown = card(record(review=review))

    assert (shown.headline, set(shown.buttons), shown.files) == (headline, buttons, files)
    assert shown.texts == (("so",) if files else ())
    assert shown.is_final


def test_every_decision_is_another_card():
    cards = {card(record(review=review)).digest() for review in (None, PASSED, REJECTED)}
    assert len(cards) == 3


def test_no_preview_of_it_is_named_while_it_is_painted():
    live = Live(stage=Stage.PAINTING, done=3, total=9, preview="p1")
    shown = card(record(JobState.RUNNING), live=live)

    assert (shown.preview, shown.done) == (None, 3)


def test_nobody_is_pinged_for_what_they_cannot_see():
    of = record(ended_ms=FOR_REVIEW.created_ms + 1_000_000)
    sight = Sight(record=of, notice=Notice(job_id=FOR_REVIEW.id), card=card(of))
    assert not ping_is_due(sight, 1.0)
    passed = replace(sight, record=as_reviewed(of, PASSED, of.withheld, of.withheld_texts))
    assert ping_is_due(passed, 1.0)


@pytest.mark.parametrize(
    ("review", "words"), [(None, "waits for a moderator"), (REJECTED, "not let through"), (PASSED, "1 picture")]
)
def test_a_list_says_it_in_a_few_words(review, words):
    assert standing(record(review=review)) == words


def test_nothing_is_made_of_what_nobody_may_see():
    for review in (None, REJECTED):
        assert isinstance(refusal_of_withheld(record(review=review)), SubmissionError)
    assert refusal_of_withheld(record(review=PASSED)) is None
