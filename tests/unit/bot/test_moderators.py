"""What moderators are told reads well whatever there is to tell."""

from bot import moderators
from bot.answers import Answer
from bot.policy.blocklist import Ruling
from bot.policy.rulebook import Pattern
from bot.removing import Removed


def words(answer: Answer) -> str:
    return " ".join(str(each) for section in answer.sections for each in (section.headline, *section.sentence))


def test_a_purge_of_jobs_without_messages_promises_none():
    assert "No message of it was left to delete." in words(moderators.purged(Removed(jobs=2, messages=0, kept=0)))


def test_what_is_kept_agrees_with_its_number():
    assert "1 job stays with its pictures" in words(moderators.purged(Removed(jobs=1, messages=1, kept=1)))
    assert "2 jobs stay with their pictures" in words(moderators.purged(Removed(jobs=1, messages=1, kept=2)))


def test_a_pattern_of_signs_is_seen_to_be_one():
    assert "Because of “..”." in words(moderators.tested(Ruling(blocked=Pattern(text=".."))))
