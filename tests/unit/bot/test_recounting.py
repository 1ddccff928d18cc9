"""The audit is read as sentences: of every measure, whatever came of it, with nothing left out and nothing steered."""

import pytest

from bot.cli import pool
from bot.errors import NotAllowed, SubmissionError
from bot.houserules import FLAGGED
from bot.moderators import audit_row
from bot.policy.audit import NAMES, RULES, AuditEntry, Author, Outcome, entry_of
from bot.policy.measures import (
    Actor,
    AddPattern,
    BanUser,
    GrantMore,
    Measure,
    OpenConsole,
    PauseWork,
    Purge,
    Rank,
    SetCeiling,
    SetQuota,
    SetTier,
    SetZone,
    Unban,
)
from bot.policy.measures import TestText as TryText
from bot.policy.quotas import Per, Quota
from bot.policy.rulebook import Deed, Reading
from bot.recounting import BY_ITSELF, PHRASES, REFUSALS, recounted
from tests.unit.bot.moderated import GUILD

MOE = Actor(id="moe", name="Moe", platform="web", tenant=GUILD, rank=Rank.MODERATOR)
MAREN = Author(platform="discord", id="9", name="Maren")
DAY_S = 86_400.0
FOREVER = "until somebody takes it back"


def entry(measure: str, outcome: Outcome = Outcome.DONE, user: str | None = "ann", **details: str) -> AuditEntry:
    more = {"name": "Ann"} if user else {}
    return AuditEntry(author=MAREN, measure=measure, tenant=GUILD, user=user, outcome=outcome, details=more | details)


def said(measure: Measure) -> str:
    return str(recounted(entry_of(MOE, measure, GUILD)))


def test_every_measure_that_is_written_down_has_its_phrase():
    assert set(PHRASES) == {*NAMES.values(), pool._ADDED, *pool._CALLED.values()}
    assert set(BY_ITSELF) == {"banned", "blocked", FLAGGED}


def refusals(kind: type[SubmissionError]) -> set[str]:
    return {kind.code}.union(*map(refusals, kind.__subclasses__()))


def test_every_refusal_says_why():
    assert {kind for kind in refusals(SubmissionError) if kind not in REFUSALS} <= {SubmissionError.code}


WRITTEN = [
    *((measure, outcome) for measure in (*PHRASES, "of-a-later-version") for outcome in Outcome),
    *((measure, Outcome.AUTOMATIC) for measure in BY_ITSELF),
]


@pytest.mark.parametrize("user", ["ann", None])
@pytest.mark.parametrize(("measure", "outcome"), WRITTEN)
def test_whatever_is_written_down_is_a_sentence_that_has_all_of_it(measure, outcome, user):
    told = recounted(entry(measure, outcome, user, strange="walrus", refused="not_allowed"))
    line = str(told)

    assert line.isprintable()
    assert line == line.strip()
    assert "  " not in line
    assert "strange walrus" in line
    assert ("and was refused: only " in line) == (outcome is Outcome.TRIED)
    assert (measure not in line) or measure in _PLAIN
    if told.name:
        assert (told.name, told.user) == ("Ann", "ann")


_PLAIN = {"audit", "ban", "banned", "cancel", "ceiling", "communities", "console", "of-a-later-version"}
_PLAIN |= {"pass", "pause", "quota", "reject", "tier", "zone"}
"""Words that a sentence may have, too."""


@pytest.mark.parametrize(
    ("measure", "sentence"),
    [
        (BanUser(user="7", called="Ann", reason="spam", for_s=2 * DAY_S), "banned Ann (7) for 2 days: “spam”"),
        (BanUser(user="7", called="Ann", reason=""), f"banned Ann (7) {FOREVER}"),
        (BanUser(user="7", reason="", for_s=30 * DAY_S), "banned 7 for 30 days"),
        (Unban(user="7", called="Ann"), "let Ann (7) ask again"),
        (
            GrantMore(user="7", called="Ann", for_s=DAY_S, pictures=20, gpu_s=600),
            "gave Ann (7) 20 pictures and 600 GPU seconds more for 24 h",
        ),
        (GrantMore(user="7", for_s=DAY_S, pictures=1), "gave 7 1 picture more for 24 h"),
        (GrantMore(user="7", called="Ann", for_s=None), "took back what was granted to Ann (7)"),
        (
            SetQuota(user="7", quotas=(Quota(per=Per.DAY, pictures=40),)),
            "set the quota of 7 to 40 pictures/day",
        ),
        (SetQuota(user="7", quotas=None), "set the quota of 7 to that of their tier"),
        (SetQuota(user="7", quotas=()), "set the quota of 7 to no limit"),
        (SetTier(user="7", tier=None), "put 7 into the tier of their roles again"),
        (Purge(user="7", last_s=3 * DAY_S), "deleted what 7 made, as far as 3 days back, with its messages"),
        (PauseWork(message="new cables"), "paused everything: “new cables”"),
        (AddPattern(text="casino"), "put “casino” on the blocklist: a request with it is refused"),
        (
            AddPattern(text="a+b", reading=Reading.EXPRESSION, deed=Deed.REPLACE, replacement="tea"),
            "put the expression “a+b” on the blocklist: in a request it becomes “tea”",
        ),
        (TryText(text="a secret wish"), "tested a prompt against the blocklist"),
        (SetZone(name="UTC"), "made days begin in UTC"),
        (SetCeiling(weight=1500), "set the ceiling to weight 1.5"),
        (SetCeiling(), "set the ceiling to that of the settings"),
        (OpenConsole(), "opened the console"),
    ],
)
def test_what_was_done_is_said_as_people_say_it(measure, sentence):
    assert said(measure) == sentence


def test_who_tried_what_reads_why_it_was_refused_by_who_may():
    assert str(recounted(entry("ceiling", Outcome.TRIED, None, weight="2000", refused=NotAllowed.code))) == (
        "tried to set the ceiling to weight 2, and was refused: only whoever runs this bot can"
    )
    assert str(recounted(entry("cancel", Outcome.TRIED, None, job_id="j1", refused="submission"))) == (
        "tried to cancel the job j1, and was refused: it cannot be done as it was said"
    )
    assert str(
        recounted(entry("blocklist-add", Outcome.TRIED, None, text="x", deed="block", refused="not_allowed"))
    ) == (
        "tried to put “x” on the blocklist (a request with it is refused), and was refused: "
        "only moderators of this community can"
    )


def test_what_happened_by_itself_says_by_what():
    assert str(recounted(entry("blocked", Outcome.AUTOMATIC, pattern="casino", workflow="txt2img"))) == (
        "refused a request of Ann (ann), which had “casino” of the blocklist (txt2img)"
    )
    assert str(recounted(entry("banned", Outcome.AUTOMATIC))) == "refused a request of Ann (ann), who is banned"
    long = ", ".join(f"word{number}" for number in range(60))
    assert long in str(recounted(entry(FLAGGED, Outcome.AUTOMATIC, patterns=long)))


def test_why_something_was_refused_stands_before_the_end_however_much_somebody_wrote():
    told = entry("blocklist-add", Outcome.TRIED, None, text="w " * 250, refused="not_allowed", deed="block")
    assert "refused: only moderators" in str(recounted(told))[:300]


@pytest.mark.parametrize("amount", ["", "many", "-3", "inf", "nan", "9" * 400, "1e99"])
def test_what_is_no_number_of_ours_breaks_nothing_and_is_told(amount):
    told = str(recounted(entry("grant", for_s=amount, pictures=amount)))
    assert told.startswith("gave Ann (ann) more until")
    assert amount in told


def test_what_people_wrote_turns_nothing_around_and_names_nobody_else():
    evil = "\u202egnp\x1b[31m\0 you\nwere banned"
    told = AuditEntry(
        author=RULES, measure="ban", tenant=GUILD, user="7\0\u202e", why=evil, details={"name": evil, evil: evil}
    )
    sentence = str(recounted(told))
    assert sentence.isprintable()
    assert not {"\u202e", "\0", "\n", "\x1b"} & set(sentence)
    assert recounted(told).before == "banned "


def test_a_row_says_when_and_who_before_it():
    assert audit_row(entry("ban")) == ("1970-01-01 00:00 Maren", f"banned Ann (ann) {FOREVER}")
