"""`fairbrush imagine`: one job from words to files, as named steps."""

import asyncio
import secrets
import signal
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from uuid import uuid4

import typer

from bot.cli.attachments import attach
from bot.cli.display import progress_reports
from bot.cli.results import Target, target_of, write_results
from bot.cli.setting_up import Opened, load_settings, open_catalog, open_server, pick_workflow
from bot.cli.terminal import note, say, say_json
from bot.events import Succeeded
from bot.jobs import JobId, Run
from bot.ports import Server, Stopping
from bot.runs import follow, prepare, stop, submit
from bot.seeds import with_seeds
from bot.settings import Settings
from workflows.command import named_workflow, parse_command, read_values
from workflows.faults import Fault, InvalidValues
from workflows.options import options_of
from workflows.values import Values, jsonable
from workflows.vocabulary import Vocabulary
from workflows.workflow import Workflow

_OWN_OPTIONS = ("workflow", "comfyui", "out", "json", "help")

_STOPPED = {
    Stopping.STOPPED: "Stopped: the GPU no longer works on it.",
    Stopping.TOO_LATE: "Too late to stop: the GPU had already finished.",
    Stopping.UNCONFIRMED: "Asked the GPU to stop, but it has not confirmed it.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    """What is to be painted, checked."""

    workflow: Workflow
    values: Values
    uploads: Mapping[str, bytes]


def imagine(words: list[str], *, workflow: str | None, comfyui: str | None, out: Path | None, as_json: bool) -> None:
    """Paint and write the results; raises what the steps raise."""
    settings = load_settings()
    names = open_catalog(settings).workflows.keys()
    chosen = pick_workflow(settings, workflow or named_workflow(" ".join(words), names))
    target = target_of(out, otherwise=f"{chosen.name}-{secrets.token_hex(4)}")
    try:
        asyncio.run(_imagine(settings, chosen, words, names, comfyui=comfyui, target=target, as_json=as_json))
    except asyncio.CancelledError as terminated:
        raise typer.Exit(128 + signal.SIGTERM) from terminated  # what a shell expects of a terminated command


async def _imagine(
    settings: Settings,
    workflow: Workflow,
    words: list[str],
    names: Collection[str],
    *,
    comfyui: str | None,
    target: Target,
    as_json: bool,
) -> None:
    _stop_on_terminate()
    async with open_server(settings, comfyui) as opened:
        vocabulary = await opened.server.vocabulary() or Vocabulary()
        order = await asyncio.to_thread(_understand, words, workflow, vocabulary, names)
        run = prepare(workflow, order.values, JobId(uuid4()), 1, order.uploads)
        started = time.monotonic()
        end = await _paint(opened.server, run, deadline_s=settings.run_deadline_s)
        paths = await write_results(opened.server, end.files, target)
        _tell_end(order, end, paths, opened, seconds=time.monotonic() - started, as_json=as_json)


def _stop_on_terminate() -> None:
    # A terminated command leaves no run behind on the GPU, just as one that Ctrl-C ended.
    task = asyncio.current_task()
    if task:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)


def _understand(words: list[str], workflow: Workflow, vocabulary: Vocabulary, names: Collection[str]) -> _Order:
    _refuse_unknown_options(words, workflow, vocabulary)
    command, uploads = attach(parse_command(" ".join(words), workflow, vocabulary, names), workflow)
    values = read_values(command, workflow, vocabulary)
    return _Order(workflow=workflow, values=with_seeds(workflow, values), uploads=uploads)


def _refuse_unknown_options(words: list[str], workflow: Workflow, vocabulary: Vocabulary) -> None:
    """Refuse `--cumfyui`: on a command line two dashes are never a word of the prompt."""
    options = options_of(workflow.manifest.parameters, vocabulary)
    faults = []
    for word in words:
        name = word[2:].partition("=")[0].partition(":")[0]
        if not word.startswith("--") or " " in word or options.named(name) or any(options.slips(name)):
            continue
        close = get_close_matches(name, [*_OWN_OPTIONS, *options.by_word], n=1)
        guess = f" Did you mean --{close[0]}?" if close else ""
        faults.append(Fault(parameter=f"--{name}", reason=f"is no option here, nor of {workflow.name}.{guess}"))
    if faults:
        raise InvalidValues(faults)


async def _paint(server: Server, run: Run, *, deadline_s: float) -> Succeeded:
    try:
        with progress_reports() as report:
            handle = await submit(server, run)
            return await follow(server, handle, report, deadline_s=deadline_s)
    except asyncio.CancelledError:
        note("Stopping …")
        note(_STOPPED[await stop(server, run)])
        raise


def _tell_end(
    order: _Order, end: Succeeded, paths: list[Path], opened: Opened, *, seconds: float, as_json: bool
) -> None:
    values = jsonable(order.values)
    if as_json:
        files = [str(path) for path in paths]
        facts = {"server": opened.server.name, "simulated": opened.simulated, "seconds": round(seconds, 3)}
        say_json({"workflow": order.workflow.name, "values": values, "files": files, "texts": end.texts, **facts})
        return
    for line in (*map(str, paths), *end.texts):
        say(line)
    seed = f"seed {values['seed']}, " if "seed" in values else ""
    note(f"{order.workflow.name}, {seed}{seconds:.1f} s.")
    if opened.simulated:
        note("No GPU was named, so the simulator painted it. For a real one: --comfyui http://127.0.0.1:8188")
