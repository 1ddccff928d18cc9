"""What moderators and operators are told, as answers that every platform renders; and what holds for somebody. Pure."""

from collections.abc import Sequence
from typing import assert_never

from bot.answers import Answer, Link, Section, Tone, note
from bot.console.sessions import LINK_TIME
from bot.deadlines import spelled
from bot.histories import standing, words_of
from bot.holds import OPERATOR, held
from bot.houserules import Holding
from bot.jobs import Decision, JobRecord, Review, Tenant
from bot.naming import person, short
from bot.policy.audit import AuditEntry
from bot.policy.blocklist import Ruling
from bot.policy.changes import Change, as_read
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
from bot.policy.meters import Take
from bot.policy.notation import amounts_words, quotas_words
from bot.policy.periods import IN_UTC, minute
from bot.policy.places import PlaceRule
from bot.policy.rulebook import Deed, Entry, Grant, Pattern, Reading
from bot.policy.usage import Usage, told
from bot.recounting import recounted
from bot.removing import Removed
from bot.reports import Report
from bot.shares import ONE
from workflows.faults import shown
from workflows.numbers import several


def of_user(
    user: str,
    holding: Holding,
    usages: Sequence[Usage],
    take: Take,
    under_way: int,
    places: Sequence[PlaceRule] = (),
) -> Answer:
    """Say what somebody has used, may use, and whether they are banned."""
    rows = tuple((each.name, f"{each.value} ({each.source})") for each in held(holding, places))
    used = tuple(("Quota", told(usage, take)) for usage in usages)
    queue = Section(headline="Now", rows=(("Waiting or running", _jobs(under_way)), *used))
    return Answer(sections=(Section(headline=f"What holds for {user}", rows=rows), queue))


def done(
    measure: Change, cancelled: int = 0, still: str = "", *, left: Sequence[Entry] = (), now_ms: int = 0
) -> Answer:
    """Say what was changed, by what it `left` in the book; and where something was taken back, what `still` holds."""
    headline, sentence = (_lifted(measure), still) if still else _done(measure)
    headline = _summed(measure, left, now_ms) or headline
    ended = f" {_jobs(cancelled)} of theirs {'is' if cancelled == 1 else 'are'} cancelled." if cancelled else ""
    return note(headline, (sentence + ended).strip(), tone=Tone.GOOD)


def cleared(user: str, count: int) -> Answer:
    """Say how much was cancelled."""
    if not count:
        return note(f"{user} has nothing waiting or running.")
    return note(f"Cancelled: {_jobs(count)} of {user}.", "What runs ends within seconds.", tone=Tone.GOOD)


def cleared_all(count: int, tenant: Tenant | None) -> Answer:
    """Say how much was cancelled of everybody's."""
    where = "here" if tenant else "anywhere"
    if not count:
        return note(f"Nothing waits or runs {where}.")
    return note(f"Cancelled: {_jobs(count)}, all that was {where}.", "What runs ends within seconds.", tone=Tone.GOOD)


def purged(removed: Removed) -> Answer:
    """Say what was removed, and what was not."""
    goes = f"{several(removed.messages, 'message')} of it {'goes' if removed.messages == 1 else 'go'} in a moment."
    sentence = goes if removed.messages else "No message of it was left to delete."
    kept = f" {_kept(removed.kept)}" if removed.kept else ""
    return note(f"Removed: {_jobs(removed.jobs)}, with their files.", sentence + kept, tone=Tone.GOOD)


def _kept(count: int) -> str:
    if count == 1:
        return "1 job stays with its pictures, as evidence: it was reported."
    return f"{_jobs(count)} stay with their pictures, as evidence: they were reported."


def patterns(own: Sequence[Pattern], wide: Sequence[Pattern]) -> Answer:
    """List a blocklist; those of everywhere are the operator's."""
    rows = [(each.text, _pattern(each)) for each in own]
    rows += [(each.text, f"{_pattern(each)}, everywhere, by {OPERATOR}") for each in wide]
    sentence = () if rows else ("Nothing is on it.",)
    return Answer(sections=(Section(headline="The blocklist", sentence=sentence, rows=tuple(rows)),))


def tested(ruling: Ruling) -> Answer:
    """Say whether a text would pass."""
    if ruling.blocked:
        return note("It would be refused.", f"Because of {shown(ruling.blocked.text)}.", tone=Tone.BAD)
    replaced = [f"It becomes: {text}" for text in ruling.texts.values()]
    flagged = [f"It is noted for the moderators, because of {shown(each.text)}." for each in ruling.flagged]
    return note("It would pass.", " ".join([*replaced, *flagged]), tone=Tone.GOOD)


def recent(records: Sequence[JobRecord]) -> Answer:
    """List jobs with their prompts."""
    rows = tuple(
        (person(each.job.requester.name, each.job.requester.id), f"{words_of(each)}: {standing(each)}, {each.job.id}")
        for each in records
    )
    return _list("The latest jobs", rows, "Nothing was asked for lately.")


def to_review(records: Sequence[JobRecord]) -> Answer:
    """List what waits for a moderator, with its prompts."""
    rows = tuple(
        (person(each.job.requester.name, each.job.requester.id), f"{words_of(each)} ({each.job.id})")
        for each in records
    )
    return _list("What waits for you to look at it", rows, "Nothing waits for you.")


def reviewed(review: Review) -> Answer:
    """Say what becomes of what a job made."""
    if review.decision is Decision.PASSED:
        return note("Passed.", "Its message shows it in a moment.", tone=Tone.GOOD)
    return note("Rejected.", "Its message says so, with your reason; what it made is deleted.", tone=Tone.GOOD)


def reported(reports: Sequence[Report]) -> Answer:
    """List what members reported."""
    rows = tuple(map(_report_row, reports))
    return _list(f"What was reported {IN_UTC}" if rows else "What was reported", rows, "Nothing was reported.")


def _report_row(report: Report) -> tuple[str, str]:
    reporter, author = report.reporter, report.requester
    of = f"of {person(author.name, author.id)}, {report.job_id}"
    return f"{person(reporter.name, reporter.id)}, {minute(report.at_ms)}", f"{report.reason} ({of})"


def audited(entries: Sequence[AuditEntry]) -> Answer:
    """List who did what."""
    headline = f"The audit {IN_UTC}" if entries else "The audit"
    return _list(headline, tuple(map(audit_row, entries)), "Nothing was done yet.")


def audit_row(entry: AuditEntry) -> tuple[str, str]:
    """Say in a line who did what to whom, when and why; the heading above it says of which clock."""
    return f"{minute(entry.at_ms)} {entry.author.name}", str(recounted(entry))


def console(address: str) -> Answer:
    """Give somebody their link to the console."""
    sentence = (Link("Open the console", address), f" It works once, within {LINK_TIME}, and is for you alone.")
    return Answer(sections=(Section(headline="The console", sentence=sentence),), tone=Tone.GOOD)


def signed_out() -> Answer:
    """Say that nobody is in the console any more."""
    return note("Everybody is signed out of the console, and no link works any more.", tone=Tone.GOOD)


def cancelled() -> Answer:
    """Say that a job is stopped."""
    return note("Cancelled.", "If it runs, it ends within seconds.", tone=Tone.GOOD)


def reset(user: str) -> Answer:
    """Say that usage counts no longer."""
    return note(f"What {user} used so far counts no longer.", "What waits or runs still does.", tone=Tone.GOOD)


# ---- Words ----


def _lifted(measure: Change) -> str:
    """Say what was taken back, and not what that would mean if nothing else held."""
    match measure:
        case Unban():
            return f"The ban of {short(measure)} is lifted."
        case ResumeWork(workflow=workflow):
            return f"The pause of {workflow or 'everything'} is over."
        case _:
            return _done(measure)[0]


def _summed(measure: Change, left: Sequence[Entry], now_ms: int) -> str:
    """Say what holds of a grant together with what was granted before; empty without that."""
    grant = next((each for each in left if isinstance(each, Grant)), None)
    if not isinstance(measure, GrantMore) or grant is None:
        return ""
    # What is left in force of one before is added, and is never nothing.
    if (grant.pictures, grant.gpu_s) == (measure.pictures, measure.gpu_s):
        return ""
    more = amounts_words(grant.pictures, grant.gpu_s)
    left_s = spelled(max(1.0, (grant.until_ms - now_ms) / 1000))
    return f"{short(measure)} may now use {more} more, for another {left_s}, with what was granted before."


def _done(measure: Change) -> tuple[str, str]:
    match measure:
        case BanUser() | Unban() | SetQuota() | GrantMore() | SetTier():
            return _done_to(measure)
        case PauseWork(workflow=workflow, message=message):
            what = workflow or "Everything"
            read = _read("Whoever asks reads", message) or _NO_REASON
            return f"{what} is paused.", f"{read} What waits already is still painted; clear-all stops that, too."
        case ResumeWork(workflow=workflow):
            return f"{workflow or 'Everything'} goes on.", ""
        case AddPattern(text=text, deed=deed, replacement=replacement):
            return f"{text} is on the blocklist.", _DEEDS[deed].format(replacement or "nothing")
        case RemovePattern(text=text):
            return f"{text} is off the blocklist.", ""
        case SetZone() | BanCommunity() | UnbanCommunity() | SetCeiling():
            return _done_to_community(measure)
        case _:
            assert_never(measure)


def _read(who: str, said: str) -> str:
    """Say what they read of what somebody said, as they will read it; empty where that is nothing."""
    reason = as_read(said)
    return f"{who}: {reason}." if reason else ""


def _done_to(measure: BanUser | Unban | SetQuota | GrantMore | SetTier) -> tuple[str, str]:
    who = short(measure)
    match measure:
        case BanUser(reason=reason, for_s=for_s):
            return f"{who} is banned {_for(for_s)}.", _read("They read", reason) or _NO_REASON
        case Unban():
            return f"{who} may ask again.", ""
        case SetQuota(quotas=quotas):
            now = "that of their tier" if quotas is None else quotas_words(quotas)
            return f"The quota of {who} is {now}.", "If it is for another time than before, it begins afresh."
        case GrantMore(pictures=pictures, gpu_s=gpu_s, for_s=for_s):
            if for_s is None:
                return f"What was granted to {who} is taken back.", ""
            return f"{who} may use {amounts_words(pictures, gpu_s)} more for {spelled(for_s)}.", ""
        case SetTier(tier=tier):
            return f"{who} is in {f'the tier {tier}' if tier else 'the tier of their roles'}.", ""
        case _:
            assert_never(measure)


def _done_to_community(measure: SetZone | BanCommunity | UnbanCommunity | SetCeiling) -> tuple[str, str]:
    match measure:
        case SetZone(name=name):
            return f"Days begin in {name} now.", "What was used today by the clock of before is not counted again."
        case BanCommunity(reason=reason, for_s=for_s):
            return f"This community is banned {_for(for_s)}.", _read("Its members read", reason)
        case UnbanCommunity():
            return "This community may ask again.", ""
        case SetCeiling(weight=weight, quotas=quotas):
            words = [f"weight {weight / ONE:g}"] if weight else []
            words += [quotas_words(quotas)] if quotas is not None else []
            return f"The ceiling is {', '.join(words) or 'that of the settings'}.", ""
        case _:
            assert_never(measure)


_NO_REASON = "They read no reason."

_DEEDS = {
    Deed.BLOCK: "Texts that have it are refused.",
    Deed.REPLACE: "In texts it becomes: {}.",
    Deed.FLAG: "Texts that have it are taken, and noted in the audit.",
}


def _pattern(pattern: Pattern) -> str:
    reading = ", an expression" if pattern.reading is Reading.EXPRESSION else ""
    into = f" by {pattern.replacement or 'nothing'}" if pattern.deed is Deed.REPLACE else ""
    return f"{pattern.deed}{into}{reading}"


def _list(headline: str, rows: Sequence[tuple[str, str]], empty: str) -> Answer:
    return Answer(sections=(Section(headline=headline, sentence=() if rows else (empty,), rows=tuple(rows)),))


def _for(for_s: float | None) -> str:
    return "until somebody takes it back" if for_s is None else f"for {spelled(for_s)}"


def _jobs(count: int) -> str:
    return several(count, "job")
