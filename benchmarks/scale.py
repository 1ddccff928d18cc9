"""What the queue's verbs cost the engine as the queue grows: jobs, users, models, lanes; and the memory of a job.

Every queue has an engine of its own, of the kind that comes with Fairbrush, and is filled and driven through the
product's port with typed jobs. Costs are what the engine says of its scripts (INFO commandstats) over batches of one
verb only, 48 calls at once; those of a group are measured by turns, so that whatever else the machine does hits all of
them; shown are medians of the batches. Whatever leaves a queue is followed by as much, so it stays as large as it was.

A server's claim names the model that it took last, as a worker's does. Somebody has jobs with up to three models. Of
several lanes each requirement has some: two of three, four of sixteen. Nobody has a cap on what runs.
"""

from asyncio import TaskGroup
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

from benchmarks.report import arguments, engine_versions, publish, versions
from benchmarks.scale_cells.cell import Cell
from benchmarks.scale_cells.cycle import VERBS, Cycles
from benchmarks.scale_cells.filled import opened
from bot.cli.loops import run

CLAIM_BAR, MODELS_BAR, BYTES_BAR = 1.6, 2.0, 500
WARM_UP = 5
"""Turns: scripts are loaded, and so are models."""

Group = Sequence[Cell]
"""Queues that are measured by turns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What is measured, and what the bars compare."""

    groups: Sequence[Group]
    turns: int
    small: Cell
    large: Cell
    one_model: Cell
    many_models: Cell


def full() -> Program:
    """Vary each axis around a middle, and add the corners."""
    middle = Cell(jobs=100_000, tenants=20, users=50, models=20, lanes=3)
    one_model, many_models = replace(middle, models=1, lanes=1), replace(middle, models=100, lanes=1)
    small, large = Cell(jobs=1_000, tenants=2, users=50), Cell(jobs=1_000_000, tenants=2000, users=50)
    axes = [
        replace(middle, tenants=1, users=1),
        middle,
        replace(middle, tenants=2000),
        one_model,
        replace(middle, lanes=1),
        many_models,
        replace(middle, lanes=16),
    ]
    sizes = [replace(middle, jobs=1_000), replace(middle, jobs=1_000_000)]
    return Program(
        groups=[axes, [*sizes, small, large]],
        turns=60,
        small=small,
        large=large,
        one_model=one_model,
        many_models=many_models,
    )


def quick() -> Program:
    """Compare the same, with a twentieth of the jobs, and of the users of the largest queue."""
    small, large = Cell(jobs=1_000, tenants=2, users=50), Cell(jobs=50_000, tenants=100, users=50)
    many_models = replace(large, models=100)
    return Program(
        groups=[[small, large, many_models]],
        turns=30,
        small=small,
        large=large,
        one_model=large,
        many_models=many_models,
    )


async def measured(group: Group, turns: int) -> dict[Cell, Cycles]:
    """Fill the queues of a group side by side, and measure them by turns."""
    async with AsyncExitStack() as stack:
        queues = [await stack.enter_async_context(opened(cell)) for cell in group]
        async with TaskGroup() as tasks:
            for queue in queues:
                tasks.create_task(queue.fill())
        costs = [Cycles(queue) for queue in queues]
        for number in range(WARM_UP + turns):
            for each in (*costs[number % len(group) :], *costs[: number % len(group)]):
                if number == WARM_UP:
                    each.forget()
                await each.turn()
        for each in costs:
            await each.tend()
        return {each.queue.cell: each for each in costs}


def row_of(cycles: Cycles) -> dict[str, str]:
    """Write the figures of one queue down."""
    queue, cell = cycles.queue, cycles.queue.cell
    return {
        "tenants x users": f"{cell.tenants} x {cell.users}",
        "jobs": f"{cell.jobs:,}",
        "models": str(cell.models),
        "lanes": str(cell.lanes),
        **{f"{verb} us": f"{cycles.median(verb):.0f}" for verb in VERBS},
        "tend us/100 users": f"{cycles.median('tend'):.0f}",
        "bytes/job": f"{queue.bytes:.0f}",
        "without values": f"{queue.bytes - queue.payload:.0f}",
    }


def bars_of(program: Program, costs: Mapping[Cell, Cycles]) -> dict[str, bool]:
    """Judge; queues of which one is compared with the other were measured by turns."""
    large, many = costs[program.large], costs[program.many_models]
    growth = large.median("claim") / costs[program.small].median("claim")
    mixing = many.median("claim") / costs[program.one_model].median("claim")
    weight, users = large.queue.bytes - large.queue.payload, program.large.tenants * program.large.users
    size = f"{program.large.jobs:,} jobs of {users:,} users"
    return {
        f"claim: at {size} {growth:.2f} times that at 1,000 jobs, at most {CLAIM_BAR:g}": growth <= CLAIM_BAR,
        f"claim: one lane, 100 models {mixing:.2f} times one model, at most {MODELS_BAR:g}": mixing <= MODELS_BAR,
        f"memory: at {size} {weight:.0f} bytes a job without values, at most {BYTES_BAR}": weight <= BYTES_BAR,
    }


async def measure(program: Program) -> dict[Cell, Cycles]:
    """Measure one group after another."""
    costs: dict[Cell, Cycles] = {}
    for group in program.groups:
        costs |= await measured(group, program.turns)
    return costs


def main() -> None:
    """Measure, print, and judge."""
    given = arguments("What the queue's verbs cost the engine as the queue grows.")
    program = quick() if given.quick else full()
    costs = run(measure(program))
    rows = [row_of(cycles) for cycles in costs.values()]
    print(f"Where the time goes in the largest queue, {program.large.jobs:,} jobs")
    print(*costs[program.large].dissection(), sep="\n")
    title = f"Engine time by call, medians of {program.turns} batches; memory by job"
    named = engine_versions() | versions("redis", "hiredis", "uvloop")
    publish(title, named, rows, bars_of(program, costs), given.json)


if __name__ == "__main__":
    main()
