"""How Discord says no, how often it may, and by which token a message is changed at what age."""

from dataclasses import replace
from uuid import UUID

import pytest

from adapters.discord.quiet import ESSENTIAL_FROM, SILENT_FROM, WINDOW_S, Invalid, Mood
from adapters.discord.refusals import Refusal, Refused, is_of_the_bot, refusal_of
from adapters.discord.standing import Way, budget_of, way_of
from bot.errors import ChatError
from bot.jobs import JobId, MessageRef, Place, Requester, Tenant
from bot.ladder import Kind, Posted
from tests.contracts.chat.cards import job_at

TOWN = Tenant(platform="discord", id="1")
ID = JobId(UUID(int=7))
JOB = job_at(Place(tenant=TOWN, channel="22"), Requester(tenant=TOWN, id="3", name="Ada"), job_id=ID)
ONLY_BY_TOKEN = replace(JOB, within_s=780.0)


@pytest.mark.parametrize(
    ("status", "code", "meaning"),
    [
        (404, 10008, Refusal.GONE),
        (404, 10003, Refusal.GONE),
        (404, 10004, Refusal.GONE),
        (404, 10015, Refusal.TOKEN_DEAD),
        (404, 10062, Refusal.TOKEN_DEAD),
        (401, 50027, Refusal.TOKEN_DEAD),
        (403, 50001, Refusal.FORBIDDEN),
        (403, 50007, Refusal.FORBIDDEN),
        (403, 50013, Refusal.FORBIDDEN),
        (403, 99999, Refusal.FORBIDDEN),
        (404, 99999, Refusal.GONE),
        (400, 50083, Refusal.FORBIDDEN),
        (413, 40005, Refusal.TOO_LARGE),
        (413, 0, Refusal.TOO_LARGE),
        (429, 30046, Refusal.TOO_OLD),
        (400, 30046, Refusal.TOO_OLD),
        (429, 0, Refusal.TOO_MANY),
        (400, 50035, Refusal.INVALID),
        (400, 99999, Refusal.INVALID),
        (500, 0, Refusal.AWAY),
        (503, 10008, Refusal.AWAY),
        # Not Discord's own word: something in front of it.
        (403, 0, Refusal.AWAY),
        (404, 0, Refusal.AWAY),
    ],
)
def test_what_an_answer_means(status, code, meaning):
    assert refusal_of(status, code) is meaning


def test_only_the_bots_own_token_stops_everything():
    assert is_of_the_bot(401, 0)
    assert not is_of_the_bot(401, 50027)
    assert not is_of_the_bot(403, 50001)


def test_a_refusal_is_a_chat_error_that_says_nothing_to_people():
    refused = Refused(Refusal.FORBIDDEN, status=403, code=50013, detail="Missing Permissions")

    assert isinstance(refused, ChatError)
    assert not refused.gone
    assert str(refused) == ChatError.sentence
    assert refused.detail == "forbidden (HTTP 403, code 50013) Missing Permissions"


# ---- How often ----


def noted(count: int, at: float = 0.0) -> Invalid:
    invalid = Invalid()
    for _ in range(count):
        invalid.note(403, at)
    return invalid


@pytest.mark.parametrize(
    ("count", "mood"),
    [
        (0, Mood.OPEN),
        (ESSENTIAL_FROM - 1, Mood.OPEN),
        (ESSENTIAL_FROM, Mood.ESSENTIAL),
        (SILENT_FROM - 1, Mood.ESSENTIAL),
        (SILENT_FROM, Mood.SILENT),
        (SILENT_FROM * 2, Mood.SILENT),
    ],
)
def test_the_more_is_refused_the_less_is_sent(count, mood):
    assert noted(count).mood(1.0) is mood


def test_what_was_refused_ten_minutes_ago_counts_no_more():
    invalid = noted(SILENT_FROM)

    assert invalid.mood(WINDOW_S - 1) is Mood.SILENT
    assert invalid.mood(WINDOW_S) is Mood.OPEN


def test_only_401_403_and_429_count():
    invalid = Invalid()
    for status in (200, 204, 400, 404, 413, 500, 502):
        for _ in range(ESSENTIAL_FROM):
            invalid.note(status, 0.0)

    assert invalid.mood(0.0) is Mood.OPEN


# ---- By which token ----

RESPONSE = Posted(kind=Kind.RESPONSE, channel="22", message="44")
OWN = Posted(kind=Kind.CHANNEL, channel="22", message="44")


@pytest.mark.parametrize(
    ("job", "posted", "age_s", "way"),
    [
        (JOB, RESPONSE, 0, Way.TOKEN),
        (JOB, RESPONSE, 839.9, Way.TOKEN),
        (JOB, RESPONSE, 840, Way.BETWEEN),
        (JOB, RESPONSE, 859.9, Way.BETWEEN),
        (JOB, RESPONSE, 860, Way.BOT),
        (JOB, OWN, 0, Way.BOT),
        (JOB, OWN, 850, Way.BOT),
        (JOB, Posted(kind=Kind.DIRECT, channel="9", message="44"), 0, Way.BOT),
        (JOB, Posted(kind=Kind.LOST), 0, Way.NONE),
        (ONLY_BY_TOKEN, RESPONSE, 850, Way.TOKEN),
        (ONLY_BY_TOKEN, RESPONSE, 889.9, Way.TOKEN),
        (ONLY_BY_TOKEN, RESPONSE, 890, Way.NONE),
    ],
)
def test_which_token_changes_a_message(job, posted, age_s, way):
    assert way_of(job, posted, age_s) is way


@pytest.mark.parametrize(
    ("job", "text", "age_s", "bucket"),
    [
        (JOB, None, 0, f"token/{JOB.id}"),
        (JOB, "i/44", 0, f"token/{JOB.id}"),
        (JOB, "i/44", 840, "channel/22"),
        (JOB, None, 900, "channel/22"),
        (JOB, "c/44", 0, "channel/22"),
        (JOB, "d/9/44", 0, "channel/9"),
        (JOB, "lost", 0, "channel/22"),
        (ONLY_BY_TOKEN, "i/44", 850, f"token/{JOB.id}"),
    ],
)
def test_which_budget_the_next_call_draws_on(job, text, age_s, bucket):
    ref = None if text is None else MessageRef(place=job.place, id=text)

    assert budget_of(job, ref, age_s).bucket == bucket
