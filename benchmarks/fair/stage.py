"""Plays a scene in every way, and tells of each what it gave to whom."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from benchmarks.fair.fluid import Fluid
from benchmarks.fair.playing import Play
from benchmarks.fair.recount import Course, Gap, Recount, gaps, jain, waits_s
from benchmarks.fair.scene import Scene
from benchmarks.fair.scripts import real_scripts
from benchmarks.fair.turns import PLAIN, Model
from benchmarks.report import percentile
from bot.shares import ONE

OURS, IDEAL = "Fairbrush", "the fluid ideal"
AT_THE_END = 10**9
NEARLY_ALWAYS = 0.99
HOUR_MS = 3_600_000


@dataclass(slots=True, kw_only=True)
class Told:
    """A play, recounted."""

    play: Play
    recount: Recount
    users: list[Gap] = field(default_factory=list)  #: users of one tenant
    tenants: list[Gap] = field(default_factory=list)

    @property
    def waits_s(self) -> list[float]:
        """Return the waits of the light users' jobs."""
        return waits_s(self.play, self.play.scene.light)

    @property
    def jobs_per_hour(self) -> float:
        """Return how many jobs ended, by the hour."""
        ended = sum(run.ends_ms <= self.play.now_ms for run in self.play.runs.values())
        return ended * HOUR_MS / self.play.now_ms

    @property
    def jain(self) -> float | None:
        """Return the worse of Jain's indices among the users of a tenant, and among tenants, who always had jobs."""
        always = [[course for _, course in group if self._always(course)] for group in groups(self.recount)]
        end = (self.play.now_ms, AT_THE_END)
        return min((jain(course.at(end) for course in group) for group in always if len(group) > 1), default=None)

    def _always(self, course: Course) -> bool:
        return sum(end[0] - start[0] for start, end in course.spans) >= NEARLY_ALWAYS * self.play.now_ms

    def row(self, way: str) -> dict[str, str]:
        """Return a line of the table."""
        waits, even = self.waits_s, self.jain
        return {
            "scene": self.play.scene.name,
            "whose turn": way,
            "wait p50": f"{percentile(waits, 50):.0f} s" if waits else "–",
            "p99": f"{percentile(waits, 99):.0f} s" if waits else "–",
            "Jain": "–" if even is None else f"{even:.4f}",
            "users' gap/bound": _shown(self.users),
            "tenants'": _shown(self.tenants),
            "jobs/h": f"{self.jobs_per_hour:.0f}",
        }


@dataclass(slots=True, kw_only=True)
class Staged:
    """A scene, played in every way."""

    scene: Scene
    ways: dict[str, Told] = field(default_factory=dict)
    ideal: Fluid
    same: bool  #: whether the scripts did exactly what the model did
    deepest_s: float  #: how far before the clock a refund brought anybody

    @property
    def ours(self) -> Told:
        """Return what the real scripts made of it."""
        return self.ways[OURS]

    def rows(self) -> Iterator[dict[str, str]]:
        """Return its lines of the table."""
        for way, told in self.ways.items():
            yield told.row(way)
        yield _ideal_row(self.ideal)


async def stage(scene: Scene, url: str, *, plain: bool = True) -> Staged:
    """Play a scene in every way; without the plain ones where they do as in another scene."""
    ways = {name: recounted(await Play(scene, turns(scene)).go()) for name, turns in PLAIN.items()} if plain else {}
    model = Model(scene)
    expected = await Play(scene, model).go()
    async with real_scripts(url, scene) as turns:
        ways[OURS] = recounted(await Play(scene, turns).go())
    same = ways[OURS].play.runs == expected.runs
    return Staged(scene=scene, ways=ways, ideal=Fluid(scene).flow(), same=same, deepest_s=model.deepest_us / 1_000_000)


def recounted(play: Play) -> Told:
    """Recount a play."""
    recount = Recount(play).count()
    slack_ms = play.scene.policy.slack_ms
    *users, tenants = ([*gaps(group, slack_ms)] for group in groups(recount))
    return Told(play=play, recount=recount, users=[gap for group in users for gap in group], tenants=tenants)


def groups(recount: Recount) -> list[list[tuple[str, Course]]]:
    """Return who is compared with whom: the users of each tenant, and last the tenants."""
    users: dict[str, list[tuple[str, Course]]] = {}
    for (tenant, user), course in recount.users.items():
        users.setdefault(tenant, []).append((user, course))
    return [*users.values(), [*recount.tenants.items()]]


def _shown(found: list[Gap]) -> str:
    if not found:
        return "–"
    worst = max(found, key=lambda gap: gap.gap_s / gap.bound_s)
    return f"{worst.gap_s:.0f}/{worst.bound_s:.0f} s" if worst.bound_s < HOUR_MS / ONE else f"{worst.gap_s:.0f} s"


def _ideal_row(ideal: Fluid) -> dict[str, str]:
    scene = ideal.scene
    waits = [
        max(0.0, ideal.ended_ms.get(work.name, ideal.now_ms) - work.at_ms - work.size_ms / ideal.fastest) / 1000
        for work in scene.works
        if work.who in scene.light
    ]
    return {
        "scene": scene.name,
        "whose turn": IDEAL,
        "wait p50": f"{percentile(waits, 50):.0f} s" if waits else "–",
        "p99": f"{percentile(waits, 99):.0f} s" if waits else "–",
        "Jain": "1",
        "users' gap/bound": "0",
        "tenants'": "0",
        "jobs/h": f"{ideal.jobs * HOUR_MS / ideal.now_ms:.0f}",
    }
