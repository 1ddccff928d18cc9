"""`fairbrush check` and `fairbrush workflows check`: what is wrong, and what a GPU lacks, before anybody notices."""

import asyncio
from collections.abc import Iterator

import typer

from bot.cli.check_servers import server_findings
from bot.cli.check_settings import settings_findings
from bot.cli.check_store import store_findings
from bot.cli.findings import Finding
from bot.cli.service import state_folder
from bot.cli.setting_up import load_settings, open_catalog, settings_path
from bot.cli.terminal import DONE, WRONG, say_json, say_table
from bot.settings import Settings
from workflows.catalog import Catalog


def check(*, comfyui: str | None, as_json: bool) -> None:
    """Check everything that can be checked without painting."""
    settings = load_settings()
    catalog = open_catalog(settings)
    findings = [_settings_finding(), *settings_findings(settings, catalog), *_catalog_findings(catalog)]
    findings += [*_discord_findings(settings, catalog), *_slack_findings(settings)]
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
    return asyncio.run(server_findings(settings, catalog, comfyui, state_folder(settings.state_dir)))


def _discord_findings(settings: Settings, catalog: Catalog) -> list[Finding]:
    # Here, for Discord's library takes half a second: `workflows check` does without.
    from bot.cli.check_discord import discord_findings

    return discord_findings(settings, catalog)


def _slack_findings(settings: Settings) -> list[Finding]:
    from bot.cli.check_slack import slack_findings  # here for the same reason

    return slack_findings(settings)


def _conclude(findings: list[Finding], as_json: bool) -> None:
    if as_json:
        say_json([_plain(each) for each in findings])
    else:
        say_table(("ok" if each.exit_code == DONE else "!!", each.subject, each.text) for each in findings)
    raise typer.Exit(max(each.exit_code for each in findings))


def _plain(finding: Finding) -> dict[str, object]:
    plain: dict[str, object] = {"subject": finding.subject, "ok": finding.exit_code == DONE, "text": finding.text}
    return {**plain, "server": dict(finding.detail)} if finding.detail else plain
