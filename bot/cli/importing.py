"""`fairbrush workflows import`: an exported graph becomes a workflow folder with a drafted manifest."""

import asyncio
import re
from pathlib import Path

from bot.cli.paths import expanded
from bot.cli.setting_up import load_settings, open_server
from bot.cli.terminal import note, say
from bot.errors import ConfigError
from bot.settings import Settings
from workflows.catalog import NAME
from workflows.definitions import Definitions
from workflows.graph import MAX_GRAPH_BYTES, GraphFault, read_graph
from workflows.inspector import Draft, inspect
from workflows.workflow import WorkflowFault, load_workflow


def import_workflow(file: Path, *, name: str | None, into: Path | None, comfyui: str | None) -> None:
    """Write <into>/<name>/{graph.json, manifest.toml}; raises ConfigError and writes nothing when that cannot be."""
    settings = load_settings()
    content = _read(file)
    place = _place(name or _name_of(file), into or settings.workflows_dir or Path("workflows"))
    try:
        draft = inspect(read_graph(content), asyncio.run(_definitions(settings, comfyui)) if comfyui else None)
        manifest = draft.manifest_toml(place.name.replace("_", " ").replace("-", " ").capitalize())
        load_workflow(place.name, manifest, content)
    except GraphFault as fault:
        raise ConfigError([str(fault)]) from fault
    except WorkflowFault as fault:
        raise ConfigError(fault.problems) from fault
    _write(place, content, manifest)
    _tell(draft, place)


def _read(file: Path) -> bytes:
    try:
        with expanded(file).open("rb") as opened:
            return opened.read(MAX_GRAPH_BYTES + 1)
    except OSError as error:
        raise ConfigError([f"{file} cannot be read: {error.strerror}."]) from error


def _name_of(file: Path) -> str:
    plain = re.sub(r"[^a-z0-9]+", "-", file.stem.lower()).strip("-")
    return re.sub(r"^[^a-z]+", "", plain)[:32]


def _place(name: str, folder: Path) -> Path:
    if not NAME.fullmatch(name):
        raise ConfigError(
            [f"{name!r} cannot be a name: use lower-case letters, digits, - and _. Give one with --name."]
        )
    place = expanded(folder) / name
    if place.exists():
        raise ConfigError([f"{place} is there already. Give another name with --name."])
    return place


async def _definitions(settings: Settings, comfyui: str) -> Definitions:
    async with open_server(settings, comfyui) as opened:
        return await opened.server.definitions()


def _write(place: Path, graph: bytes, manifest: str) -> None:
    try:
        place.mkdir(parents=True)
        # The graph byte for byte, so that a later export can be compared and copied over it.
        (place / "graph.json").write_bytes(graph)
        (place / "manifest.toml").write_text(manifest, encoding="utf-8")
    except OSError as error:
        raise ConfigError([f"{place} cannot be written: {error.strerror}."]) from error


def _tell(draft: Draft, place: Path) -> None:
    say(str(place))
    for title, sentences in (("Found:", draft.found), ("Left alone:", draft.left_alone)):
        if sentences:
            note(title)
        for sentence in sentences:
            note(f"  {sentence}")
    note(f"Read {place / 'manifest.toml'}, and mend what you would say otherwise. Then try it:")
    note(f"  FAIRBRUSH_WORKFLOWS_DIR={place.parent} fairbrush workflows show {place.name}")
