"""`fairbrush imagine`: one job from words to files, as named steps."""

import asyncio
import secrets
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from uuid import uuid4

from bot.cli.attachments import attach
from bot.cli.painting import paint, within
from bot.cli.results import Target, target_of, write_results
from bot.cli.setting_up import Opened, load_settings, open_catalog, open_server, pick_workflow
from bot.cli.signals import run_until_terminated
from bot.cli.terminal import note, say, say_json
from bot.events import Succeeded
from bot.jobs import JobId
from bot.runs import prepare
from bot.seeds import with_seeds
from bot.settings import Settings
from workflows.command import named_workflow, parse_command, read_values
from workflows.faults import Fault, InvalidValues
from workflows.options import options_of
from workflows.values import Values, jsonable
from workflows.vocabulary import Vocabulary
from workflows.workflow import Workflow

_OWN_OPTIONS = ("workflow", "comfyui", "out", "json", "help")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """A job that lasts as long as this command: nobody but the person at the terminal waits for it."""

    id: JobId
    workflow: Workflow
    values: Values
    uploads: Mapping[str, bytes]


def imagine(words: list[str], *, workflow: str | None, comfyui: str | None, out: Path | None, as_json: bool) -> None:
    """Paint and write the results; raises what the steps raise."""
    settings = load_settings()
    names = open_catalog(settings).workflows.keys()
    chosen = pick_workflow(settings, workflow or named_workflow(" ".join(words), names))
    target = target_of(out, otherwise=f"{chosen.name}-{secrets.token_hex(4)}")
    run_until_terminated(_imagine(settings, chosen, words, names, comfyui=comfyui, target=target, as_json=as_json))


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
    async with open_server(settings, comfyui) as opened:
        vocabulary = await opened.server.vocabulary() or Vocabulary()
        job = await asyncio.to_thread(_understand, words, workflow, vocabulary, names)
        run = prepare(workflow, job.values, job.id, 1, job.uploads)
        started = time.monotonic()
        end = await paint(opened.server, run, deadline_s=settings.run_deadline_s)
        async with within(settings.run_deadline_s, "The picture was painted, but the GPU took too long to send it."):
            paths = await write_results(opened.server, end.files, target)
        _tell_end(job, end, paths, opened, seconds=time.monotonic() - started, as_json=as_json)


def _understand(words: list[str], workflow: Workflow, vocabulary: Vocabulary, names: Collection[str]) -> _Job:
    _refuse_unknown_options(words, workflow, vocabulary)
    command, uploads = attach(parse_command(" ".join(words), workflow, vocabulary, names), workflow)
    values = read_values(command, workflow, vocabulary)
    return _Job(id=JobId(uuid4()), workflow=workflow, values=with_seeds(workflow, values), uploads=uploads)


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


def _tell_end(job: _Job, end: Succeeded, paths: list[Path], opened: Opened, *, seconds: float, as_json: bool) -> None:
    values = jsonable(job.values)
    if as_json:
        files = [str(path) for path in paths]
        facts = {"server": opened.server.name, "simulated": opened.simulated, "seconds": round(seconds, 3)}
        say_json({"workflow": job.workflow.name, "values": values, "files": files, "texts": end.texts, **facts})
        return
    for line in (*map(str, paths), *end.texts):
        say(line)
    seed = f"seed {values['seed']}, " if "seed" in values else ""
    note(f"{job.workflow.name}, {seed}{seconds:.1f} s.")
    if opened.simulated:
        note("No GPU was named, so the simulator painted it. For a real one: --comfyui http://127.0.0.1:8188")
