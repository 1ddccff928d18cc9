"""The import contracts break when they should: each is planted a violation, in a copy of the house."""

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.unit.house import HOUSE, PACKAGES, pyproject

DIRECTION = "imports point one way"
INDEPENDENCE = "one adapter never imports another"
INSIDE_BOT = "inside bot the command line is outermost"
ONE_PLACE = "each library, and each way out of the process, is imported in one place"
NO_LOOP = "decisions know no event loop"
FILES = "workflows.catalog alone reads files"
SEES = "bot sees the clock, chance, files and the environment only where that is named"
NO_IO = "ComfyUI's protocol is read without I/O"
NO_SLACK = "what Slack is shown, and what it says, is written and read without I/O"

VIOLATIONS = [
    ("workflows/graph.py", "import bot.jobs", DIRECTION),
    ("workflows/graph.py", "import adapters.comfyui.server", DIRECTION),
    ("bot/jobs.py", "import adapters.comfyui.server", DIRECTION),
    ("bot/cli/imagine.py", "from adapters.comfyui.server import ComfyServer", DIRECTION),
    ("adapters/comfyui/server.py", "from adapters.simulator.options import SimulatorOptions", INDEPENDENCE),
    ("adapters/simulator/server.py", "from adapters.comfyui.limits import ComfyLimits", INDEPENDENCE),
    ("bot/runs.py", "from bot.cli.terminal import note", INSIDE_BOT),
    ("bot/jobs.py", "from bot.ports import Server", INSIDE_BOT),
    ("bot/newcomer.py", "", INSIDE_BOT),
    ("workflows/graph.py", "import aiohttp", ONE_PLACE),
    ("bot/runs.py", "import websockets", ONE_PLACE),
    ("bot/settings.py", "import redis", ONE_PLACE),
    ("bot/events.py", "import socket", ONE_PLACE),
    ("bot/progress.py", "from rich.progress import Progress", ONE_PLACE),
    ("adapters/comfyui/watching.py", "import aiohttp", ONE_PLACE),
    ("adapters/simulator/server.py", "import websockets", ONE_PLACE),
    ("bot/jobs.py", "import asyncio", NO_LOOP),
    ("bot/progress.py", "import threading", NO_LOOP),
    ("workflows/validation.py", "import asyncio", NO_LOOP),
    ("workflows/manifest.py", "from pathlib import Path", FILES),
    ("workflows/workflow.py", "import os", FILES),
    ("workflows/values.py", "import random", FILES),
    ("bot/jobs.py", "import time", SEES),
    ("bot/status.py", "from pathlib import Path", SEES),
    ("bot/estimates.py", "import random", SEES),
    ("bot/runs.py", "import os", SEES),
    ("bot/intake.py", "import tempfile", SEES),
    ("adapters/comfyui/protocol.py", "import asyncio", NO_IO),
    ("adapters/comfyui/pictures.py", "import asyncio", NO_IO),
    ("adapters/comfyui/outputs.py", "from adapters.comfyui.rest import Rest", NO_IO),
    ("adapters/slack/cards.py", "import asyncio", NO_SLACK),
    ("adapters/slack/filled.py", "from slack_sdk.models.views import View", NO_SLACK),
    ("adapters/slack/views.py", "from adapters.slack.calls import Calls", NO_SLACK),
]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every module of the house, and the contracts."""
    folder = tmp_path_factory.mktemp("house")
    for package in PACKAGES:
        shutil.copytree(HOUSE / package, folder / package, ignore=shutil.ignore_patterns("__pycache__", "*.json"))
    shutil.copy(HOUSE / "pyproject.toml", folder)
    return folder


@contextmanager
def planted(path: Path, line: str) -> Iterator[None]:
    before = path.read_text(encoding="utf-8") if path.exists() else None
    path.write_text(f"{before or ''}\n{line}\n", encoding="utf-8")
    try:
        yield
    finally:
        path.unlink()
        if before is not None:
            path.write_text(before, encoding="utf-8")


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    # A process of its own: in this one the packages of the checkout are imported already.
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


def broken(printed: str) -> list[str]:
    """Names of the contracts that broke; long lines are printed wrapped."""
    names = [contract["name"] for contract in pyproject()["tool"]["importlinter"]["contracts"]]  # type: ignore[index]
    flat = " ".join(printed.split())
    return [name for name in names if f"{name} BROKEN" in flat]


def test_the_house_keeps_its_contracts(copy):
    linted = lint(copy)

    assert linted.returncode == 0, linted.stdout
    assert "0 broken" in linted.stdout


@pytest.mark.parametrize(("module", "line", "contract"), VIOLATIONS)
def test_a_planted_import_breaks_its_contract(copy, module, line, contract):
    with planted(copy / module, line):
        linted = lint(copy)

    assert linted.returncode == 1, linted.stdout
    assert any(contract in name for name in broken(linted.stdout)), linted.stdout


def test_every_contract_has_a_violation_that_breaks_it():
    names = [contract["name"] for contract in pyproject()["tool"]["importlinter"]["contracts"]]  # type: ignore[index]

    assert [name for name in names if not any(contract in name for _, _, contract in VIOLATIONS)] == []


def imports_of(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def test_every_module_of_comfyui_that_does_no_io_is_held_to_it():
    """A new module that only reads the protocol comes under the contract without anybody's remembering."""
    contracts = pyproject()["tool"]["importlinter"]["contracts"]  # type: ignore[index]
    [held] = [contract for contract in contracts if contract["name"].startswith("ComfyUI's protocol")]
    package = "adapters.comfyui."
    imports = {package + path.stem: imports_of(path) for path in (HOUSE / "adapters" / "comfyui").glob("[!_]*.py")}
    doing = {name for name, found in imports.items() if found & {*held["forbidden_modules"], "ssl"}}
    while more := {name for name, found in imports.items() if found & doing} - doing:
        doing |= more

    assert imports.keys() - doing == set(held["source_modules"])


def test_every_runtime_dependency_has_its_place():
    """A library that no contract names could be imported anywhere."""
    imported_as = {
        "discord-py": "discord",
        "pillow": "PIL",
        "pydantic-settings": "pydantic_settings",
        "slack-bolt": "slack_bolt",
        "slack-sdk": "slack_sdk",
    }
    project = pyproject()
    wanted = {line.split(">")[0] for line in project["project"]["dependencies"]}  # type: ignore[index]
    contracts = project["tool"]["importlinter"]["contracts"]  # type: ignore[index]
    [placed] = [contract["forbidden_modules"] for contract in contracts if ONE_PLACE in contract["name"]]

    assert {imported_as.get(name, name) for name in wanted} <= set(placed)
