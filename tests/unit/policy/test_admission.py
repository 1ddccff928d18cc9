"""Who may ask for what: one row per rule, and the order in which rules are told."""

import pytest

from bot.policy.admission import Asked, refusal, refusal_at_the_door, texts_of
from bot.policy.blocklist import Ruling
from bot.policy.rulebook import Ban, Pattern, Pause
from bot.policy.terms import Terms, refusal_of_values
from tests.unit.bot.bench import CATALOG
from tests.unit.policy.books import ALICE, NOW_MS, books
from workflows.values import Size

FREE = Terms(tier="free", workflows=frozenset({"txt2img", "img2img"}), most={"steps": 30, "size": 1024})
BANNED = Ban(user="7", reason="spam")
PAUSED = Pause(workflow=None, message="")
BLOCKED = Ruling(blocked=Pattern(text="x"))


def asked(workflow="txt2img", ruling=Ruling(), **values):  # noqa: B008 - it is frozen
    """Ask for something."""
    return Asked(requester=ALICE, workflow=workflow, values=values, ruling=ruling)


@pytest.mark.parametrize(
    ("rules", "terms", "wish", "code"),
    [
        ((), None, asked(), None),
        ((), FREE, asked(steps=30, size=Size(width=1024, height=64)), None),
        ((BANNED,), FREE, asked(), "banned"),
        ((PAUSED,), FREE, asked(), "paused"),
        ((), FREE, asked("flux"), "not_in_tier"),
        ((), None, asked("flux"), None),
        ((), FREE, asked(steps=31), "not_in_tier"),
        ((), FREE, asked(ruling=BLOCKED), "blocked"),
        # In this order, whatever else is wrong.
        ((BANNED, PAUSED), FREE, asked("flux", BLOCKED, steps=99), "banned"),
        ((PAUSED,), FREE, asked("flux", BLOCKED, steps=99), "paused"),
        ((), FREE, asked("txt2img", BLOCKED, steps=99), "not_in_tier"),
        # A flag is no refusal.
        ((), FREE, asked(ruling=Ruling(flagged=(Pattern(text="x"),))), None),
    ],
)
def test_a_rule(rules, terms, wish, code):
    refused = refusal(books(*rules), terms, wish, NOW_MS)

    assert (refused.code if refused else None) == code


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"steps": 30, "size": Size(width=64, height=1024), "prompt": "x" * 99}, None),
        ({}, None),
        ({"steps": 31}, "Your tier, free, takes less: steps up to 30, and this is 31."),
        ({"steps": 30.5}, "Your tier, free, takes less: steps up to 30, and this is 30.5."),
        (
            {"steps": 50, "size": Size(width=64, height=2048)},
            "Your tier, free, takes less: steps up to 30, and this is 50, size up to 1024, and this is 2048.",
        ),
        # What is no number has no most.
        ({"steps": "many", "size": None}, None),
        ({"steps": True}, None),
    ],
)
def test_the_most_of_a_tier_is_told_of_all_parameters_at_once(values, sentence):
    refused = refusal_of_values(FREE, values)

    assert (str(refused) if refused else None) == sentence


def test_who_has_no_tier_has_no_limit_of_one():
    assert refusal_of_values(None, {"steps": 9000}) is None
    assert refusal(books(), Terms(tier="all"), asked("flux", steps=9000), NOW_MS) is None


def test_what_a_tier_does_not_have_is_told_with_what_it_has():
    assert str(refusal_at_the_door(books(), FREE, ALICE, "flux", NOW_MS)) == (
        "flux is not for your tier, free. It has img2img, txt2img."
    )
    assert "nothing to paint with" in str(
        refusal_at_the_door(books(), Terms(tier="none", workflows=frozenset()), ALICE, "flux", NOW_MS)
    )


def test_every_text_is_judged_and_nothing_else():
    workflow = CATALOG.workflows["txt2img"]

    texts = texts_of(
        workflow, {"prompt": "a cat", "negative_prompt": "a dog", "checkpoint": "x.safetensors", "steps": 3}
    )

    assert texts == {"prompt": "a cat", "negative_prompt": "a dog"}
