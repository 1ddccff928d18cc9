"""Which workflow may be asked for where: pure rules over plain data, the same for every platform."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.errors import SubmissionError
from bot.jobs import DIRECT, Job, Place
from workflows.workflow import Workflow


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRule:
    """What holds in a community, or in one channel of it. What a rule leaves open, the wider one says."""

    platform: str
    community: str
    channel: str | None = None  #: None: all channels of the community
    workflows: tuple[str, ...] | None = None  #: those that may be asked for; None: this rule limits nothing
    default_workflow: str | None = None
    adults_only: bool | None = None  #: for platforms whose channels cannot be marked so
    review: bool | None = None  #: whether a moderator looks at what is made here before anybody else does


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place, as rules see it."""

    place: Place
    adults_only: bool = False  #: whether it may show what is for adults only: a platform has to say so
    thread_of: str | None = None  #: the channel that it is a thread of
    is_direct: bool = False  #: direct messages of a community, which the rules of DIRECT hold for, too


def allowed(rules: Sequence[PlaceRule], spot: Spot) -> tuple[str, ...] | None:
    """Return the workflows that may be asked for there; None when no rule limits them."""
    return next((rule.workflows for rule in _closest(rules, spot) if rule.workflows is not None), None)


def default_of(rules: Sequence[PlaceRule], spot: Spot, otherwise: str) -> str:
    """Return what is painted with when nobody names a workflow: never one that may not be asked for there."""
    usual = next((rule.default_workflow for rule in _closest(rules, spot) if rule.default_workflow), otherwise)
    there = allowed(rules, spot)
    return usual if not there or usual in there else there[0]


def ruled(rules: Sequence[PlaceRule], spot: Spot) -> Spot:
    """Return a spot with what a rule says of it, where its platform does not."""
    said = next((rule.adults_only for rule in _closest(rules, spot) if rule.adults_only is not None), False)
    return replace(spot, adults_only=spot.adults_only or said)


def reviewed(rules: Sequence[PlaceRule], spot: Spot) -> bool:
    """Tell whether a moderator looks first at what is made there."""
    return next((rule.review for rule in _closest(rules, spot) if rule.review is not None), False)


def offered(rules: Sequence[PlaceRule], spot: Spot, workflows: Mapping[str, Workflow]) -> Mapping[str, Workflow]:
    """Return the workflows of a catalog that may be asked for there."""
    return {name: each for name, each in workflows.items() if refusal(rules, spot, each, workflows) is None}


def refusal(
    rules: Sequence[PlaceRule], spot: Spot, workflow: Workflow, workflows: Mapping[str, Workflow]
) -> SubmissionError | None:
    """Say why a workflow may not be asked for there; None when it may."""
    there = allowed(rules, spot)
    if there is not None and workflow.name not in there:
        known = ", ".join(name for name in there if name in workflows) or "nothing to paint with"
        return SubmissionError(f"{workflow.name} is not for this channel. Here there is {known}.")
    if workflow.manifest.nsfw and not ruled(rules, spot).adults_only:
        return SubmissionError(f"{workflow.name} is for adults only: it works in channels that are for adults.")
    return None


def is_for_adults(job: Job, workflows: Mapping[str, Workflow]) -> bool:
    """Tell whether what a job shows is for adults only: it says so, or what it was asked of is marked so today."""
    workflow = workflows.get(job.workflow)
    return job.for_adults or (workflow is not None and workflow.manifest.nsfw)


def refusal_of_sources(spot: Spot, sources: Iterable[Job], workflows: Mapping[str, Workflow]) -> SubmissionError | None:
    """Say why pictures of these jobs may not be begun with there; None when they may."""
    if spot.adults_only or not any(is_for_adults(each, workflows) for each in sources):
        return None
    return SubmissionError(
        "The picture to begin with is for adults only: ask for this in a channel that is for adults."
    )


def _closest(rules: Sequence[PlaceRule], spot: Spot) -> Sequence[PlaceRule]:
    """Return the rules that hold there: of the thread, of its channel, of direct messages, of the community."""
    place = spot.place
    ranks = {place.channel: 0, spot.thread_of or place.channel: 1 if spot.thread_of else 0, None: 2}
    communities = {DIRECT: 0, place.tenant.id: 1} if spot.is_direct else {place.tenant.id: 0}
    here = [
        rule
        for rule in rules
        if rule.platform == place.tenant.platform and rule.community in communities and rule.channel in ranks
    ]
    return sorted(here, key=lambda rule: (ranks[rule.channel], communities[rule.community]))
