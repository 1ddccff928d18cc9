"""Books and people for the tests of rules."""

from bot.jobs import Requester, Tenant
from bot.policy.rulebook import Books, Entry, Rulebook

GUILD = Tenant(platform="discord", id="g")
ALICE = Requester(tenant=GUILD, id="7", name="Alice")
NOW_MS = 1_800_000_000_000
HOUR_MS = 3_600_000


def book(*entries: Entry, tenant: Tenant | None = GUILD) -> Rulebook:
    """Make a rule book."""
    return Rulebook(tenant=tenant, version=1, entries={each.key: each for each in entries})


def books(*community: Entry, everywhere: tuple[Entry, ...] = ()) -> Books:
    """Make the two books that hold for somebody."""
    return Books(everywhere=book(*everywhere, tenant=None), community=book(*community))
