"""What is looked at: a section of the console, as its address says it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from urllib.parse import urlencode

from adapters.web.console.visits import spelled
from bot.jobs import Tenant
from bot.policy.audit import is_id

LONGEST = 200
"""Characters of anything that an address says."""


class Section(StrEnum):
    """The console's parts, in their order."""

    NOW = "now"
    USE = "use"
    PEOPLE = "people"
    REPORTS = "reports"
    REVIEW = "review"
    BLOCKLIST = "blocklist"
    AUDIT = "audit"


REFRESHED_S: Mapping[Section, float] = {
    Section.NOW: 1.0,
    Section.USE: 20.0,
    Section.PEOPLE: 5.0,
    Section.REPORTS: 5.0,
    Section.REVIEW: 3.0,
    Section.BLOCKLIST: 5.0,
    Section.AUDIT: 5.0,
}
"""How old what is shown may be: asked once in so long for all who look at it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A section of a community, or with None of all of them."""

    section: Section
    tenant: Tenant | None
    days: int = 1  #: of use
    user: str = ""  #: the audit of one alone
    before: str = ""  #: the audit's older entries
    names: Mapping[Tenant, str] = field(default_factory=dict, compare=False)  #: of communities, where they are known

    @property
    def address(self) -> str:
        """Return where it is."""
        return f"/console/{self.section}{_query(self)}"

    @property
    def live(self) -> str:
        """Return where its changes are told."""
        return f"/console/live/{self.section}{_query(self)}"

    def at(self, section: Section) -> "Look":
        """Return another section of the same community."""
        return Look(section=section, tenant=self.tenant)

    @property
    def people(self) -> "Look":
        """Return the people of the same community."""
        return self.at(Section.PEOPLE)

    def with_days(self, days: int) -> "Look":
        """Return the same of so many days."""
        return replace(self, days=days)

    def naming(self, names: Mapping[Tenant, str]) -> "Look":
        """Return the same, with what communities are called."""
        return replace(self, names=names)

    def older(self, before: str) -> "Look":
        """Return the entries before one."""
        return replace(self, before=before)


def look_of(section: str, tenant: Tenant | None, query: Mapping[str, str]) -> Look:
    """Read an address; raises ValueError where there is no such section."""
    return Look(
        section=Section(section),
        tenant=tenant,
        days=7 if query.get("days") == "7" else 1,
        user=query.get("user", "").strip()[:LONGEST],
        before=before if is_id(before := query.get("before", "")) else "",
    )


def _query(look: Look) -> str:
    said = {
        "in": spelled(look.tenant),
        "days": str(look.days) if look.days != 1 else "",
        "user": look.user,
        "before": look.before,
    }
    said = {name: value for name, value in said.items() if value}
    return f"?{urlencode(said)}" if said else ""
