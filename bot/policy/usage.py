"""What somebody has used and has left, told before it is reached and when it is. Pure.

People think in pictures, so these come first, and GPU seconds stand in brackets.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from bot.deadlines import spelled
from bot.errors import QueueFull, QuotaReached, SubmissionError
from bot.leases import Counted
from bot.policy.meters import Meter, Take, Unit, Whose
from bot.policy.quotas import Per, Refill
from workflows.numbers import several


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """How one meter stands. Amounts are GPU milliseconds or pictures, as its unit is."""

    meter: Meter
    used: int
    held: int  #: by jobs that wait or run: what they do not use comes back
    returns: tuple[tuple[float, int], ...]  #: in how many seconds how much comes back at the latest, the first first

    @property
    def left(self) -> int:
        """Return what may still be used now."""
        return max(0, self.meter.ceiling - self.used - self.held)

    @property
    def more_s(self) -> float | None:
        """Return in how many seconds more is left at the latest; None: no time brings it.

        What ran longer than foreseen may have used more than there is: what comes back first pays for that.
        """
        over = max(0, self.used + self.held - self.meter.ceiling)
        back = zip(self.returns, accumulate(count for _, count in self.returns), strict=True)
        return next((after_s for (after_s, _), freed in back if freed > over), None)


def usage_of(meters: Sequence[Meter], counted: Mapping[str, Counted], now_ms: int) -> tuple[Usage, ...]:
    """Return how meters stand, by what their counters were found to count."""
    return tuple(_usage(meter, counted.get(meter.counter, Counted()), now_ms) for meter in meters)


def refusal_of_size(meters: Sequence[Meter], take: Take) -> SubmissionError | None:
    """Say which quota a job is too large for even when nothing of it is used; None: for none."""
    for meter in meters:
        if not meter.ceiling:
            return SubmissionError(_NOTHING[meter.whose])
        if take.of(meter.unit) > meter.ceiling:
            wants, has = amount(take.of(meter.unit), meter.unit, take), amount(meter.ceiling, meter.unit, take)
            return SubmissionError(
                f"This takes {wants}, and {_QUOTAS[meter.whose]} is {has} {_each(meter)}: ask for less."
            )
    return None


def explained(full: QueueFull, meters: Sequence[Meter], take: Take) -> QueueFull:
    """Return a refusal of the queue with the words of the quota that it is about; as it is, where it is about none."""
    meter = next((each for each in meters if each.counter == full.counter), None)
    return _reached(meter, take, retry_after_s=full.retry_after_s) if meter else full


def told(usage: Usage, take: Take) -> str:
    """Say how a meter stands, to whoever asks: what is used, reserved and left of it, and when there is more."""
    meter, is_gpu = usage.meter, usage.meter.unit is Unit.GPU_MS
    total, used, held, left = _in_pictures(usage, take)
    of = f"{'about ' if is_gpu else ''}{several(total, 'picture')}"
    reserved = f", {held} reserved for what waits or runs" if usage.held else ""
    seconds = f" ({usage.left / 1000:.0f} of {meter.ceiling / 1000:.0f} GPU seconds)" if is_gpu else ""
    after = "" if usage.more_s is None else f"; more in {spelled(max(1.0, usage.more_s))}"
    return f"{used} of {of} used {_each(meter)}{_SHARED[meter.whose]}{reserved}, {left} left{seconds}{after}"


def quoted(usages: Sequence[Usage], take: Take) -> str:
    """Say what a job takes before it costs anything, and how many such are left after it."""
    takes = f"takes about {several(round(take.gpu_ms / 1000), 'GPU second')}"
    fits = [usage.left // max(1, take.of(usage.meter.unit)) for usage in usages]
    return f"{takes}; room for {several(min(fits), 'such job')}" if fits else takes


def amount(count: int, unit: Unit, take: Take) -> str:
    """Say an amount: in pictures, and GPU time as pictures of the usual kind with its seconds in brackets.

    `take` is what a job of that kind uses.
    """
    if unit is Unit.PICTURES:
        return several(count, "picture")
    return f"about {several(_about(count, take), 'picture')} ({count / 1000:.0f} GPU seconds)"


def _in_pictures(usage: Usage, take: Take) -> tuple[int, int, int, int]:
    """Return all there is, what is used, reserved and left, in whole pictures whose sum is right.

    More is used than the sum says only where more was used than there is.
    """
    ceiling, held = usage.meter.ceiling, max(0, usage.held)
    if usage.meter.unit is Unit.PICTURES:
        return ceiling, max(0, usage.used), held, usage.left
    total, left = _about(ceiling, take), _about(usage.left, take)
    reserved = min(total - left, -_about(-held, take))
    return total, max(total - left - reserved, _about(usage.used, take)), reserved, left


def _about(gpu_ms: int, take: Take) -> int:
    return gpu_ms * max(1, take.pictures) // max(1, take.gpu_ms)


def _usage(meter: Meter, counted: Counted, now_ms: int) -> Usage:
    return Usage(
        meter=meter,
        used=counted.count - counted.held,
        held=counted.held,
        returns=tuple(
            ((each.ends_ms - now_ms) / 1000, each.count) for each in counted.spans if each.ends_ms is not None
        ),
    )


def _reached(meter: Meter, take: Take, *, retry_after_s: float) -> QuotaReached:
    has = amount(meter.ceiling, meter.unit, take)
    sentence = f"{_REACHED[meter.whose]} {has} {_each(meter)}."
    return QuotaReached(sentence, counter=meter.counter, retry_after_s=retry_after_s)


def _each(meter: Meter) -> str:
    if meter.refill is Refill.CALENDAR:
        return f"each {meter.per}"
    return {Per.HOUR: "in any hour", Per.DAY: "in any 24 hours", Per.MONTH: "in any 30 days"}[meter.per]


_QUOTAS = {Whose.MEMBER: "your quota", Whose.PERSON: "your quota", Whose.COMMUNITY: "this community's quota"}
_NOTHING = {
    Whose.MEMBER: "You may paint nothing in this community: your quota is none at all. Its moderators can change that.",
    Whose.PERSON: "You may paint nothing: your quota is none at all. Whoever runs this bot can change that.",
    Whose.COMMUNITY: "Nothing may be painted in this community: its quota is none at all. "
    "Whoever runs this bot can change that.",
}
_REACHED = {
    Whose.MEMBER: "Your quota in this community is used up for now: it is",
    Whose.PERSON: "Your quota in all communities together is used up for now: it is",
    Whose.COMMUNITY: "This community's quota is used up for now: all its members together have",
}
_SHARED = {
    Whose.MEMBER: "",
    Whose.PERSON: ", in all communities together",
    Whose.COMMUNITY: ", for all members together",
}
