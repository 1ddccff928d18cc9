"""What measures are called in a chat, and what is said with each: one table for text, forms and help. Plain data.

`ban @user 2d spam` is the verb `ban` with its fields in order. A field that is only named is said as `deed:replace`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.policy import measures
from bot.policy.measures import RIGHTS, Measure, Rank

NOW = "now"
"""The field of what cannot be taken back: whoever says it means it."""


class Kind(StrEnum):
    """How the text of a field is read."""

    USER = "user"  #: an id; a platform shows people to choose from
    DURATION = "duration"  #: 2d
    QUOTAS = "quotas"  #: 600s/day 40 pictures/day
    AMOUNT = "amount"  #: 20 pictures 600s
    WORKFLOW = "workflow"
    TIER = "tier"
    JOB = "job"
    WORD = "word"
    CHOICE = "choice"
    WEIGHT = "weight"
    WORDS = "words"  #: all that is left


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing that is said with a verb."""

    name: str
    kind: Kind
    help: str
    example: str
    is_required: bool = True
    is_named: bool = False  #: said as `name:value` only
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """How one measure is asked for."""

    name: str  #: one word, or two: a group and its verb
    measure: type[Measure]
    help: str
    fields: tuple[Field, ...] = ()
    is_final: bool = False  #: it cannot be taken back
    is_grave: bool = False  #: whoever is about to do it is warned
    is_of_community: bool = False  #: a community's own business, which everywhere has none of
    is_for_chats: bool = False  #: the console has it in sections of its own, or is what it leads to

    @property
    def rank(self) -> Rank:
        """Return what it takes to ask for it."""
        return RIGHTS[self.measure]

    @property
    def is_asked_back(self) -> bool:
        """Whether in a chat it is done only once somebody says that they mean it."""
        return any(each.name == NOW for each in self.fields)

    @property
    def usage(self) -> str:
        """Return how it is written."""
        shown = ((f"{each.name}:{each.example}" if each.is_named else each.example, each) for each in self.fields)
        return " ".join([self.name, *(text if each.is_required else f"[{text}]" for text, each in shown)])


_USER = Field(name="user", kind=Kind.USER, help="Who.", example="@user")
_ONE = Field(name="user", kind=Kind.USER, help="Of one alone.", example="@user", is_required=False)
_FOR = Field(name="for", kind=Kind.DURATION, help="For how long; otherwise for good.", example="2d", is_required=False)
_REASON = Field(name="reason", kind=Kind.WORDS, help="Why, as they read it.", example="why", is_required=False)
_WORKFLOW = Field(
    name="workflow", kind=Kind.WORKFLOW, help="Which one; otherwise all.", example="workflow", is_required=False
)
_SERVER = Field(name="gpu", kind=Kind.WORD, help="Which one, as servers shows it.", example="gpu1")
_NOW = Field(
    name=NOW,
    kind=Kind.CHOICE,
    help="It cannot be taken back: it is done once this is said.",
    example=NOW,
    is_required=False,
    choices=(NOW,),
)
_TEXT = Field(name="text", kind=Kind.WORDS, help="A word or a phrase.", example="words")
_REVIEWED = Field(name="job", kind=Kind.JOB, help="Its id, as reviews shows it.", example="job")

VERBS: tuple[Verb, ...] = (
    Verb(
        name="show",
        measure=measures.ShowUser,
        is_for_chats=True,
        help="What somebody used and may use.",
        fields=(_USER,),
    ),
    Verb(
        name="quota",
        measure=measures.SetQuota,
        help="How much somebody may use; none is no limit, tier what their tier has.",
        fields=(
            _USER,
            Field(name="quotas", kind=Kind.QUOTAS, help="How much.", example="600s/day 40 pictures/day"),
        ),
    ),
    Verb(
        name="grant",
        measure=measures.GrantMore,
        help="More for somebody in each period of their quota, for a while; none takes it back.",
        fields=(
            _USER,
            Field(name="amount", kind=Kind.AMOUNT, help="How much more; none takes it back.", example="20 pictures"),
            Field(
                name="for",
                kind=Kind.DURATION,
                help="For how long; left out with none alone.",
                example="1d",
                is_required=False,
            ),
        ),
    ),
    Verb(
        name="reset",
        measure=measures.ResetUsage,
        is_grave=True,
        is_final=True,
        help="What somebody used counts no longer.",
        fields=(_USER,),
    ),
    Verb(
        name="tier",
        measure=measures.SetTier,
        help="Put somebody into a tier; none is by their roles again.",
        fields=(_USER, Field(name="tier", kind=Kind.TIER, help="Which one.", example="tier")),
    ),
    Verb(
        name="ban",
        measure=measures.BanUser,
        is_grave=True,
        help="Somebody may not ask; what they have waiting is cancelled.",
        fields=(_USER, _FOR, _REASON),
    ),
    Verb(name="unban", measure=measures.Unban, help="They may again.", fields=(_USER,)),
    Verb(
        name="clear",
        measure=measures.ClearQueue,
        is_grave=True,
        is_final=True,
        help="Cancel all that somebody has in the queue.",
        fields=(_USER,),
    ),
    Verb(
        name="purge",
        measure=measures.Purge,
        is_grave=True,
        is_final=True,
        help="Delete somebody's messages and files of the last hours.",
        fields=(
            _USER,
            Field(name="last", kind=Kind.DURATION, help="Of how long.", example="24h"),
            _NOW,
        ),
    ),
    Verb(
        name="clear-all",
        measure=measures.ClearAll,
        is_grave=True,
        is_final=True,
        help="Cancel all that waits or runs here, of everybody.",
        fields=(_NOW,),
    ),
    Verb(
        name="cancel",
        measure=measures.CancelJob,
        is_grave=True,
        is_final=True,
        help="Stop a job.",
        fields=(Field(name="job", kind=Kind.JOB, help="Its id, as recent shows it.", example="job"),),
    ),
    Verb(
        name="pause",
        measure=measures.PauseWork,
        help="Nothing new is taken, of one workflow or of all.",
        fields=(
            _WORKFLOW,
            Field(name="message", kind=Kind.WORDS, help="What people read.", example="why", is_required=False),
        ),
    ),
    Verb(name="resume", measure=measures.ResumeWork, help="It goes on.", fields=(_WORKFLOW,)),
    Verb(
        name="blocklist add",
        measure=measures.AddPattern,
        help="What texts may not have.",
        fields=(
            _TEXT,
            Field(
                name="deed",
                kind=Kind.CHOICE,
                help="What becomes of a text that has it.",
                example="flag",
                is_required=False,
                is_named=True,
                choices=("block", "replace", "flag"),
            ),
            Field(
                name="with",
                kind=Kind.WORD,
                help="What it is replaced by.",
                example="word",
                is_required=False,
                is_named=True,
            ),
            Field(
                name="reading",
                kind=Kind.CHOICE,
                help="As words, or as a regular expression.",
                example="expression",
                is_required=False,
                is_named=True,
                choices=("words", "expression"),
            ),
        ),
    ),
    Verb(name="blocklist remove", measure=measures.RemovePattern, help="Take something off it.", fields=(_TEXT,)),
    Verb(name="blocklist list", measure=measures.ShowPatterns, help="What is on it."),
    Verb(
        name="blocklist test",
        measure=measures.TestText,
        help="Would this prompt pass?",
        fields=(Field(name="text", kind=Kind.WORDS, help="A prompt.", example="prompt"),),
    ),
    Verb(
        name="zone",
        measure=measures.SetZone,
        is_of_community=True,
        help="Where this community's days begin.",
        fields=(Field(name="name", kind=Kind.WORD, help="A time zone.", example="Europe/Berlin"),),
    ),
    Verb(
        name="recent",
        measure=measures.ShowRecent,
        is_for_chats=True,
        help="The latest jobs, with their prompts.",
        fields=(_ONE,),
    ),
    Verb(name="reports", measure=measures.ShowReports, is_for_chats=True, help="What members reported."),
    Verb(
        name="reviews", measure=measures.ShowReviews, is_for_chats=True, help="What waits for you to look at it first."
    ),
    Verb(name="pass", measure=measures.PassJob, help="Everybody may see what a job made.", fields=(_REVIEWED,)),
    Verb(
        name="reject",
        measure=measures.RejectJob,
        is_grave=True,
        is_final=True,
        help="Nobody sees what a job made, and it is deleted.",
        fields=(
            _REVIEWED,
            Field(name="reason", kind=Kind.WORDS, help="Why, as whoever asked reads it.", example="why"),
        ),
    ),
    Verb(
        name="audit",
        measure=measures.ShowAudit,
        is_for_chats=True,
        help="Who did what to whom, when and why.",
        fields=(_ONE,),
    ),
    Verb(
        name="console",
        measure=measures.OpenConsole,
        is_for_chats=True,
        help="A link to the console, for you alone; it works once, for five minutes.",
    ),
    Verb(name="servers", measure=measures.ShowServers, is_for_chats=True, help="How each GPU is, and what it runs."),
    Verb(
        name="server drain",
        measure=measures.DrainServer,
        help="A GPU finishes what it has, and takes nothing new.",
        fields=(_SERVER,),
    ),
    Verb(
        name="server resume",
        measure=measures.ResumeServer,
        help="A GPU that was drained goes back to work.",
        fields=(_SERVER,),
    ),
    Verb(
        name="communities",
        measure=measures.ShowCommunities,
        is_for_chats=True,
        help="Which communities there are, what they have in the queue, and what holds for them.",
    ),
    Verb(
        name="ban-community",
        measure=measures.BanCommunity,
        is_of_community=True,
        is_grave=True,
        help="Nobody here may ask any more.",
        fields=(_FOR, _REASON),
    ),
    Verb(name="unban-community", measure=measures.UnbanCommunity, is_of_community=True, help="They may again."),
    Verb(
        name="ceiling",
        measure=measures.SetCeiling,
        is_of_community=True,
        help="How much of the pool this community gets; without anything, what the settings say.",
        fields=(
            Field(
                name="weight",
                kind=Kind.WEIGHT,
                help="Among communities; 1 is usual.",
                example="0.5",
                is_required=False,
                is_named=True,
            ),
            Field(
                name="quotas",
                kind=Kind.QUOTAS,
                help="Of all members together.",
                example="36000s/day",
                is_required=False,
            ),
        ),
    ),
)

BY_NAME: Mapping[str, Verb] = {verb.name: verb for verb in VERBS}
