"""Measures: everything that a moderator or an operator can do, as plain data; and who may.

Each platform makes one of these of what somebody typed or clicked, and gives it to the bench of moderation, which is
the only way to do anything. A measure that is not in RIGHTS cannot be done by anybody.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from bot.errors import SubmissionError
from bot.ids import fault_of_person, fault_of_platform
from bot.jobs import OF_ONE_PLACE, JobId, Tenant
from bot.policy.quotas import Quota
from bot.policy.rulebook import Deed, Reading, apart


class Rank(IntEnum):
    """How far somebody's word reaches."""

    MEMBER = 0
    MODERATOR = 1  #: inside their own community, and below its ceiling
    OPERATOR = 2  #: everywhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who wants something done, as the platform vouches for them at this moment."""

    id: str  #: as the platform knows them; never a name
    name: str  #: as shown
    platform: str  #: by which they speak; `local` for the command line
    tenant: Tenant | None  #: in which they speak; None: the command line's
    rank: Rank


@dataclass(frozen=True, slots=True, kw_only=True)
class OfUser:
    """A measure about one member."""

    user: str
    called: str = ""  #: their name, where the platform says it or the store knows it: for people to read, no more


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowUser(OfUser):
    """What somebody has used, may use, and whether they are banned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetQuota(OfUser):
    """From now on somebody has these quotas; None: those of their tier again."""

    quotas: tuple[Quota, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantMore(OfUser):
    """Somebody may use so much more, for so long; with nothing of all that, what was granted is taken back."""

    for_s: float | None  #: None: only where it takes back
    gpu_s: int = 0
    pictures: int = 0

    @property
    def takes_back(self) -> bool:
        """Whether it takes back; nothing for a while, or something without an end, is a slip."""
        return self.for_s is None and not (self.gpu_s or self.pictures)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetUsage(OfUser):
    """What somebody has used so far counts no longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTier(OfUser):
    """Somebody is in this tier, whatever their roles; None: by their roles again."""

    tier: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BanUser(OfUser):
    """Somebody may not ask any more; what they have waiting is cancelled."""

    reason: str
    for_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unban(OfUser):
    """They may again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearQueue(OfUser):
    """Cancel all that somebody has waiting or running."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Purge(OfUser):
    """Delete somebody's messages and files of the last hours; what was reported of it is kept as evidence."""

    last_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelJob:
    """Stop any job."""

    job_id: JobId


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseWork:
    """Nothing begins: of one workflow, or of any."""

    message: str
    workflow: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeWork:
    """It goes on."""

    workflow: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddPattern:
    """Put something on the blocklist."""

    text: str
    reading: Reading = Reading.WORDS
    deed: Deed = Deed.BLOCK
    replacement: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovePattern:
    """Take something off it."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowPatterns:
    """What is on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TestText:
    """Would this prompt pass?"""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetZone:
    """Where the community's days begin."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowRecent:
    """The latest jobs, with their prompts; with a user theirs alone."""

    user: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowReports:
    """What members reported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowReviews:
    """What waits for a moderator to look at it first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PassJob:
    """What a job made is shown."""

    job_id: JobId


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectJob:
    """What a job made is shown to nobody, and goes; whoever asked reads why."""

    job_id: JobId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowAudit:
    """Who did what to whom, when and why; with a user what was done by them or to them."""

    user: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearAll:
    """Cancel all that a whole community has waiting or running."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowServers:
    """How each GPU is, why, and what it runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrainServer:
    """A GPU finishes what it has, and takes nothing new."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeServer:
    """A GPU that was drained goes back to work."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowCommunities:
    """Which communities there are, what they have in the queue, and what holds for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenConsole:
    """A link to the console, for whoever asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseConsole:
    """Everybody is signed out of the console, and no link works any more: from the command line alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BanCommunity:
    """A whole community may not ask any more."""

    reason: str
    for_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnbanCommunity:
    """It may again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetCeiling:
    """How much of the pool a community gets, whatever its moderators say; None: as the settings say."""

    weight: int | None = None
    quotas: tuple[Quota, ...] | None = None


Measure = (
    ShowUser | SetQuota | GrantMore | ResetUsage | SetTier | BanUser | Unban | ClearQueue | Purge | CancelJob
    | PauseWork | ResumeWork | AddPattern | RemovePattern | ShowPatterns | TestText | SetZone | ShowRecent | ShowReports
    | ShowReviews | PassJob | RejectJob | ShowAudit | BanCommunity | UnbanCommunity | SetCeiling
    | OpenConsole | CloseConsole
    | ClearAll | ShowServers | DrainServer | ResumeServer | ShowCommunities
)  # fmt: skip

_MODERATOR, _OPERATOR = Rank.MODERATOR, Rank.OPERATOR

RIGHTS: Mapping[type[Measure], Rank] = {
    ShowUser: _MODERATOR,
    SetQuota: _MODERATOR,
    GrantMore: _MODERATOR,
    ResetUsage: _MODERATOR,
    SetTier: _MODERATOR,
    BanUser: _MODERATOR,
    Unban: _MODERATOR,
    ClearQueue: _MODERATOR,
    Purge: _MODERATOR,
    CancelJob: _MODERATOR,
    PauseWork: _MODERATOR,
    ResumeWork: _MODERATOR,
    AddPattern: _MODERATOR,
    RemovePattern: _MODERATOR,
    ShowPatterns: _MODERATOR,
    TestText: _MODERATOR,
    SetZone: _MODERATOR,
    ShowRecent: _MODERATOR,
    ShowReports: _MODERATOR,
    ShowReviews: _MODERATOR,
    PassJob: _MODERATOR,
    RejectJob: _MODERATOR,
    ShowAudit: _MODERATOR,
    OpenConsole: _MODERATOR,
    CloseConsole: _OPERATOR,
    BanCommunity: _OPERATOR,
    UnbanCommunity: _OPERATOR,
    SetCeiling: _OPERATOR,
    ClearAll: _MODERATOR,
    ShowServers: _OPERATOR,
    DrainServer: _OPERATOR,
    ResumeServer: _OPERATOR,
    ShowCommunities: _OPERATOR,
}
"""The rank that each takes. A test walks through all of them from a foreign community and without the rank."""


LONGEST_ID = 200
"""Characters of somebody's id, the platform's name included."""


def whom(measure: Measure) -> str | None:
    """Return whom a measure is about; None: nobody alone."""
    return measure.user if isinstance(measure, OfUser | ShowRecent | ShowAudit) else None


def refusal_of_whom(measure: Measure, tenant: Tenant | None) -> SubmissionError | None:
    """Say why a measure of a community, or of everywhere with None, can mean nobody; None when it can.

    What is done to nobody looks like done, so only ids pass that the platform could have given.
    """
    user = whom(measure)
    if user is None:
        return None
    # A name that was banned before this was asked stands in the book, and may be taken out of it.
    return _refusal_of_name(user, tenant) or (None if isinstance(measure, Unban) else _refusal_of_id(user, tenant))


def _refusal_of_name(user: str, tenant: Tenant | None) -> SubmissionError | None:
    if not user or len(user) > LONGEST_ID or any(sign.isspace() for sign in user):
        return SubmissionError("Say who it is by their id.")
    platform, name = apart(user)
    if tenant is None and not (platform and name):
        return SubmissionError("Everywhere, somebody is named with their platform: discord/80351110224678912.")
    if tenant is None and platform in OF_ONE_PLACE:
        # In another one the same id may be somebody else's, who did nothing.
        return SubmissionError(f"On {platform.title()} somebody is of one workspace: say in which.")
    return None


def _refusal_of_id(user: str, tenant: Tenant | None) -> SubmissionError | None:
    platform, name = (tenant.platform, user) if tenant else apart(user)
    # A community's platform is a front's or was checked; what somebody typed before an id was not.
    fault = (None if tenant else fault_of_platform(platform)) or fault_of_person(platform, name)
    return SubmissionError(f"{fault}.") if fault else None


def may(actor: Actor, measure: Measure, tenant: Tenant | None) -> bool:
    """Tell whether somebody may do something in a community; in all of them at once with None."""
    if actor.rank < RIGHTS[type(measure)]:
        return False
    return actor.rank is Rank.OPERATOR or (tenant is not None and tenant == actor.tenant)
