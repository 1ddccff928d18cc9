"""The blocks of fairbrush.toml that say what holds for whom: places, tiers, quotas, communities. Each is plain data."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from bot.errors import SubmissionError
from bot.ids import Id, IdKind, Word, fault_of_id
from bot.jobs import DIRECT, OF_ONE_PLACE, Requester, Tenant
from bot.policy.meters import Whose
from bot.policy.periods import zone_name
from bot.policy.places import PlaceRule
from bot.policy.quotas import Per, Quota, Refill
from bot.policy.tiers import GUEST

Cap = Annotated[int, Field(ge=0, le=1_000_000)]
"""How many jobs at most; 0: as many as they like."""

Weight = Annotated[float, Field(ge=0.01, le=100)]

_Platform = Literal["discord", "slack", "web"]
_Amount = Annotated[int, Field(ge=0, le=100_000_000)]
_Most = Annotated[float, Field(gt=0, allow_inf_nan=False)]
_Name = Annotated[str, StringConstraints(min_length=1, max_length=100)]


def _zone(text: str) -> str:
    try:
        return zone_name(text)
    except SubmissionError as error:
        raise ValueError(str(error)) from error


ZoneName = Annotated[str, AfterValidator(_zone)]
"""A time zone of the IANA database."""


class QuotaSettings(BaseModel):
    """How much may be used in a while."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    per: Per
    refill: Refill = Refill.ROLLING
    gpu_s: _Amount | None = None  #: None: no limit
    pictures: _Amount | None = None

    @model_validator(mode="after")
    def _check_amounts(self) -> Self:
        if self.gpu_s is None and self.pictures is None:
            raise ValueError("gpu_s or pictures: say how much")
        return self

    @property
    def quota(self) -> Quota:
        """Return it as plain data."""
        return Quota(per=self.per, refill=self.refill, gpu_s=self.gpu_s, pictures=self.pictures)


Quotas = Annotated[tuple[QuotaSettings, ...], Field(max_length=12)]
"""Two for each while are enough: one that rolls, and one of the calendar."""


def _check_ids(platform: str, ids: Sequence[tuple[IdKind, str]]) -> None:
    for kind, text in ids:
        is_direct = text == DIRECT and kind is IdKind.COMMUNITY
        if not is_direct and (fault := fault_of_id(platform, kind, text)):
            raise ValueError(f"{kind}: {fault}")


class UsualQuotaSettings(QuotaSettings):
    """What everybody has of whom no tier and no community says anything else."""

    whose: Whose


class PlaceSettings(BaseModel):
    """What may be asked in a community, or in one channel of it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    platform: _Platform = "discord"
    community: Id  #: a Discord server's or Slack workspace's id, or `dm`: direct messages of a platform
    channel: Id | None = None  #: None: everywhere in it
    workflows: Annotated[tuple[str, ...], Field(max_length=200)] | None = None  #: None: all of them
    default_workflow: str | None = None  #: None: what holds elsewhere
    adults_only: bool | None = None  #: whether what is for adults may be asked for there
    review: bool | None = None  #: whether a moderator sees what is made here first; None: what holds elsewhere

    @model_validator(mode="after")
    def _check_adults(self) -> Self:
        if self.adults_only is not None and self.platform != "slack":
            who = (
                "Discord's own channels say that" if self.platform == "discord" else "the page shows what is for adults"
            )
            raise ValueError(f"adults_only: is for Slack, where no channel is marked so; {who}")
        return self

    @model_validator(mode="after")
    def _check_ids(self) -> Self:
        named = ((IdKind.COMMUNITY, self.community), (IdKind.CHANNEL, self.channel))
        _check_ids(self.platform, [(kind, text) for kind, text in named if text])
        return self

    @model_validator(mode="after")
    def _check_default(self) -> Self:
        if self.workflows is not None and self.default_workflow not in {None, *self.workflows}:
            raise ValueError(f"default_workflow: {self.default_workflow!r} is none of this place's workflows")
        return self

    @property
    def rule(self) -> PlaceRule:
        """Return it as plain data."""
        return PlaceRule(
            platform=self.platform,
            community=self.community,
            channel=self.channel,
            workflows=self.workflows,
            default_workflow=self.default_workflow,
            adults_only=self.adults_only,
            review=self.review,
        )


class TierSettings(BaseModel):
    """Whom a tier is for, what each of them gets of the queue, and what they may ask for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Word
    platform: _Platform | None = None  #: None: all of them, which is for guests alone
    community: Id | None = None  #: None: everywhere
    roles: Annotated[tuple[Id, ...], Field(max_length=200)] = ()  #: of Discord; user groups of Slack's, or `guest`
    users: Annotated[tuple[Id, ...], Field(max_length=1000)] = ()
    weight: Weight = 1.0
    max_waiting: Cap | None = None  #: of one of them; None: as many as a member
    max_running: Cap | None = None
    workflows: Annotated[tuple[str, ...], Field(max_length=200)] | None = None  #: None: all of them
    max: Annotated[Mapping[_Name, _Most], Field(max_length=100)] | None = None  #: by parameter
    quotas: Quotas | None = None  #: of one of them; None: a member's; none: no limit
    cooldown_s: int = Field(default=0, ge=0, le=86_400)  #: from one job of theirs to the next
    review: bool = False  #: whether a moderator sees what they make first

    @model_validator(mode="after")
    def _check_whom(self) -> Self:
        if not self.roles and not self.users:
            raise ValueError("roles or users: say whom it is for")
        ids = [(IdKind.ROLE, each) for each in self.roles if self.platform or each != GUEST]
        ids += [(IdKind.USER, each) for each in self.users]
        ids += [(IdKind.COMMUNITY, self.community)] if self.community else []
        if ids and self.platform is None:
            raise ValueError(f"platform: say whose id {ids[0][1]} is: discord, slack or web")
        _check_ids(str(self.platform), ids)
        return self


class CommunitySettings(BaseModel):
    """What a community gets, and who moderates it beside whom its platform lets."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    platform: _Platform = "discord"
    community: Id
    weight: Weight = 1.0  #: among communities
    quotas: Quotas | None = None  #: of all its members together; None: as any community; none: no limit
    zone: ZoneName | None = None  #: where its days begin; None: as everywhere
    moderators: Annotated[tuple[Id, ...], Field(max_length=200)] = ()
    moderator_roles: Annotated[tuple[Id, ...], Field(max_length=50)] = ()  #: of Discord; user groups of Slack's

    @model_validator(mode="after")
    def _check_whom(self) -> Self:
        if self.community == DIRECT and (self.moderators or self.moderator_roles):
            raise ValueError("moderators: nobody moderates what is asked in private")
        if GUEST in self.moderator_roles:
            raise ValueError("moderator_roles: guests moderate nothing; name one of them under moderators")
        ids = [(IdKind.COMMUNITY, self.community)]
        ids += [(IdKind.USER, each) for each in self.moderators]
        ids += [(IdKind.ROLE, each) for each in self.moderator_roles]
        _check_ids(self.platform, ids)
        return self

    @property
    def tenant(self) -> Tenant:
        """Return which community it is."""
        return Tenant(platform=self.platform, id=self.community)


class OperatorSettings(BaseModel):
    """People who are operators also where they chat."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    platform: _Platform
    community: Id | None = None  #: of Slack, where the same id is another person's in another workspace
    users: Annotated[tuple[Id, ...], Field(min_length=1, max_length=50)]

    @model_validator(mode="after")
    def _check_whom(self) -> Self:
        if (self.platform in OF_ONE_PLACE) != (self.community is not None):
            needs = "an id there is a person's in one workspace: say which"
            raise ValueError(f"community: {needs if self.community is None else 'they are operators everywhere'}")
        ids = [(IdKind.COMMUNITY, self.community)] if self.community else []
        _check_ids(self.platform, [*ids, *((IdKind.USER, each) for each in self.users)])
        return self

    @property
    def people(self) -> frozenset[tuple[str, ...]]:
        """Return each as they are known in all communities of their platform."""
        tenant = Tenant(platform=self.platform, id=self.community or DIRECT)
        return frozenset(Requester(tenant=tenant, id=each, name="").person for each in self.users)
