"""The rule book: what moderators and operators have said at run time, of one community or of all. Plain data.

It lives in the store and wins over the settings, which are only what a community begins with. Every entry has a key, so
that saying a thing again replaces what was said before, and taking it back is to remove its key.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from bot.jobs import Tenant
from bot.policy.quotas import Quota

MAX_REASON = 300
"""Characters of what a banned or paused person reads."""


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
    """What somebody may use beyond their quota, for a while; a later one is added to what is left in force."""

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

    def ban(self, user: str | None) -> Ban | None:
        """Return the ban of somebody, in force or over; with None that of the whole community."""
        found = self.entries.get(f"ban/{user}" if user else "ban")
        return found if isinstance(found, Ban) else None

    def pause(self, workflow: str | None) -> Pause | None:
        """Return the pause of a workflow; with None that of all of them."""
        found = self.entries.get(f"pause/{workflow}" if workflow else "pause")
        return found if isinstance(found, Pause) else None

    def patterns(self) -> tuple[Pattern, ...]:
        """Return the blocklist, in the order of its keys."""
        return tuple(each for _, each in sorted(self.entries.items()) if isinstance(each, Pattern))
