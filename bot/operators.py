"""What whoever runs the bot is told in a chat, as answers that every platform renders. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.answers import Answer, Section
from bot.communities import LONGEST
from bot.deadlines import spelled
from bot.gpus import Seen
from bot.histories import words_of
from bot.inert import NAME, label
from bot.jobs import JobRecord, Tenant
from bot.policy.notation import quotas_words
from bot.policy.rulebook import Ceiling
from bot.shares import ONE

_PROMPT = 60
"""Characters of a prompt: enough to know a job by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunityLine:
    """A community, and what holds for it."""

    tenant: Tenant
    name: str  #: empty: nobody told it
    waiting: int
    running: int
    ceiling: Ceiling
    is_banned: bool
    is_paused: bool


def gpus(found: Sequence[tuple[Seen, Sequence[JobRecord]]]) -> Answer:
    """List the GPUs: state, since when, why, and what each runs."""
    rows = tuple((server.name, _how(server, runs)) for server, runs in found)
    return _list("The GPUs", rows, "The pool has no GPU yet.")


def communities(lines: Sequence[CommunityLine], *, more: int) -> Answer:
    """List the communities; so many `more` are not listed."""
    rows = [(_named(each), _holds(each)) for each in lines]
    rows += [("…", f"and {more} more")] * (more > 0)
    return _list("The communities", tuple(rows), "Nobody has asked for anything yet.")


def _named(line: CommunityLine) -> str:
    # The id with its platform is how the command line names one.
    spelled_id, name = f"{line.tenant.platform}/{line.tenant.id}", label(line.name, LONGEST)
    return f"{name} ({spelled_id})" if name else spelled_id


def _how(server: Seen, runs: Sequence[JobRecord]) -> str:
    since = f" for {spelled(max(1.0, server.since_ms / 1000))}" if server.since_ms is not None else ""
    what = "; ".join(_job(each) for each in runs)
    doing = f" Runs {what}." if what else ""
    return f"{server.state}{since}. {server.reason}".rstrip() + doing


def _job(record: JobRecord) -> str:
    return f"“{label(words_of(record), _PROMPT)}” of {label(record.job.requester.name, NAME)}"


def _holds(line: CommunityLine) -> str:
    ceiling = line.ceiling
    words = [f"{line.waiting} waiting", f"{line.running} running"]
    words += [f"weight {ceiling.weight / ONE:g}"] if ceiling.weight else []
    words += [f"at most {quotas_words(ceiling.quotas)}"] if ceiling.quotas else []
    words += ["banned"] * line.is_banned + ["paused"] * line.is_paused
    return ", ".join(words)


def _list(headline: str, rows: tuple[tuple[str, str], ...], empty: str) -> Answer:
    return Answer(sections=(Section(headline=headline, sentence=() if rows else (empty,), rows=rows),))
