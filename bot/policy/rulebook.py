"""The rule book: what moderators and operators have said at run time, of one community or of all. Plain data.

It lives in the store and wins over the settings, which are only what a community begins with. Every entry has a key, so
that saying a thing again replaces what was said before, and taking it back is to remove its key.

Two books hold for somebody: the community's, and the operator's one of everywhere. In the first a user is an id of its
platform; in the second `everywhere(…)` names one, for an id alone might be another person's elsewhere.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

from bot.jobs import Requester, Tenant
from bot.policy.quotas import Quota

MAX_REASON = 300
"""Characters of what a banned or paused person reads."""

MAX_ENTRIES = 5_000
"""Entries of one book: every process reads all of a book that changed."""

OPERATORS_ROOM = 100
"""Entries of those that only the operator can add: who fills a book up does not lock the operator out of it."""

NO_ROOM = f"There is no room for more: about {MAX_ENTRIES} things are said of this community already. Take some back."


@dataclass(frozen=True, slots=True, kw_only=True)
class Ban:
    """Somebody may not ask; nor does what they asked before begin."""

    user: str | None  #: None: the whole community
    reason: str  #: which they read
    until_ms: int | None = None  #: the store's clock; None: until somebody takes it back

    @property
    def key(self) -> str:
        """Return what it is known by in its book."""
        return f"ban/{self.user}" if self.user else "ban"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Nothing begins for now."""

    workflow: str | None  #: None: none of them
    message: str  #: which everybody reads who asks

    @property
    def key(self) -> str:
        """Return what it is known by in its book."""
        return f"pause/{self.workflow}" if self.workflow else "pause"


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """Quotas of one person, instead of those of their tier; none: they have no limit."""

    user: str
    quotas: tuple[Quota, ...]

    @property
    def key(self) -> str:
        """Return what it is known by in its book."""
        return f"allowance/{self.user}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """By how much each of somebody's quotas is raised, for a while; a later one is added to what is left in force.

    It is no credit that is used up: ten pictures for a week are ten more each day, where the quota is for a day.
    """

    user: str
    until_ms: int
    gpu_s: int = 0
    pictures: int = 0

    @property
    def key(self) -> str:
        """Return what it is known by in its book."""
        return f"grant/{self.user}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """Somebody is in a tier, whatever their roles."""

    user: str
    tier: str

    @property
    def key(self) -> str:
        """Return what it is known by in its book."""
        return f"tier/{self.user}"


class Reading(StrEnum):
    """How the text of a pattern is read."""

    WORDS = "words"  #: as it stands, as whole words, whatever their case, width, accents and look-alikes
    EXPRESSION = "expression"  #: a regular expression, over the same text made plain


class Deed(StrEnum):
    """What becomes of a text that has it."""

    BLOCK = "block"  #: refused
    REPLACE = "replace"
    FLAG = "flag"  #: taken, and noted for the moderators


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """One thing that texts may not have."""

    text: str
    reading: Reading = Reading.WORDS
    deed: Deed = Deed.BLOCK
    replacement: str = ""

    @property
    def key(self) -> str:
        """Return what it is known by in its book."""
        return f"pattern/{self.reading}/{self.text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """Where a community's days begin."""

    name: str  #: of the IANA time zone database, such as Europe/Berlin

    @property
    def key(self) -> str:
        """Return what it is known by in its book."""
        return "zone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceiling:
    """What the operator gives a community: whatever its moderators allow, it gets no more."""

    weight: int | None = None  #: among communities, in thousandths
    quotas: tuple[Quota, ...] | None = None  #: of all members together

    @property
    def key(self) -> str:
        """Return what it is known by in its book."""
        return "ceiling"


Entry = Ban | Pause | Allowance | Grant | Assignment | Pattern | Zone | Ceiling


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """What holds in a community, or with no tenant everywhere; a snapshot."""

    tenant: Tenant | None
    version: int = 0  #: grows with every change
    entries: Mapping[str, Entry] = field(default_factory=lambda: MappingProxyType({}))
    firm: frozenset[str] = frozenset()  #: keys of what the operator said: no moderator takes it back

    def ban(self, user: str | None) -> Ban | None:
        """Return the ban of somebody, in force or over; with None that of the whole community."""
        found = self.entries.get(f"ban/{user}" if user else "ban")
        return found if isinstance(found, Ban) else None

    def pause(self, workflow: str | None) -> Pause | None:
        """Return the pause of a workflow; with None that of all of them."""
        found = self.entries.get(f"pause/{workflow}" if workflow else "pause")
        return found if isinstance(found, Pause) else None

    def allowance(self, user: str) -> Allowance | None:
        """Return what was said of somebody's quotas."""
        found = self.entries.get(f"allowance/{user}")
        return found if isinstance(found, Allowance) else None

    def grant(self, user: str) -> Grant | None:
        """Return what was granted to somebody, in force or over."""
        found = self.entries.get(f"grant/{user}")
        return found if isinstance(found, Grant) else None

    def assignment(self, user: str) -> Assignment | None:
        """Return the tier that somebody was put into."""
        found = self.entries.get(f"tier/{user}")
        return found if isinstance(found, Assignment) else None

    @property
    def zone(self) -> Zone | None:
        """Return where the community's days begin, if it was said."""
        found = self.entries.get("zone")
        return found if isinstance(found, Zone) else None

    @property
    def ceiling(self) -> Ceiling | None:
        """Return what the operator gives the community, if it was said."""
        found = self.entries.get("ceiling")
        return found if isinstance(found, Ceiling) else None

    def patterns(self) -> tuple[Pattern, ...]:
        """Return the blocklist, in the order of its keys."""
        return tuple(each for _, each in sorted(self.entries.items()) if isinstance(each, Pattern))

    def has_room(self, put: Collection[Entry], drop: Collection[str], *, reserved: int = 0) -> bool:
        """Tell whether there is room for what is put, without what is dropped; what makes no more of it always has.

        So many entries are `reserved` for somebody else.
        """
        entries = {*self.entries.keys() - {*drop}, *(each.key for each in put)}
        return len(entries) <= max(MAX_ENTRIES - reserved, len(self.entries))


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """The two books that hold for somebody."""

    everywhere: Rulebook
    community: Rulebook

    def bans(self, requester: Requester) -> tuple[Ban, ...]:
        """Return the bans that are about somebody, in force or over; the widest first."""
        found = (
            self.everywhere.ban(everywhere(requester)),
            self.community.ban(None),
            self.community.ban(requester.id),
        )
        return tuple(each for each in found if each)

    def pauses(self, workflow: str) -> tuple[Pause, ...]:
        """Return the pauses that are about a workflow; the widest first."""
        each = ((book, name) for name in (None, workflow) for book in (self.everywhere, self.community))
        return tuple(found for book, name in each if (found := book.pause(name)))

    def patterns(self) -> tuple[Pattern, ...]:
        """Return both blocklists; of a pattern that is on both, the operator's word holds."""
        keyed = {each.key: each for each in (*self.community.patterns(), *self.everywhere.patterns())}
        return tuple(keyed.values())


def everywhere(requester: Requester) -> str:
    """Return what a person is called in the book of everywhere; on Slack with the workspace, whose id it is."""
    return "/".join(requester.person)


def apart(name: str) -> tuple[str, str]:
    """Return platform and id of somebody by what the book of everywhere calls them."""
    platform, _, user = name.partition("/")
    return platform, user


def added(grant: Grant, before: Grant | None, now_ms: int) -> Grant:
    """Return a grant with what is left in force of the one before: both amounts, until the later end."""
    if before is None or before.until_ms <= now_ms:
        return grant
    return replace(
        grant,
        until_ms=max(grant.until_ms, before.until_ms),
        gpu_s=grant.gpu_s + before.gpu_s,
        pictures=grant.pictures + before.pictures,
    )
