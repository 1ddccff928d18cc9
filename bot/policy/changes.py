"""What a measure changes of a rule book, or why it cannot be. Pure: from the book and what is known, to entries."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import assert_never

from bot.deadlines import spelled
from bot.errors import SubmissionError
from bot.inert import label
from bot.policy.blocklist import refusal_of_pattern
from bot.policy.measures import (
    AddPattern,
    BanCommunity,
    BanUser,
    GrantMore,
    PauseWork,
    RemovePattern,
    ResumeWork,
    SetCeiling,
    SetQuota,
    SetTier,
    SetZone,
    Unban,
    UnbanCommunity,
)
from bot.policy.notation import LARGEST, LONGEST_S, SHORTEST_S, quota_words
from bot.policy.periods import zone_name
from bot.policy.plain import plain
from bot.policy.quotas import Per, Quota
from bot.policy.rulebook import (
    MAX_REASON,
    NO_ROOM,
    OPERATORS_ROOM,
    Allowance,
    Assignment,
    Ban,
    Ceiling,
    Entry,
    Grant,
    Pattern,
    Pause,
    Reading,
    Rulebook,
    Zone,
    added,
)
from workflows.choices import listed
from workflows.faults import shown

Change = (
    SetQuota | GrantMore | SetTier | BanUser | Unban | PauseWork | ResumeWork | AddPattern | RemovePattern | SetZone
    | BanCommunity | UnbanCommunity | SetCeiling
)  # fmt: skip
"""Measures that change a book."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a change is decided by."""

    book: Rulebook  #: of the community, or of everywhere
    now_ms: int
    is_operator: bool
    ceiling: Sequence[Quota] = ()  #: what the operator gives the community
    tiers: Collection[str] = ()  #: into which somebody can be put there
    workflows: Collection[str] = ()
    patterns: Sequence[Pattern] = ()  #: of both books
    still: str = ""  #: what holds beside that which is taken back, in words; empty: nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What is put into a book and taken out of it."""

    put: tuple[Entry, ...] = ()
    drop: tuple[str, ...] = ()


def change_of(measure: Change, facts: Facts) -> Changed:
    """Return what a measure changes; raises SubmissionError when it cannot be done, or not by a moderator."""
    changed = _decided(measure, facts)
    touched = {*changed.drop, *(each.key for each in changed.put)}
    if not facts.is_operator and touched & facts.book.firm:
        raise SubmissionError("The operator said this, and only the operator can change it.")
    return changed


def tidied(changed: Changed, facts: Facts) -> Changed:
    """Return a change that takes out what is over, too; raises SubmissionError where the book has no room for it."""
    book, kept = facts.book, {each.key for each in changed.put}
    over = (key for key in _outlived(book, facts.now_ms) if key not in kept)
    drop = tuple(dict.fromkeys([*changed.drop, *over]))
    if not book.has_room(changed.put, drop, reserved=0 if facts.is_operator else OPERATORS_ROOM):
        raise SubmissionError(NO_ROOM)
    return Changed(put=changed.put, drop=drop)


def _outlived(book: Rulebook, now_ms: int) -> tuple[str, ...]:
    """Return the keys of what is over, for whoever changes the book anyway."""
    ended = (
        key
        for key, each in book.entries.items()
        if isinstance(each, Ban | Grant) and each.until_ms is not None and each.until_ms <= now_ms
    )
    return tuple(ended)


def _decided(measure: Change, facts: Facts) -> Changed:
    match measure:
        case BanUser() | Unban() | SetQuota() | GrantMore() | SetTier():
            return _about_somebody(measure, facts)
        case PauseWork() | ResumeWork() | AddPattern() | RemovePattern():
            return _about_work(measure, facts)
        case SetZone() | BanCommunity() | UnbanCommunity() | SetCeiling():
            if facts.book.tenant is None:
                raise SubmissionError("Say which community this is for.")
            return _about_community(measure, facts)
        case _:
            assert_never(measure)


def _about_somebody(measure: BanUser | Unban | SetQuota | GrantMore | SetTier, facts: Facts) -> Changed:
    user = measure.user
    match measure:
        case BanUser(reason=reason, for_s=for_s):
            return _put(Ban(user=user, reason=as_read(reason), until_ms=_until(for_s, facts)))
        case Unban():
            return _drop(facts.book.ban(user), f"They are not banned here. {facts.still}".rstrip())
        case SetQuota(quotas=quotas):
            return _quota(user, quotas, facts)
        case GrantMore():
            return _grant(user, measure, facts)
        case SetTier(tier=tier):
            return _tier(user, tier, facts)
        case _:
            assert_never(measure)


def _about_work(measure: PauseWork | ResumeWork | AddPattern | RemovePattern, facts: Facts) -> Changed:
    match measure:
        case PauseWork(workflow=workflow, message=message):
            if workflow is not None and workflow not in facts.workflows:
                raise SubmissionError(f"There is no workflow {shown(workflow)}. There is {listed([*facts.workflows])}.")
            return _put(Pause(workflow=workflow, message=as_read(message)))
        case ResumeWork(workflow=workflow):
            what = f"{shown(workflow)} is" if workflow else "The whole work is"
            return _drop(facts.book.pause(workflow), f"{what} not paused here. {facts.still}".rstrip())
        case AddPattern():
            return _pattern(measure, facts)
        case RemovePattern(text=text):
            return _no_pattern(text, facts)
        case _:
            assert_never(measure)


def _about_community(measure: SetZone | BanCommunity | UnbanCommunity | SetCeiling, facts: Facts) -> Changed:
    match measure:
        case SetZone(name=name):
            return _put(Zone(name=zone_name(name)))
        case BanCommunity(reason=reason, for_s=for_s):
            return _put(Ban(user=None, reason=as_read(reason), until_ms=_until(for_s, facts)))
        case UnbanCommunity():
            return _drop(facts.book.ban(None), "This community is not banned.")
        case SetCeiling(weight=weight, quotas=quotas):
            return _ceiling(weight, quotas, facts)
        case _:
            assert_never(measure)


def _quota(user: str, quotas: tuple[Quota, ...] | None, facts: Facts) -> Changed:
    if quotas is None:
        return _drop(facts.book.allowance(user), "They have no quota of their own here.")
    _grantable(quotas, facts)
    return _put(Allowance(user=user, quotas=quotas))


def _grant(user: str, measure: GrantMore, facts: Facts) -> Changed:
    before = facts.book.grant(user)
    if measure.takes_back:
        is_over = before is None or before.until_ms <= facts.now_ms
        return _drop(None if is_over else before, f"Nothing more is granted to them here. {facts.still}".rstrip())
    if not (measure.gpu_s > 0 or measure.pictures > 0) or min(measure.gpu_s, measure.pictures) < 0:
        raise SubmissionError("Say how much more: 20 pictures, or 600s of GPU time.")
    until_ms = _until(measure.for_s, facts)
    if until_ms is None:
        raise SubmissionError("Say for how long: 2h, 1d or 4w.")
    given = Grant(user=user, until_ms=until_ms, gpu_s=measure.gpu_s, pictures=measure.pictures)
    grant = added(given, before, facts.now_ms)
    # What is granted holds in each of somebody's periods, so it is measured against the longest of the ceiling's.
    _grantable([Quota(per=Per.HOUR, gpu_s=grant.gpu_s, pictures=grant.pictures)], facts)
    return _put(grant)


def _tier(user: str, tier: str | None, facts: Facts) -> Changed:
    if tier is None:
        return _drop(facts.book.assignment(user), "They were not put into a tier here.")
    if tier not in facts.tiers:
        known = f"There is {listed(sorted(facts.tiers))}." if facts.tiers else "There is none here."
        raise SubmissionError(f"There is no tier {shown(tier)}. {known}")
    return _put(Assignment(user=user, tier=tier))


def _pattern(measure: AddPattern, facts: Facts) -> Changed:
    text = measure.text.strip()
    pattern = Pattern(text=text, reading=measure.reading, deed=measure.deed, replacement=measure.replacement)
    if refused := refusal_of_pattern(pattern, facts.patterns):
        raise refused
    return _put(pattern)


def _no_pattern(text: str, facts: Facts) -> Changed:
    said, words = text.strip(), _words_in(text)
    known = tuple(
        each.key
        for each in facts.book.patterns()
        # Words are known by what they match; an expression, sign by sign.
        if each.text == said or (each.reading is Reading.WORDS and _words_in(each.text) == words)
    )
    if not known:
        raise SubmissionError(f"{shown(text)} is not on the blocklist here.")
    return Changed(drop=known)


def _words_in(text: str) -> Sequence[str]:
    return [word.plain for word in plain(text).words()]


def _ceiling(weight: int | None, quotas: tuple[Quota, ...] | None, facts: Facts) -> Changed:
    if weight is None and quotas is None:
        return _drop(facts.book.ceiling, "This community has no ceiling of its own.")
    if weight is not None and not 1 <= weight <= 100_000:
        raise SubmissionError("A weight is from 0.001 to 100.")
    _bounded(quotas or ())
    return _put(Ceiling(weight=weight, quotas=quotas))


def _put(entry: Entry) -> Changed:
    return Changed(put=(entry,))


def _drop(entry: Entry | None, otherwise: str) -> Changed:
    if entry is None:
        raise SubmissionError(otherwise)
    return Changed(drop=(entry.key,))


def as_read(text: str) -> str:
    """Return a reason as those read it whom it is said to: a visible line of bounded length."""
    return label(text, MAX_REASON)


def _until(for_s: float | None, facts: Facts) -> int | None:
    if for_s is None:
        return None
    if not SHORTEST_S <= for_s <= LONGEST_S:
        too = "long" if for_s > LONGEST_S else "short"
        raise SubmissionError(f"That is too {too}: a second at least, {spelled(LONGEST_S)} at most, or without an end.")
    return facts.now_ms + round(for_s * 1000)


def _grantable(quotas: Sequence[Quota], facts: Facts) -> None:
    """Raise for what cannot be kept, and for what a moderator would give beyond the operator's ceiling."""
    _bounded(quotas)
    if not facts.is_operator and (over := next(_over(quotas, facts.ceiling), None)):
        raise SubmissionError(f"The operator gives all of this community {quota_words(over)}: nobody can have more.")


def _bounded(quotas: Sequence[Quota]) -> None:
    amounts = [amount for each in quotas for amount in (each.gpu_s, each.pictures) if amount is not None]
    if any(not 0 <= amount <= LARGEST for amount in amounts) or len(quotas) > 6:
        raise SubmissionError("That is no quota that can be kept.")


_SECONDS = {Per.HOUR: 3600, Per.DAY: 86_400, Per.MONTH: 30 * 86_400}


def _over(quotas: Sequence[Quota], ceiling: Sequence[Quota]) -> Iterator[Quota]:
    """Yield what a community is given that these quotas exceed."""
    for quota in quotas:
        for most in ceiling:
            # In an hour nobody uses more than a community has in a day; in a day it has an hour's 24 times.
            times = max(1, _SECONDS[quota.per] // _SECONDS[most.per])
            if quota.gpu_s is not None and most.gpu_s is not None and quota.gpu_s > most.gpu_s * times:
                yield most
            if quota.pictures is not None and most.pictures is not None and quota.pictures > most.pictures * times:
                yield most
