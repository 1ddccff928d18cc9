"""The audit: who did what to whom, when and why. Plain data; entries are added, and never changed.

It holds what moderators need to understand one another, and what is needed when something is questioned later. Nothing
in it is a secret, and nothing of it stands in a log.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from types import MappingProxyType

from bot.jobs import Tenant
from bot.policy import measures
from bot.policy.measures import Actor, Measure
from bot.policy.notation import quotas_words
from bot.policy.periods import instant

KEPT_S = 365 * 86_400
"""How long an entry is kept: a ban is questioned within a year, or it is not."""

MOST = 5_000
"""Entries that are kept of one community: the oldest go."""

MOST_OF_ALL = 50_000
"""Entries that are kept of all communities together."""

QUIET_S = 600.0
"""The same refusal is written down once in so long: whoever tries a thousand times pushes nothing else out."""

NAMES: Mapping[type[Measure], str] = {
    measures.ShowUser: "show",
    measures.SetQuota: "quota",
    measures.GrantMore: "grant",
    measures.ResetUsage: "reset",
    measures.SetTier: "tier",
    measures.BanUser: "ban",
    measures.Unban: "unban",
    measures.ClearQueue: "clear",
    measures.Purge: "purge",
    measures.CancelJob: "cancel",
    measures.PauseWork: "pause",
    measures.ResumeWork: "resume",
    measures.AddPattern: "blocklist-add",
    measures.RemovePattern: "blocklist-remove",
    measures.ShowPatterns: "blocklist-list",
    measures.TestText: "blocklist-test",
    measures.SetZone: "zone",
    measures.ShowRecent: "recent",
    measures.ShowReports: "reports",
    measures.ShowReviews: "reviews",
    measures.PassJob: "pass",
    measures.RejectJob: "reject",
    measures.ShowAudit: "audit",
    measures.OpenConsole: "console",
    measures.CloseConsole: "console-end",
    measures.BanCommunity: "ban-community",
    measures.UnbanCommunity: "unban-community",
    measures.SetCeiling: "ceiling",
    measures.ClearAll: "clear-all",
    measures.ShowServers: "servers",
    measures.DrainServer: "server-drain",
    measures.ResumeServer: "server-resume",
    measures.ShowCommunities: "communities",
}
"""What each measure is called in the audit: stable, for scripts rely on it."""


class Outcome(StrEnum):
    """What became of it."""

    DONE = "done"
    TRIED = "tried"  #: refused: they may not, or it cannot be done
    AUTOMATIC = "automatic"  #: nobody did it: a ban or a blocklist held


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who did something, as their platform vouched for them then."""

    platform: str
    id: str
    name: str


WHOM = "name"
"""The detail that holds the name of whoever something was done to, as they were called then."""

_LONGEST = 500
"""Characters of anything that somebody gave."""

_ID = re.compile("([0-9]{1,20})-([0-9]{1,20})")
_NO_ID = 2**64
"""What neither part of an id comes to."""

RULES = Author(platform="fairbrush", id="rules", name="Fairbrush")
"""Whoever did nothing themselves: what was said before held."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One thing that was done, or tried."""

    author: Author
    measure: str  #: a value of NAMES; of what happened by itself, the code of the refusal
    tenant: Tenant | None  #: in which; None: everywhere
    user: str | None = None  #: to whom, as the book of that tenant calls them
    outcome: Outcome = Outcome.DONE
    why: str = ""
    details: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    id: str = ""  #: the store sets it: the later, the greater
    at_ms: int = 0  #: the store's clock sets it


def author_of(actor: Actor) -> Author:
    """Return what is kept of somebody who does something."""
    return Author(platform=actor.platform, id=actor.id, name=actor.name)


def entry_of(actor: Actor, measure: Measure, tenant: Tenant | None) -> AuditEntry:
    """Return what is written down of something that somebody does; what they only try out is not repeated."""
    said = {each.name: getattr(measure, each.name) for each in fields(measure)}
    user = said.pop("user", None)
    if called := said.pop("called", ""):
        said[WHOM] = called
    why = said.pop("reason", None) or said.pop("message", None) or ""
    if isinstance(measure, measures.TestText):
        said.clear()
    told = {name: _written(value) for name, value in said.items() if value not in (None, "")}
    return AuditEntry(
        author=author_of(actor),
        measure=NAMES[type(measure)],
        tenant=tenant,
        user=user and user[:_LONGEST],
        why=why[:_LONGEST],
        details=told,
    )


def is_id(text: str) -> bool:
    """Tell whether a text can be the id of an entry: moment and number, as the store counts them."""
    parts = _ID.fullmatch(text)
    return parts is not None and 0 < int(parts[1]) < _NO_ID and int(parts[2]) < _NO_ID


def is_about(entry: AuditEntry, tenant: Tenant | None, user: str) -> bool:
    """Tell whether somebody did it or it was done to them; `user` as the book of that tenant calls them."""
    by = _named(entry.author.platform, entry.author.id)
    to = _named(entry.tenant.platform, entry.user) if entry.tenant and entry.user else entry.user
    whom = _named(tenant.platform, user) if tenant else user
    return whom in (by, to)


def _named(platform: str, user: str) -> str:
    return f"{platform}/{user}"


def _written(value: object) -> str:
    words = (
        quotas_words(value) if isinstance(value, tuple) else f"{value:g}" if isinstance(value, float) else str(value)
    )
    return words[:_LONGEST]


def as_data(entry: AuditEntry) -> dict[str, object]:
    """Return an entry for a script: one line of the export; times are UTC."""
    return {
        "id": entry.id,
        "at": instant(entry.at_ms),
        "measure": entry.measure,
        "outcome": entry.outcome.value,
        "author": {"platform": entry.author.platform, "id": entry.author.id, "name": entry.author.name},
        "platform": entry.tenant.platform if entry.tenant else None,
        "community": entry.tenant.id if entry.tenant else None,
        "user": entry.user,
        "why": entry.why,
        "details": dict(entry.details),
    }
