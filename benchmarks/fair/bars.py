"""What has to hold, each as a sentence and whether it does."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from benchmarks.fair.playing import Play, What
from benchmarks.fair.recount import Gap, waits_s
from benchmarks.fair.scene import Scene, Who
from benchmarks.fair.scenes import HOG_MS, LARGE, LIGHT_MS, LOAD_MS, SMALL, UNLIMITED_MS
from benchmarks.fair.stage import Staged
from benchmarks.report import percentile

KEPT = 0.9
"""Of the jobs an hour that an unlimited slack gives, at a slack of twice the load."""
ROUNDED_S = 0.01


def bars(staged: Mapping[str, Staged]) -> dict[str, bool]:
    """Judge everything that was played; scenes by their function's name."""
    hog, alone = staged["hog"], staged["alone"]
    everything = list(staged.values())
    return dict(
        [
            _newcomers(hog),
            _light(hog, alone),
            _gaps(everything),
            _ahead(everything),
            _refunds(everything),
            _slack(staged, "slack"),
            _slack(staged, "few, slack"),
            _slack(staged, "all at once, slack"),
            _alone(staged["two off"]),
            _halves(staged["equal"]),
            _hundredfold(staged["by users"]),
            _caps(staged["caps"]),
            _idle(everything),
            _same(everything),
        ]
    )


def _newcomers(hog: Staged) -> tuple[str, bool]:
    longest = max(waits_s(hog.ours.play, hog.scene.light, first_only=True))
    return f"behind the hog every newcomer begins within a job's time ({longest:.0f} of {HOG_MS // 1000} s)", (
        longest <= HOG_MS / 1000
    )


def _light(hog: Staged, alone: Staged) -> tuple[str, bool]:
    beside, without = (percentile(each.ours.waits_s, 99) for each in (hog, alone))
    largest = max(HOG_MS, *LIGHT_MS) / 1000
    text = f"light users' p99 ({beside:.0f} s) is at most that without the hog ({without:.0f} s) and one job more"
    return text, beside <= without + largest


def _gaps(staged: Sequence[Staged]) -> tuple[str, bool]:
    broken = [each.scene.name for each in staged if any(gap.gap_s > gap.bound_s + ROUNDED_S for gap in _bounded(each))]
    gap = max((gap for each in staged for gap in _bounded(each)), key=lambda gap: gap.gap_s / gap.bound_s)
    text = f"between any two moments nobody gets more over another than the bound (nearest: {gap.gap_s:.1f} of "
    return f"{text}{gap.bound_s:.1f} s){_but(broken)}", not broken


def _ahead(staged: Sequence[Staged]) -> tuple[str, bool]:
    broken = [
        each.scene.name
        for each in staged
        if any(gap.ahead_s is not None and gap.ahead_s > gap.ahead_bound_s + ROUNDED_S for gap in _bounded(each))
    ]
    return f"since both came, nobody is ahead by more than the larger reach{_but(broken)}", not broken


def _refunds(staged: Sequence[Staged]) -> tuple[str, bool]:
    """Judge a condition of the bound."""
    lost = [each.scene.name for each in staged if each.deepest_s * 1000 >= each.scene.policy.refund_ms]
    deepest = max(staged, key=lambda each: each.deepest_s)
    text = f"no refund is lost: they end {deepest.deepest_s:.0f} s before the clock at the most, and may "
    return f"{text}{deepest.scene.policy.refund_ms // 1000} s{_but(lost)}", not lost


def _bounded(staged: Staged) -> list[Gap]:
    told = staged.ours
    return [] if staged.scene.policy.slack_ms >= UNLIMITED_MS else [*told.users, *told.tenants]


def _slack(staged: Mapping[str, Staged], scenes: str) -> tuple[str, bool]:
    twice, unlimited = (staged[f"{scenes} {slack}"] for slack in (2 * LOAD_MS, UNLIMITED_MS))
    kept = twice.ours.jobs_per_hour / unlimited.ours.jobs_per_hour
    text = f"{twice.scene.name} (twice the load), keeps {kept:.1%} of any slack's jobs an hour (at least {KEPT:.0%})"
    return text, kept >= KEPT


def _alone(staged: Staged) -> tuple[str, bool]:
    """Judge what a refund that ends at the clock would break: the one who fears would get less and less."""
    (gap,) = staged.ours.users
    text = (
        f"two alone, one who hopes and one who fears, are {gap.gap_s:.0f} s apart at most (bound: {gap.bound_s:.0f} s)"
    )
    return text, gap.gap_s <= gap.bound_s + ROUNDED_S


def _halves(staged: Staged) -> tuple[str, bool]:
    large, small = (began_by(staged, tenant) for tenant in ("large", "small"))
    return f"equal guilds get as many jobs, within one each ({large} and {small})", abs(large - small) <= SMALL


def _hundredfold(staged: Staged) -> tuple[str, bool]:
    large, small = (began_by(staged, tenant) for tenant in ("large", "small"))
    text = f"by users the guild of {LARGE} gets a hundredfold, within one job each ({large} and {small})"
    return text, abs(large * SMALL / LARGE - small) <= 1 + SMALL / LARGE


def _caps(staged: Staged) -> tuple[str, bool]:
    most: Counter[Who] = Counter()
    for _, _, running in _moments(staged.ours.play):
        most |= running
    caps = {who: staged.scene.share(who).running.user for who in most}
    return "whoever may run one job at a time never runs two", all(most[who] <= cap for who, cap in caps.items() if cap)


def _idle(staged: Sequence[Staged]) -> tuple[str, bool]:
    idle = [
        each.scene.name for each in staged if any(_wasted(each.scene, *moment) for moment in _moments(each.ours.play))
    ]
    return f"no server is idle while somebody waits who may run{_but(idle)}", not idle


def _wasted(scene: Scene, _: int, waiting: Counter[Who], running: Counter[Who]) -> bool:
    if running.total() == len(scene.gpus):
        return False
    caps = {who: scene.share(who).running.user for who, jobs in waiting.items() if jobs}
    return any(cap is None or running[who] < cap for who, cap in caps.items())


def _moments(play: Play) -> Iterator[tuple[int, Counter[Who], Counter[Who]]]:
    """Return who had how many jobs waiting and running, after all that happened at the same time."""
    waiting: Counter[Who] = Counter()
    running: Counter[Who] = Counter()
    for at_ms, those in groupby(play.happened, key=lambda each: each.at_ms):
        for each in those:
            waiting[each.work.who] += {What.CAME: 1, What.BEGAN: -1}.get(each.what, 0)
            running[each.work.who] += {What.BEGAN: 1, What.ENDED: -1}.get(each.what, 0)
        yield at_ms, waiting, running


def _same(staged: Sequence[Staged]) -> tuple[str, bool]:
    other = [each.scene.name for each in staged if not each.same]
    return f"the scripts do exactly what the model does{_but(other)}", not other


def began_by(staged: Staged, tenant: str) -> int:
    """Return how many jobs of a tenant began."""
    return sum(run.work.who[0] == tenant for run in staged.ours.play.runs.values())


def _but(names: Sequence[str]) -> str:
    return f" (not: {'; '.join(names)})" if names else ""
