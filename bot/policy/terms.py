"""What a tier lets its members ask for: which workflows, how much of each parameter, how often. Pure rules."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bot.errors import NotInTier, QueueFull, TooFast
from bot.jobs import Requester
from bot.leases import Charge, Settlement
from bot.policy.meters import counted_as
from bot.policy.quotas import Quota
from workflows.values import Size, Value, Values


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What holds for the members of a tier. What is None, or not named, has no limit of the tier's."""

    tier: str
    workflows: frozenset[str] | None = None
    most: Mapping[str, float] = field(default_factory=dict)  #: by parameter; of a size: its longer side in pixels
    quotas: tuple[Quota, ...] | None = None  #: None: everybody's
    cooldown_s: int = 0  #: from one job of theirs to the next


def refusal_of_workflow(terms: Terms | None, workflow: str) -> NotInTier | None:
    """Say that a tier does not have a workflow; None when it has."""
    if terms is None or terms.workflows is None or workflow in terms.workflows:
        return None
    known = ", ".join(sorted(terms.workflows)) or "nothing to paint with"
    return NotInTier(f"{workflow} is not for your tier, {terms.tier}. It has {known}.")


def refusal_of_values(terms: Terms | None, values: Values) -> NotInTier | None:
    """Say of all parameters at once where more is asked for than a tier allows; None when it is not."""
    faults = list(_faults(terms, values)) if terms else []
    if not terms or not faults:
        return None
    return NotInTier(f"Your tier, {terms.tier}, takes less: {', '.join(faults)}.")


def cooldowns_of(terms: Terms | None, requester: Requester) -> tuple[Charge, ...]:
    """Return what a job is charged where somebody has to wait between two; one that was free does not count."""
    if terms is None or not terms.cooldown_s:
        return ()
    tenant = requester.tenant
    counter = f"{_COOLDOWN}/{counted_as((tenant.platform, tenant.id, requester.id))}"
    return (Charge(counter=counter, amount=1, ceiling=1, window_s=terms.cooldown_s, settlement=Settlement.KEPT),)


def explained_by_cooldown(full: QueueFull, terms: Terms | None) -> QueueFull:
    """Return a refusal of the queue in the words of a tier's cooldown; as it is, where it is about something else."""
    if terms is None or not full.counter.startswith(f"{_COOLDOWN}/"):
        return full
    sentence = f"Your tier, {terms.tier}, takes one job in {terms.cooldown_s} seconds."
    return TooFast(sentence, counter=full.counter, retry_after_s=full.retry_after_s)


_COOLDOWN = "cooldown"  # no other counter is called so: what quotas count begins with its unit


def _faults(terms: Terms, values: Values) -> Iterator[str]:
    for name, most in terms.most.items():
        asked = _number(values.get(name))
        if asked is not None and asked > most:
            yield f"{name} up to {most:g}, and this is {asked:g}"


def _number(value: Value) -> float | None:
    match value:
        case Size():
            return max(value.width, value.height)
        case bool():
            return None
        case int() | float():
            return value
    return None
