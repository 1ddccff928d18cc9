"""What Fairbrush adds to ComfyUI: from parsed command to POST /prompt, and from execution_success to the file.

Both clients work on one simulator with zero step time, turn by turn, on one event loop; the simulator notes when a
POST arrives and when it publishes a success, on the clock that both clients read.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import monotonic
from uuid import uuid4

from adapters.comfyui.address import ComfyAddress
from adapters.comfyui.server import ComfyServer
from adapters.simulator.options import SimulatorOptions
from adapters.simulator.server import Simulator
from benchmarks.bare import BareClient
from benchmarks.report import arguments, percentile, publish, versions
from bot.cli.results import Target, write_results
from bot.events import RunEvent
from bot.jobs import JobId
from bot.runs import follow, prepare, submit
from workflows.catalog import LIBRARY, load_catalog
from workflows.command import parse_command, read_values
from workflows.vocabulary import Vocabulary

BAR = 3.0
"""Fairbrush may take so many times the bare client's median."""

WARM_UP = 20
TEXT = "a lighthouse at dusk steps:8 size:64x64 seed:{seed}"


@dataclass(slots=True)
class Samples:
    """Seconds of one client."""

    to_post: list[float] = field(default_factory=list)
    to_file: list[float] = field(default_factory=list)


Turn = Callable[[int], Awaitable[tuple[str, float, float]]]
"""Paints with a seed; returns the prompt id, when it began and when the file was there."""


async def measure(count: int) -> dict[str, Samples]:
    """Let both clients paint `count` pictures, turn by turn."""
    options = SimulatorOptions(step_ms=0, draw=False)
    with TemporaryDirectory() as folder:
        async with Simulator(options) as simulator, ComfyServer("simulator", ComfyAddress.of(simulator.url)) as server:
            vocabulary = await server.vocabulary() or Vocabulary()
            async with BareClient(simulator.url) as bare:
                turns = {
                    "fairbrush": fairbrush_turn(server, vocabulary, Path(folder)),
                    "bare aiohttp": bare_turn(bare, vocabulary, Path(folder)),
                }
                return await interleave(turns, simulator, count)


async def interleave(turns: dict[str, Turn], simulator: Simulator, count: int) -> dict[str, Samples]:
    """Take turns in changing order, so that neither always follows the other; the first ones do not count."""
    samples = {name: Samples() for name in turns}
    order, random = list(turns), Random(1)
    for number in range(count + WARM_UP):
        random.shuffle(order)
        for position, name in enumerate(order):
            prompt_id, began, written = await turns[name](2 * number + position)
            if number >= WARM_UP:
                samples[name].to_post.append(simulator.records.posted_at[prompt_id] - began)
                samples[name].to_file.append(written - simulator.records.succeeded_at[prompt_id])
    return samples


def fairbrush_turn(server: ComfyServer, vocabulary: Vocabulary, folder: Path) -> Turn:
    """Paint by the product's own path."""
    workflow = load_catalog(LIBRARY).workflows["txt2img"]
    target = Target(folder, "fairbrush", ".png")

    async def ignore(_: RunEvent) -> None:
        pass

    async def turn(seed: int) -> tuple[str, float, float]:
        command = parse_command(TEXT.format(seed=seed), workflow, vocabulary)
        began = monotonic()
        values = read_values(command, workflow, vocabulary)
        run = prepare(workflow, values, JobId(uuid4()), 1, {})
        end = await follow(server, await submit(server, run), ignore, deadline_s=30)
        await write_results(server, end.files, target)
        return run.id, began, monotonic()

    return turn


def bare_turn(bare: BareClient, vocabulary: Vocabulary, folder: Path) -> Turn:
    """Paint the same graph with a bare client, which is given it ready-made."""
    workflow = load_catalog(LIBRARY).workflows["txt2img"]
    path = folder / "bare.png"

    async def turn(seed: int) -> tuple[str, float, float]:
        command = parse_command(TEXT.format(seed=seed), workflow, vocabulary)
        graph = workflow.bind(read_values(command, workflow, vocabulary)).wire()
        began = monotonic()
        prompt_id = await bare.paint(graph, path)
        return prompt_id, began, monotonic()

    return turn


def main() -> None:
    """Measure, print, and judge."""
    given = arguments(__doc__ or "")
    samples = asyncio.run(measure(150 if given.quick else 1000))
    rows, bars = [], {}
    for title, kind in (("parsed command to POST /prompt", "to_post"), ("execution_success to the file", "to_file")):
        medians = {name: percentile(getattr(each, kind), 50) for name, each in samples.items()}
        for name, each in samples.items():
            tail = percentile(getattr(each, kind), 99)
            rows.append(
                {"span": title, "client": name, "p50": f"{medians[name] * 1e3:.2f} ms", "p99": f"{tail * 1e3:.2f} ms"}
            )
        ratio = medians["fairbrush"] / medians["bare aiohttp"]
        bars[f"{title}: {ratio:.2f} times the bare client's p50, at most {BAR:g}"] = ratio <= BAR
    named = versions("fairbrush", "aiohttp", "websockets", "pydantic")
    publish("Overhead, simulator with zero step time", named, rows, bars, given.json)


if __name__ == "__main__":
    main()
