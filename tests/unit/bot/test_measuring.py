"""Measures as they are typed: each verb is read by the one table, and every fault is told in the user's words."""

from contextlib import suppress
from typing import get_args
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.jobs import JobId
from bot.measuring import MAX_TEXT, help_rows, read_fields, read_measure
from bot.policy import measures as m
from bot.policy.measures import Measure, Rank
from bot.policy.quotas import Per, Quota, Refill
from bot.policy.rulebook import Deed, Reading
from bot.policy.verbs import BY_NAME, VERBS, Kind
from workflows.faults import InvalidValues

DAY_S = 86_400.0
JOB = "0f0e0d0c-0b0a-4908-8706-050403020100"
GPU_DAILY = Quota(per=Per.DAY, gpu_s=600)
PICTURES_DAILY = Quota(per=Per.DAY, pictures=40)

READ = [
    ("show 7", m.ShowUser(user="7")),
    ("show <@!7>", m.ShowUser(user="7")),
    ("show <@U7|ann>", m.ShowUser(user="U7")),
    ("SHOW @ann", m.ShowUser(user="ann")),
    ("quota 7 600s/day 40 pictures/day", m.SetQuota(user="7", quotas=(GPU_DAILY, PICTURES_DAILY))),
    ("quota 7 600s/day, 40 pictures/day", m.SetQuota(user="7", quotas=(GPU_DAILY, PICTURES_DAILY))),
    ("quota 7 10min/day", m.SetQuota(user="7", quotas=(GPU_DAILY,))),
    (
        "quota 7 4 images/hour calendar",
        m.SetQuota(user="7", quotas=(Quota(per=Per.HOUR, refill=Refill.CALENDAR, pictures=4),)),
    ),
    ("quota 7 none", m.SetQuota(user="7", quotas=())),
    ("quota 7 tier", m.SetQuota(user="7", quotas=None)),
    ("grant 7 20 pictures 1d", m.GrantMore(user="7", for_s=DAY_S, pictures=20)),
    ("grant 7 20 pictures 600s 1 day", m.GrantMore(user="7", for_s=DAY_S, pictures=20, gpu_s=600)),
    ("grant 7 20 pictures, 10min 1d", m.GrantMore(user="7", for_s=DAY_S, pictures=20, gpu_s=600)),
    ("grant 7 600s 2h", m.GrantMore(user="7", for_s=7200.0, gpu_s=600)),
    ("grant 7 none", m.GrantMore(user="7", for_s=None)),
    ("grant 7 NONE", m.GrantMore(user="7", for_s=None)),
    ("reset 7", m.ResetUsage(user="7")),
    ("tier 7 gold", m.SetTier(user="7", tier="gold")),
    ("tier 7 none", m.SetTier(user="7", tier=None)),
    ("ban 7 2d spam and more spam", m.BanUser(user="7", reason="spam and more spam", for_s=2 * DAY_S)),
    ("ban 7 2 days spam", m.BanUser(user="7", reason="spam", for_s=2 * DAY_S)),
    ("ban 7 2.5h spam", m.BanUser(user="7", reason="spam", for_s=9000.0)),
    ("ban 7 for 2 days spam", m.BanUser(user="7", reason="spam", for_s=2 * DAY_S)),
    ("ban 7 1 month spam", m.BanUser(user="7", reason="spam", for_s=30 * DAY_S)),
    ("ban 7 1 year spam", m.BanUser(user="7", reason="spam", for_s=365 * DAY_S)),
    ("ban discord/7 1mo x", m.BanUser(user="discord/7", reason="x", for_s=30 * DAY_S)),
    ("ban 7 WITHOUT end", m.BanUser(user="7", reason="WITHOUT end")),
    ("ban 7 spam", m.BanUser(user="7", reason="spam")),
    ("ban 7 for:4w spam", m.BanUser(user="7", reason="spam", for_s=28 * DAY_S)),
    ("ban 7", m.BanUser(user="7", reason="")),
    ("unban 7", m.Unban(user="7")),
    ("clear 7", m.ClearQueue(user="7")),
    ("purge 7 24h", m.Purge(user="7", last_s=DAY_S)),
    ("purge 7 24h now", m.Purge(user="7", last_s=DAY_S)),
    (f"cancel {JOB}", m.CancelJob(job_id=JobId(UUID(JOB)))),
    ("pause flux maintenance till noon", m.PauseWork(workflow="flux", message="maintenance till noon")),
    ("pause new cables", m.PauseWork(message="new cables")),
    ("pause", m.PauseWork(message="")),
    ("resume flux", m.ResumeWork(workflow="flux")),
    ("resume", m.ResumeWork()),
    ("blocklist add nude", m.AddPattern(text="nude")),
    ("blocklist add two words deed:flag", m.AddPattern(text="two words", deed=Deed.FLAG)),
    ("blocklist add nude with:swimsuit", m.AddPattern(text="nude", deed=Deed.REPLACE, replacement="swimsuit")),
    ("blocklist add n.de reading:expression", m.AddPattern(text="n.de", reading=Reading.EXPRESSION)),
    ("blocklist remove two words", m.RemovePattern(text="two words")),
    ("blocklist list", m.ShowPatterns()),
    ("blocklist test a cat steps:30", m.TestText(text="a cat steps:30")),
    ("zone Europe/Berlin", m.SetZone(name="Europe/Berlin")),
    ("recent", m.ShowRecent()),
    ("recent 7", m.ShowRecent(user="7")),
    ("reports", m.ShowReports()),
    ("reviews", m.ShowReviews()),
    (f"pass {UUID(int=7)}", m.PassJob(job_id=JobId(UUID(int=7)))),
    (f"reject {UUID(int=7)} not a cat", m.RejectJob(job_id=JobId(UUID(int=7)), reason="not a cat")),
    ("audit 7", m.ShowAudit(user="7")),
    ("console", m.OpenConsole()),
    ("ban-community 1d law", m.BanCommunity(reason="law", for_s=DAY_S)),
    ("unban-community", m.UnbanCommunity()),
    ("ceiling weight:0.5 600s/day", m.SetCeiling(weight=500, quotas=(GPU_DAILY,))),
    ("ceiling", m.SetCeiling()),
    ("clear-all now", m.ClearAll()),
    ("servers", m.ShowServers()),
    ("server drain gpu1", m.DrainServer(name="gpu1")),
    ("server resume gpu1", m.ResumeServer(name="gpu1")),
    ("communities", m.ShowCommunities()),
]

FAULTS = [
    ("", "say what to do"),
    ("bann 7", "Did you mean ban?"),
    ("blocklist", "Did you mean blocklist add or blocklist remove"),
    ("show", "user: is missing. Write show @user"),
    ("quota 7 lots", "is no quota"),
    ("quota 7 600s/day and lots", "is no quota"),
    ("quota 7 5/day", "is no quota"),
    ("grant 7 20 pictures", "for: is missing"),
    ("grant 7", "amount: is missing"),
    ("grant 7 none 1d", "for: is too much"),
    ("grant 7 none 20 pictures 1d", "is no amount"),
    ("grant 7 0 pictures 1d", "none takes it back"),
    ("grant 7 lots 1d", "is no amount"),
    *(
        (f"grant 7 {words} 1d", "is no amount")
        for words in (
            "-7 pictures",
            "2,500 pictures",
            "1.5h",
            "3 pictures and 9 elephants",
            "9 cats 600s",
            "0 pictures",
        )
    ),
    ("ban 7 for:ever spam", "is no duration"),
    *(
        (f"ban 7 {words}", "is no duration")
        for words in ("0s", "0.4s x", "1", "-2d x", "10000d x", "1 fortnight x", "3rd time")
    ),
    *((f"ban 7 {words}", "is no duration") for words in ("for ever", "until noon", "For good", f"{'9' * 999}d")),
    ("ban 7 0s", "For good, leave it out"),
    ("ban-community 0s law", "“0s” is no duration"),
    ("ban 7 @ada 1d x", "“@ada” is somebody more"),
    ("ban 7 <@U8|ada> 1d x", "is somebody more"),
    ("ban 7 discord/8 1d x", "is somebody more"),
    ("ban U0123456A U0123456B 1d x", "is somebody more"),
    *((f"grant 7 5 pictures {words}", f"“{words}” is no duration") for words in ("0d", "-1d", "99999d")),
    ("purge 7 long", "is no duration"),
    ("cancel 7", "is no id of a job"),
    ("pass 7", "is no id of a job"),
    (f"reject {UUID(int=7)}", "reason: is missing. Write reject job why"),
    ("unban 7 8", "is too much. Write unban @user"),
    ("blocklist add nude deed:burn", "is none of block, replace, flag"),
    ("ceiling weight:heavy", "is no weight"),
    ("ceiling weight:inf", "is no weight"),
    ("ban 7 " + "x" * MAX_TEXT, "at most"),
]


@pytest.mark.parametrize(("text", "measure"), READ, ids=[text for text, _ in READ])
def test_what_is_typed_is_read(text, measure):
    assert read_measure(text, ["flux"]) == measure


@pytest.mark.parametrize(("text", "told"), FAULTS, ids=[text[:30] for text, _ in FAULTS])
def test_what_cannot_be_read_is_told(text, told):
    with pytest.raises(InvalidValues) as found:
        read_measure(text)
    assert told in str(found.value)


@pytest.mark.parametrize("text", ["pause fluxx", "pause maintenance", "pause flxu it is broken", "pause FLUX is off"])
def test_a_slip_in_a_workflows_name_does_not_pause_everything(text):
    with pytest.raises(InvalidValues, match="There is flux") as found:
        read_measure(text, ["flux"])
    assert "say why in two words or more" in str(found.value)


def test_every_fault_is_told_at_once():
    with pytest.raises(InvalidValues) as found:
        read_fields(BY_NAME["grant"], {"amount": "lots", "for": "long"})

    assert [each.parameter for each in found.value.faults] == ["user", "amount", "for"]


ASKED_FOR = set(get_args(Measure)) - {m.CloseConsole}
"""All but what is for the command line alone."""


def test_every_measure_has_one_verb_and_every_verb_is_tried_here():
    assert sorted(verb.measure.__name__ for verb in VERBS) == sorted(each.__name__ for each in ASKED_FOR)
    assert {type(measure) for _, measure in READ} == ASKED_FOR
    assert len(BY_NAME) == len(VERBS)


def test_the_table_fits_what_platforms_take():
    for verb in VERBS:
        assert len(verb.help) <= 100
        assert len(verb.name.split()) <= 2
        names = [each.name for each in verb.fields]
        assert len(names) == len(set(names))
        assert all(len(each.help) <= 100 and bool(each.choices) == (each.kind is Kind.CHOICE) for each in verb.fields)
        # A platform lists what is required first.
        required = [each.is_required for each in verb.fields]
        assert required == sorted(required, reverse=True)


def test_help_is_written_for_who_may():
    moderators, operators = dict(help_rows(Rank.MODERATOR)), dict(help_rows(Rank.OPERATOR))

    assert moderators["ban @user [2d] [why]"]
    assert not [usage for usage in moderators if "community" in usage]
    assert len(operators) == len(VERBS)
    assert not help_rows(Rank.MEMBER)


@given(st.sampled_from([verb.name for verb in VERBS]), st.text(max_size=80))
def test_nothing_that_is_typed_is_worse_than_a_fault(verb, text):
    with suppress(InvalidValues):
        read_measure(f"{verb} {text}", ["flux"])
