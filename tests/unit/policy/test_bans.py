"""Bans and pauses: one row per rule."""

import pytest

from bot.jobs import Requester, Tenant
from bot.policy.bans import refusal_of_ban, refusal_of_pause
from bot.policy.rulebook import Ban, Books, Grant, Pause, added
from tests.unit.policy.books import ALICE, HOUR_MS, NOW_MS, book, books

MINE = Ban(user="7", reason="spam")
SHORT = Ban(user="7", reason="spam", until_ms=NOW_MS + 3 * HOUR_MS)
OVER = Ban(user="7", reason="spam", until_ms=NOW_MS)
ALL = Ban(user=None, reason="")
EVERYWHERE = Ban(user="discord/7", reason="fraud", until_ms=NOW_MS + 72 * HOUR_MS)
OURS = "You may not ask for pictures in this community"


@pytest.mark.parametrize(
    ("rules", "everywhere", "sentence"),
    [
        ((), (), None),
        ((MINE,), (), f"{OURS} any more: spam"),
        ((SHORT,), (), f"{OURS} for another 3 h: spam"),
        ((Ban(user="7", reason="", until_ms=NOW_MS + 1),), (), f"{OURS} for another 1 s."),
        # Whose it is.
        ((Ban(user="8", reason="spam"),), (), None),
        ((ALL,), (), "This community may not ask for pictures any more."),
        ((), (EVERYWHERE,), "You may not ask for pictures here or anywhere else for another 3 days: fraud"),
        # An id alone is another person's on another platform.
        ((), (MINE,), None),
        ((), (Ban(user="slack/7", reason="x"),), None),
        # When it is over.
        ((OVER,), (), None),
        ((OVER, ALL), (), "This community may not ask for pictures any more."),
        # Of several the one that is longest in the way.
        ((SHORT,), (EVERYWHERE,), "You may not ask for pictures here or anywhere else for another 3 days: fraud"),
        ((MINE,), (EVERYWHERE,), f"{OURS} any more: spam"),
    ],
)
def test_a_ban(rules, everywhere, sentence):
    refused = refusal_of_ban(books(*rules, everywhere=everywhere), ALICE, NOW_MS)

    assert (str(refused) if refused else None) == sentence
    assert refused is None or refused.code == "banned"


@pytest.mark.parametrize(
    ("rules", "everywhere", "sentence"),
    [
        ((), (), None),
        ((Pause(workflow=None, message="We tidy up."),), (), "Everything is paused at the moment: We tidy up."),
        ((Pause(workflow="flux", message=""),), (), "flux is paused at the moment."),
        ((Pause(workflow="other", message=""),), (), None),
        ((), (Pause(workflow="flux", message="No GPU."),), "flux is paused at the moment: No GPU."),
        # The widest is told.
        (
            (Pause(workflow="flux", message="mine"),),
            (Pause(workflow=None, message="all"),),
            "Everything is paused at the moment: all",
        ),
    ],
)
def test_a_pause(rules, everywhere, sentence):
    refused = refusal_of_pause(books(*rules, everywhere=everywhere), "flux")

    assert (str(refused) if refused else None) == sentence


def test_a_later_grant_is_added_to_what_is_in_force_and_not_to_what_is_over():
    first = Grant(user="7", until_ms=NOW_MS + HOUR_MS, gpu_s=10, pictures=1)
    later = Grant(user="7", until_ms=NOW_MS + 9, gpu_s=5, pictures=2)

    assert added(later, first, NOW_MS) == Grant(user="7", until_ms=NOW_MS + HOUR_MS, gpu_s=15, pictures=3)
    assert added(later, first, NOW_MS + HOUR_MS) == added(later, None, NOW_MS) == later


@pytest.mark.parametrize(("named", "hit"), [("slack/7", ()), ("slack/T1/7", ("T1",))])
def test_one_ban_everywhere_hits_one_person_for_on_slack_an_id_is_anothers_in_another_workspace(named, hit):
    ban = Ban(user=named, reason="fraud")
    found = []
    for workspace in ("T1", "T2"):
        there = Requester(tenant=Tenant(platform="slack", id=workspace), id="7", name="Alice")
        held = Books(everywhere=book(ban, tenant=None), community=book(tenant=there.tenant))
        found += [workspace] if refusal_of_ban(held, there, NOW_MS) else []

    assert tuple(found) == hit
