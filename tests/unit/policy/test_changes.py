"""What a change puts into a book and takes out of it."""

from dataclasses import replace

import pytest

from bot.errors import SubmissionError
from bot.policy.changes import Facts, change_of
from bot.policy.measures import BanUser, GrantMore, RemovePattern, SetZone
from bot.policy.notation import LONGEST_S
from bot.policy.rulebook import Grant, Pattern, Reading, Zone
from tests.unit.policy.books import HOUR_MS, NOW_MS, books

SAID = (Pattern(text="nude"), Pattern(text="Two Words"), Pattern(text=r"\d+", reading=Reading.EXPRESSION))
FACTS = Facts(book=books(*SAID).community, now_ms=NOW_MS, is_operator=False)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("NUDE", "pattern/words/nude"),
        ("n\u00fcde", "pattern/words/nude"),
        (" two  words ", "pattern/words/Two Words"),
        (r"\d+", r"pattern/expression/\d+"),
    ],
)
def test_a_pattern_is_taken_off_the_list_as_it_is_matched(text, key):
    assert change_of(RemovePattern(text=text), FACTS).drop == (key,)


@pytest.mark.parametrize("text", [r"\D+", "two", "!"])
def test_what_matches_otherwise_is_not_that_pattern(text):
    with pytest.raises(SubmissionError, match="not on the blocklist"):
        change_of(RemovePattern(text=text), FACTS)


@pytest.mark.parametrize(("for_s", "told"), [(0.4, "too short: a second at least"), (LONGEST_S + 1, "too long")])
def test_a_ban_lasts_a_second_at_least_and_ten_years_at_most(for_s, told):
    with pytest.raises(SubmissionError, match=told):
        change_of(BanUser(user="7", reason="spam", for_s=for_s), FACTS)


def test_a_ban_of_a_second_is_one():
    [ban] = change_of(BanUser(user="7", reason="spam", for_s=1.0), FACTS).put
    assert ban.until_ms == NOW_MS + 1000


def test_days_begin_in_a_zone_and_in_no_other_file_of_the_database():
    assert change_of(SetZone(name="Asia/Tokyo"), FACTS).put == (Zone(name="Asia/Tokyo"),)
    for name in ("localtime", "right/Asia/Tokyo"):
        with pytest.raises(SubmissionError, match="no time zone"):
            change_of(SetZone(name=name), FACTS)


GRANT = Grant(user="7", until_ms=NOW_MS + HOUR_MS, pictures=50)
TAKE_BACK = GrantMore(user="7", for_s=None)


def test_a_grant_is_taken_back():
    changed = change_of(TAKE_BACK, replace(FACTS, book=books(GRANT).community))
    assert (changed.put, changed.drop) == ((), ("grant/7",))


@pytest.mark.parametrize("before", [(), (replace(GRANT, until_ms=NOW_MS),), (replace(GRANT, user="8"),)])
def test_where_nothing_is_granted_nothing_is_taken_back(before):
    with pytest.raises(SubmissionError, match=r"^Nothing more is granted to them here\. Yet this\.$"):
        change_of(TAKE_BACK, replace(FACTS, book=books(*before).community, still="Yet this."))


def test_what_the_operator_granted_only_the_operator_takes_back():
    said = replace(books(GRANT).community, firm=frozenset({GRANT.key}))
    with pytest.raises(SubmissionError, match="The operator said this"):
        change_of(TAKE_BACK, replace(FACTS, book=said))
    assert change_of(TAKE_BACK, replace(FACTS, book=said, is_operator=True)).drop == (GRANT.key,)


@pytest.mark.parametrize(
    ("measure", "told"),
    [
        (GrantMore(user="7", for_s=None, pictures=5), "for how long"),
        (GrantMore(user="7", for_s=None, pictures=-5), "how much more"),
        (GrantMore(user="7", for_s=3600.0), "how much more"),
    ],
)
def test_half_a_grant_neither_gives_nor_takes_back(measure, told):
    with pytest.raises(SubmissionError, match=told):
        change_of(measure, replace(FACTS, book=books(GRANT).community))
