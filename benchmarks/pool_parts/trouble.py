"""What happens to servers: every few seconds one is killed, freezes or becomes a zombie, and is revived later."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from time import monotonic

from benchmarks.pool_parts.machines import Machine

KINDS = ("die", "freeze", "zombie")
CURE = {"die": "revive", "freeze": "thaw", "zombie": "revive"}


@dataclass(slots=True, kw_only=True)
class Outage:
    """One server that was not there for a while; times by `time.monotonic`."""

    machine: str
    kind: str
    since: float
    until: float | None = None  #: None: it still is not

    def touches(self, begin: float, end: float, *, at_least_s: float) -> bool:
        """Tell whether it was dead between these times, or frozen for so long at least."""
        until = self.until if self.until is not None else float("inf")
        excused = self.kind != "freeze" or until - self.since >= at_least_s
        return excused and self.since <= end and until >= begin


@dataclass(slots=True, kw_only=True)
class Trouble:
    """Makes trouble until told otherwise: half of the servers are left alone at any time."""

    machines: Sequence[Machine]
    every_s: float
    lasts_s: tuple[float, float]
    seed: int = 1
    most: int | None = None  #: outages; None: as many as there is time for
    outages: list[Outage] = field(default_factory=list)

    async def make(self, stopping: asyncio.Event) -> None:
        """Make trouble, and mend all of it in the end."""
        chance, ill = Random(self.seed), set[str]()
        async with asyncio.TaskGroup() as tasks:
            while not stopping.is_set() and (self.most is None or len(self.outages) < self.most):
                well = [machine for machine in self.machines if machine.name not in ill]
                if len(well) > len(self.machines) // 2:
                    tasks.create_task(self._one(chance.choice(well), chance, ill, stopping))
                await _pause(stopping, self.every_s * chance.uniform(0.5, 1.5))

    async def _one(self, machine: Machine, chance: Random, ill: set[str], stopping: asyncio.Event) -> None:
        # In turn, so that a short play has all of them.
        kind = KINDS[len(self.outages) % len(KINDS)]
        ill.add(machine.name)
        lasts_s = chance.uniform(*self.lasts_s)
        outage = Outage(machine=machine.name, kind=kind, since=monotonic())
        self.outages.append(outage)
        await machine.suffer(kind)
        await _pause(stopping, lasts_s)
        await machine.suffer(CURE[kind])
        outage.until = monotonic()
        ill.discard(machine.name)


async def _pause(stopping: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stopping.wait()
    except TimeoutError:
        return
