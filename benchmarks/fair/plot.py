"""The pictures of docs/fairness.md. They need matplotlib, which nothing else here does."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType

from benchmarks.fair.playing import Play
from benchmarks.fair.scene import Who
from benchmarks.fair.scenes import HOG, SIZES_MS, SLACKS_MS, UNLIMITED_MS, WEIGHTS
from benchmarks.fair.stage import Staged
from benchmarks.fair.turns import FIRST

VERMILION, BLUE, GREEN, PURPLE, INK, PALE = "#D55E00", "#0072B2", "#009E73", "#AA4499", "#333333", "#BBBBBB"
"""Of Okabe and Ito's palette, which the colour-blind tell apart."""
COLOURS = (GREEN, PURPLE, BLUE, VERMILION)
STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 14,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "figure.facecolor": "white",
}
MINUTE_MS, BIN_MS = 60_000, 90_000


class NoMatplotlib(Exception):
    """The pictures cannot be drawn here; says what to do."""


def draw(staged: Mapping[str, Staged], folder: Path) -> None:
    """Draw all pictures into a folder; raises NoMatplotlib."""
    try:
        import_module("matplotlib").use("Agg")
        plots = import_module("matplotlib.pyplot")
    except ImportError as error:
        raise NoMatplotlib(
            "Pictures need matplotlib: uv run --with matplotlib python -m benchmarks.fairness …"
        ) from error
    plots.rcParams.update(STYLE)
    folder.mkdir(parents=True, exist_ok=True)
    _hog(plots, staged["hog"], folder / "fairness.png")
    _weights(plots, staged["weights"], folder / "fairness-weights.png")
    _slack(plots, {slack: staged[f"slack {slack}"] for slack in SLACKS_MS}, folder / "fairness-slack.png")


def _hog(plots: ModuleType, staged: Staged, path: Path) -> None:
    plays = {"First come, first served": staged.ways[FIRST].play, "Fairbrush": staged.ours.play}
    jobs = sum(work.who == HOG for work in staged.scene.works)
    figure, axes = plots.subplots(2, 2, figsize=(12, 7), sharex=True, sharey="row", height_ratios=(1, 1.25))
    title = f"One member queues {jobs:,} pictures. With Fairbrush, others still wait only seconds."
    figure.suptitle(title, fontsize=17, weight="bold", x=0.02, ha="left")
    end = max(play.now_ms for play in plays.values()) / MINUTE_MS
    for column, (title, play) in enumerate(plays.items()):
        axes[0, column].set_title(title, fontsize=17, loc="left", pad=12)
        _busy(axes[0, column], play)
        _waits(axes[1, column], play)
        axes[1, column].set_xlim(0, end)
        axes[1, column].set_xlabel(f"minutes since the {jobs:,} were queued")
    axes[0, 0].set_ylabel("GPUs at work")
    axes[1, 0].set_ylabel("minutes that each of the\nothers waits for a GPU")
    for row, play in zip(axes.T, plays.values(), strict=True):
        _label(row[0], row[1], play, jobs)
    figure.tight_layout(rect=(0, 0, 1, 0.97), h_pad=1.6, w_pad=2.0)
    figure.savefig(path, dpi=100)
    plots.close(figure)


def _label(busy, waits, play: Play, jobs: int) -> None:  # type: ignore[no-untyped-def]  # matplotlib is not here to be typed
    busy.text(0.4, 0.4, f"the {jobs:,} pictures", color="white", ha="center", weight="bold", transform=busy.transAxes)
    busy.text(1, 1.03, "everybody else", color=BLUE, ha="right", weight="bold", transform=busy.transAxes)
    asked, longest = max(_newcomers(play), key=lambda each: each[1])
    told = f"{longest:.0f} minutes" if longest > 1 else f"{60 * longest:.0f} seconds"
    text, place = f"the longest wait: {told}", (0.03 if longest < 1 else asked / busy.get_xlim()[1] + 0.05)
    height = longest / waits.get_ylim()[1] if longest > 1 else 0.12
    waits.text(place, height, text, color=BLUE, weight="bold", va="center", transform=waits.transAxes)


def _busy(axis, play: Play) -> None:  # type: ignore[no-untyped-def]  # as above
    """Stack who is on the GPUs, a minute and a half at a time."""
    hog, others = _load(play, of_hog=True), _load(play, of_hog=False)
    edges = [minute * BIN_MS / MINUTE_MS for minute in range(len(hog) + 1)]
    axis.stairs(hog, edges, fill=True, color=VERMILION, linewidth=0)
    axis.stairs(
        [one + other for one, other in zip(hog, others, strict=True)], edges, baseline=hog, fill=True, color=BLUE
    )
    axis.set_ylim(0, 4.15)
    axis.set_yticks(range(5))


def _load(play: Play, *, of_hog: bool) -> list[float]:
    load = [0.0] * (-(-play.now_ms // BIN_MS))
    for run in play.runs.values():
        if (run.work.who == HOG) is of_hog:
            for place in range(run.began_ms // BIN_MS, -(-run.ends_ms // BIN_MS)):
                since, until = max(run.began_ms, place * BIN_MS), min(run.ends_ms, (place + 1) * BIN_MS)
                load[place] += (until - since) / BIN_MS
    return load


def _waits(axis, play: Play) -> None:  # type: ignore[no-untyped-def]  # as above
    asked, waits = zip(*_newcomers(play), strict=True)
    axis.scatter(asked, waits, s=16, color=BLUE, alpha=0.75, linewidths=0, clip_on=False, zorder=3)
    axis.grid(axis="y", color="#E6E6E6")


def _newcomers(play: Play) -> list[tuple[float, float]]:
    """Return when each of their pictures was asked for, and how long it waited; minutes."""
    runs = [run for run in play.runs.values() if run.work.who != HOG]
    return [(run.work.at_ms / MINUTE_MS, (run.began_ms - run.work.at_ms) / MINUTE_MS) for run in runs]


def _weights(plots: ModuleType, staged: Staged, path: Path) -> None:
    figure, axis = plots.subplots(figsize=(12, 4.6))
    title = "GPU time follows the weights, whatever a job takes"
    figure.suptitle(title, fontsize=19, weight="bold", x=0.02, ha="left")
    minutes = 20
    for place, (weight, size_ms) in enumerate(zip(WEIGHTS, SIZES_MS, strict=True)):
        who = ("guild", f"user-{place}")
        times, shares = _shares(staged.ours.play, who, minutes)
        due = weight / sum(WEIGHTS)
        axis.axhline(100 * due, color=PALE, linestyle=(0, (4, 3)), linewidth=1.2, zorder=0)
        axis.plot(times, shares, color=COLOURS[place], linewidth=2.2)
        apart = {0: 2.2, 1: -2.2}.get(place, 0.0)
        text = f" weight {weight}, jobs of {size_ms // 1000} s"
        axis.text(minutes, 100 * due + apart, text, color=COLOURS[place], va="center", weight="bold")
    axis.set_xlim(0, minutes)
    axis.set_xticks(range(0, minutes + 1, 5))
    axis.set_ylim(0, 62)
    axis.set_yticks((0, 12.5, 25, 50), ("0", "12.5 %", "25 %", "50 %"))
    axis.set_xlabel("minutes; four users, eight GPUs, everybody always wants more")
    axis.set_ylabel("of the GPU time so far")
    figure.tight_layout(rect=(0, 0, 1, 0.98))
    figure.savefig(path, dpi=100)
    plots.close(figure)


def _shares(play: Play, who: Who, minutes: int) -> tuple[list[float], list[float]]:
    """Return somebody's part of all GPU time that was used so far, every quarter of a minute; percent."""
    times = [quarter / 4 for quarter in range(1, 4 * minutes + 1)]
    used = [_used(play, time * MINUTE_MS) for time in times]
    return times, [100 * each.get(who, 0.0) / sum(each.values()) for each in used]


def _used(play: Play, until_ms: float) -> dict[Who, float]:
    used: dict[Who, float] = {}
    for run in play.runs.values():
        if run.began_ms < until_ms:
            used[run.work.who] = used.get(run.work.who, 0.0) + min(run.ends_ms, until_ms) - run.began_ms
    return used


def _slack(plots: ModuleType, staged: Mapping[int, Staged], path: Path) -> None:
    figure, (speed, fairness) = plots.subplots(1, 2, figsize=(12, 4.8))
    title = "A little slack for loaded models: nearly all of the speed, and waits stay short"
    figure.suptitle(title, fontsize=18, weight="bold", x=0.02, ha="left")
    names = ["any" if slack == UNLIMITED_MS else f"{slack // 1000} s" for slack in staged]
    told = [each.ours for each in staged.values()]
    waits = [max(each.waits_s) / 60 for each in told]
    _bars(speed, names, [each.jobs_per_hour for each in told], "{:.0f}", BLUE)
    speed.set_title("pictures an hour", loc="left", fontsize=15, pad=22)
    _bars(fairness, names, waits, "", VERMILION)
    for place, wait in enumerate(waits):
        text = f"{60 * wait:.0f} s" if wait < 2 else f"{wait:.0f} min"
        fairness.text(place, wait, text, ha="center", va="bottom", fontsize=13)
    fairness.set_title("longest wait of somebody who asks now and then", loc="left", fontsize=15, pad=22)
    for axis in (speed, fairness):
        axis.set_xlabel("slack (a load takes 15 s; 30 s is the default)")
        axis.set_yticks(())
        axis.spines["left"].set_visible(False)
    figure.tight_layout(rect=(0, 0, 1, 0.97), w_pad=3)
    figure.savefig(path, dpi=100)
    plots.close(figure)


def _bars(axis, names: Sequence[str], values: Sequence[float], shown: str, colour: str) -> None:  # type: ignore[no-untyped-def]  # as above
    chosen = SLACKS_MS.index(30_000)
    colours = [colour if place == chosen else colour + "88" for place in range(len(names))]
    axis.bar(range(len(names)), values, color=colours, width=0.7)
    axis.set_xticks(range(len(names)), names)
    for place, value in enumerate(values):
        if shown:
            axis.text(place, value, shown.format(value), ha="center", va="bottom", fontsize=13)
