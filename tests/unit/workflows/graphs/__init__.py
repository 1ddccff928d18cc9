"""Exports as ComfyUI writes them (Workflow → Export (API)), by the shapes of its own example workflows."""

import json
from pathlib import Path

from workflows.definitions import Definitions, read_definitions
from workflows.graph import read_graph
from workflows.inspector import Draft, inspect
from workflows.manifest import Manifest
from workflows.workflow import Workflow, load_workflow

FOLDER = Path(__file__).parent
CANVAS = "canvas_format"
EXAMPLES = tuple(sorted(path.stem for path in FOLDER.glob("*.json") if path.stem != CANVAS))

# ComfyUI 0.3.64, recorded 2026-11: GET /object_info, cut down to the classes that tests use and to what is read of
# them. Its lists of model files are one machine's: four checkpoints and nothing else.
OBJECT_INFO = FOLDER.parent / "object_info_0_3_64.json"


def example(name: str) -> str:
    """Return an export's text."""
    return (FOLDER / f"{name}.json").read_text(encoding="utf-8")


def definitions() -> Definitions:
    """Return what a ComfyUI 0.3.64 says about the classes that tests use."""
    return read_definitions(json.loads(OBJECT_INFO.read_text(encoding="utf-8")))


def drafted(name: str, known: Definitions | None = None) -> Draft:
    """Return the draft for an example."""
    return inspect(read_graph(example(name)), known)


def imported(name: str, known: Definitions | None = None) -> Workflow:
    """Return the workflow that an import of an example makes."""
    return load_workflow(name, drafted(name, known).manifest_toml(name), example(name))


def bindings(manifest: Manifest, parameter: str) -> list[str]:
    """Return where a parameter goes, as `node.input`."""
    return [f"{bound.node}.{bound.input}" for bound in manifest.parameters[parameter].bind]
