"""What is drawn: bars of the queue and of use over time, as numbers for the templates. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.console.views import UsageLine, UsageView
from workflows.numbers import several

_LEVELS_S = (60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400, 28_800, 43_200, 86_400, 172_800, 432_000)
"""Where the scale of a chart may end: what is easily halved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A part of a bar, in parts of a hundred from its foot."""

    hue: int  #: -1: everybody else
    name: str
    y: float
    height: float
    gpu_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One step of time."""

    at_ms: int
    gpu_ms: int
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One of those who are drawn."""

    hue: int
    name: str
    user: str
    gpu_ms: int
    steps_ms: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """One of those who used most."""

    line: UsageLine
    width: float  #: of their bar, to that of whoever used most


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """GPU time over time."""

    bars: tuple[Bar, ...]
    series: tuple[Series, ...]
    ranked: tuple[Ranked, ...]  #: where more are drawn than have a colour of their own; else the legend says it
    unranked: int  #: how many used less than they
    unranked_ms: int
    top_ms: int  #: where the scale ends
    gpu_ms: int

    @property
    def shown(self) -> int:
        """Return how many bars there are."""
        return len(self.bars)


def chart_of(view: UsageView) -> Chart:
    """Return how use is drawn: those who used most each in a colour, the others together."""
    series = tuple(_series(view))
    count = max((len(each.steps_ms) for each in series), default=len(view.others_ms))
    totals = [sum(each.steps_ms[step] for each in series) for step in range(count)]
    top_ms = _top(max(totals, default=0))
    bars = tuple(
        Bar(
            at_ms=view.since_ms + step * view.step_ms,
            gpu_ms=totals[step],
            blocks=tuple(_blocks(series, step, top_ms)),
        )
        for step in range(count)
    )
    listed = (*view.people, *view.following) if view.following else ()
    most_ms = max((each.gpu_ms for each in listed), default=0) or 1
    return Chart(
        bars=bars,
        series=series,
        ranked=tuple(Ranked(line=each, width=each.gpu_ms / most_ms) for each in listed),
        unranked=view.others - len(view.following),
        unranked_ms=sum(view.others_ms) - sum(each.gpu_ms for each in view.following),
        top_ms=top_ms,
        gpu_ms=sum(totals),
    )


def _series(view: UsageView) -> Iterator[Series]:
    for hue, line in enumerate(view.people):
        yield Series(hue=hue, name=line.name, user=line.user, gpu_ms=line.gpu_ms, steps_ms=line.steps_ms)
    if any(view.others_ms):
        yield Series(
            hue=-1, name=several(view.others, "other"), user="", gpu_ms=sum(view.others_ms), steps_ms=view.others_ms
        )


def _blocks(series: Sequence[Series], step: int, top_ms: int) -> Iterator[Block]:
    foot = 100.0
    for each in series:
        height = each.steps_ms[step] / top_ms * 100
        if height:
            foot -= height
            yield Block(hue=each.hue, name=each.name, y=foot, height=height, gpu_ms=each.steps_ms[step])


def _top(most_ms: int) -> int:
    return next((level * 1000 for level in _LEVELS_S if level * 1000 >= most_ms), most_ms)


def part(value: float) -> str:
    """Return a part of one as an attribute of a picture, within it."""
    return f"{min(1.0, max(0.0, value)) * 100:.1f}%"


def percent(value: float) -> str:
    """Return a part of one as people read it."""
    return "under 1 %" if 0 < value < 0.005 else f"{value * 100:.0f} %"
