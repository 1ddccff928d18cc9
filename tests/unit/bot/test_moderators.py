"""What moderators are told reads well whatever there is to tell."""

import re
from functools import partial

import pytest

from bot import moderators
from bot.answers import Answer
from bot.jobs import JobId, Place, Requester, Tenant, job_id_of
from bot.policy.audit import AuditEntry, Author
from bot.policy.blocklist import Ruling
from bot.policy.measures import BanCommunity, BanUser, PauseWork
from bot.policy.rulebook import MAX_REASON, Pattern
from bot.removing import Removed
from bot.reports import Report


def words(answer: Answer) -> str:
    return " ".join(str(each) for section in answer.sections for each in (section.headline, *section.sentence))


def test_a_purge_of_jobs_without_messages_promises_none():
    assert "No message of it was left to delete." in words(moderators.purged(Removed(jobs=2, messages=0, kept=0)))


def test_what_is_kept_agrees_with_its_number():
    assert "1 job stays with its pictures" in words(moderators.purged(Removed(jobs=1, messages=1, kept=1)))
    assert "2 jobs stay with their pictures" in words(moderators.purged(Removed(jobs=1, messages=1, kept=2)))


@pytest.mark.parametrize(
    ("measure", "said"),
    [
        (partial(BanUser, user="ben"), "They read"),
        (BanCommunity, "Its members read"),
        (lambda reason: PauseWork(message=reason), "Whoever asks reads"),
    ],
    ids=["a ban", "of a community", "a pause"],
)
def test_moderators_are_shown_of_a_reason_what_is_read_of_it(measure, said):
    told = words(moderators.done(measure(reason="now \u202etxet " + "a\nb" * 400)))

    [shown] = re.findall(rf"{said}: (now txet [ab ]+…)\.", told)
    assert len(shown) <= MAX_REASON
    assert f"{said}:" not in words(moderators.done(measure(reason=" \u200b")))


def test_a_pattern_of_signs_is_seen_to_be_one():
    assert "Because of “..”." in words(moderators.tested(Ruling(blocked=Pattern(text=".."))))


GUILD = Tenant(platform="web", id="1001")
ANN = Requester(tenant=GUILD, id="ann", name="Ann")
AT_MS = 1_800_000_000_000
REPORT = Report(
    job_id=JobId(job_id_of("web", "1")),
    workflow="txt2img",
    requester=ANN,
    reporter=ANN,
    place=Place(tenant=GUILD, channel="art"),
    reason="no cat",
    at_ms=AT_MS,
)
ENTRY = AuditEntry(author=Author(platform="web", id="moe", name="Moe"), measure="pause", tenant=GUILD, at_ms=AT_MS)


@pytest.mark.parametrize("told", [moderators.reported([REPORT]), moderators.audited([ENTRY])], ids=["reports", "audit"])
def test_whoever_reads_a_time_is_told_of_which_clock_once(told):
    [section] = told.sections
    [(name, _)] = section.rows

    assert "2027-01-15 08:00" in name
    assert section.headline.endswith(" (UTC)")


def test_a_list_without_a_time_names_no_clock():
    assert "UTC" not in f"{words(moderators.reported([]))} {words(moderators.audited([]))}"
