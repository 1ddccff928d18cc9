"""`fairbrush check` and `fairbrush workflows check`: what is wrong, and what a GPU lacks, before anybody notices."""

import asyncio
from collections.abc import Iterator

import typer

from bot.cli.addresses import Reach, reaches
from bot.cli.check_store import store_findings
from bot.cli.findings import Finding
from bot.cli.service import state_folder
from bot.cli.setting_up import connection, load_settings, open_catalog, settings_path
from bot.cli.terminal import DONE, FAILED, WRONG, say_json, say_table
from bot.errors import ConfigError, FairbrushError
from bot.settings import Settings
from workflows.catalog import Catalog
from workflows.fitness import lacks
from workflows.vocabulary import Vocabulary

_GIB = 1024**3


def check(*, comfyui: str | None, as_json: bool) -> None:
    """Check everything that can be checked without painting."""
    settings = load_settings()
    catalog = open_catalog(settings)
    findings = [_settings_finding(), *_catalog_findings(catalog)]
    findings += store_findings(settings, state_folder(settings.state_dir))
    _conclude([*findings, *_ask_servers(settings, catalog, comfyui)], as_json)


def check_workflows(*, comfyui: str | None, as_json: bool) -> None:
    """Check the workflows, and what the named server lacks for each."""
    settings = load_settings()
    catalog = open_catalog(settings)
    findings = list(_catalog_findings(catalog))
    if comfyui:
        findings += _ask_servers(settings, catalog, comfyui)
    _conclude(findings, as_json)


def _settings_finding() -> Finding:
    path = settings_path()
    return Finding(subject="settings", text=f"{path}, well formed" if path.exists() else "none, so the defaults hold")


def _catalog_findings(catalog: Catalog) -> Iterator[Finding]:
    for name, workflow in catalog.workflows.items():
        yield Finding(subject=f"workflow {name}", text=workflow.manifest.title)
    for fault in catalog.faults:
        yield Finding(subject=f"workflow {fault.workflow}", text=fault.reason, exit_code=WRONG)
    if not catalog.workflows:
        yield Finding(subject="workflows", text="there is not one that can be used", exit_code=WRONG)


def _ask_servers(settings: Settings, catalog: Catalog, comfyui: str | None) -> list[Finding]:
    if not reaches(settings, comfyui):
        return [Finding(subject="GPUs", text="none yet: fairbrush imagine uses the simulator")]
    return asyncio.run(_ask_all(settings, catalog, comfyui))


async def _ask_all(settings: Settings, catalog: Catalog, comfyui: str | None) -> list[Finding]:
    async with asyncio.TaskGroup() as group:
        asked = [
            group.create_task(_ask(settings, name, reach, catalog))
            for name, reach in reaches(settings, comfyui).items()
        ]
    return [finding for task in asked for finding in task.result()]


async def _ask(settings: Settings, name: str, reach: Reach, catalog: Catalog) -> list[Finding]:
    if isinstance(reach, ConfigError):
        return [Finding(subject=name, text=problem, exit_code=WRONG) for problem in reach.problems]
    try:
        async with connection(settings, name, reach) as server:
            system, definitions, vocabulary = (
                await server.facts(),
                await server.definitions(),
                await server.vocabulary() or Vocabulary(),
            )
    except FairbrushError as error:
        return [Finding(subject=name, text=str(error), exit_code=WRONG if error.code == "config" else FAILED)]
    devices = ", ".join(system.devices)
    facts = [
        f"ComfyUI {system.version}" if system.version else "no version told",
        devices,
        f"{system.waiting} in queue",
    ]
    missing = [
        Finding(subject=f"{name}, {workflow.name}", text=sentence, exit_code=FAILED)
        for workflow in catalog.workflows.values()
        for sentence in lacks(workflow, definitions, vocabulary)
    ]
    return [Finding(subject=name, text="; ".join(filter(None, facts))), *missing]


def _conclude(findings: list[Finding], as_json: bool) -> None:
    if as_json:
        say_json([{"subject": each.subject, "ok": each.exit_code == DONE, "text": each.text} for each in findings])
    else:
        say_table(("ok" if each.exit_code == DONE else "!!", each.subject, each.text) for each in findings)
    raise typer.Exit(max(each.exit_code for each in findings))
