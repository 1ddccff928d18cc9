"""What a change puts into a book and takes out of it."""

import pytest

from bot.errors import SubmissionError
from bot.policy.changes import Facts, change_of
from bot.policy.measures import BanUser, RemovePattern, SetZone
from bot.policy.notation import LONGEST_S
from bot.policy.rulebook import Pattern, Reading, Zone
from tests.unit.policy.books import NOW_MS, books

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
