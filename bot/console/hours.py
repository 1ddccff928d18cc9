"""GPU time by person over time, in steps of an hour or of several. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from bot.console.views import HourlyUsage, UsageLine, UsageView
from bot.inert import NAME, label
from bot.jobs import Tenant

HOUR_MS = 3_600_000
MOST_DAYS = 7
"""Days that are told."""

KEPT_MS = (MOST_DAYS + 1) * 24 * HOUR_MS
"""How long an hour is kept."""

PEOPLE = 8
"""People with a colour of their own: more cannot be told apart; all others are one."""

LISTED = 20
"""People that are listed where there are more than colours: of a crowd nobody used much, and these used most."""


class Span(NamedTuple):
    """Some time in equal steps, the last of which has just begun."""

    since_ms: int
    step_ms: int
    steps: int


def span_of(days: int, now_ms: int) -> Span:
    """Return the last day by the hour, or up to seven days in steps of six hours."""
    step_ms, steps = (HOUR_MS, 24) if days <= 1 else (6 * HOUR_MS, 4 * min(days, MOST_DAYS))
    return Span(since_ms=(now_ms // step_ms - steps + 1) * step_ms, step_ms=step_ms, steps=steps)


def usage_view(hours: Sequence[HourlyUsage], span: Span) -> UsageView:
    """Return who used how much in each step, whoever used most first."""
    people: dict[tuple[Tenant, str], list[HourlyUsage]] = {}
    for each in hours:
        if 0 <= each.hour_ms - span.since_ms < span.steps * span.step_ms:
            people.setdefault((each.tenant, each.user), []).append(each)
    lines = sorted((_line(theirs, span) for theirs in people.values()), key=lambda line: (-line.gpu_ms, line.name))
    rest = lines[PEOPLE:]
    return UsageView(
        since_ms=span.since_ms,
        step_ms=span.step_ms,
        people=tuple(lines[:PEOPLE]),
        following=tuple(lines[PEOPLE:LISTED]),
        others=len(rest),
        others_ms=tuple(sum(line.steps_ms[number] for line in rest) for number in range(span.steps)),
    )


def _line(theirs: Sequence[HourlyUsage], span: Span) -> UsageLine:
    latest = max(theirs, key=lambda each: each.hour_ms)
    steps = _sums([(each.hour_ms, each.gpu_ms) for each in theirs], span)
    return UsageLine(
        user=latest.user,
        name=label(latest.name, NAME),
        tenant=latest.tenant,
        gpu_ms=sum(steps),
        steps_ms=tuple(steps),
    )


def _sums(amounts: Sequence[tuple[int, int]], span: Span) -> list[int]:
    sums = [0] * span.steps
    for at_ms, gpu_ms in amounts:
        sums[(at_ms - span.since_ms) // span.step_ms] += gpu_ms
    return sums
