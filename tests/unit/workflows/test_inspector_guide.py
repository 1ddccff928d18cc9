"""The author's guide is true: its manifests load with their graphs, and every sentence that it quotes is said."""

import json
import re
from pathlib import Path

import pytest

from tests.unit.workflows.graphs import CANVAS, definitions, drafted, example
from workflows.catalog import LIBRARY, load_catalog
from workflows.command import parse_command, read_values
from workflows.cost import lower_what
from workflows.faults import InvalidValues
from workflows.fitness import lacks
from workflows.graph import GraphFault, read_graph
from workflows.manifest import COSTLY_INPUTS, Manifest
from workflows.options import STANDARD_ALIASES
from workflows.parameters import Choice, FileParameter, Flag, Integer, Number, Seed, SizeParameter, Text
from workflows.requirements import Requirement, unmet
from workflows.vocabulary import Vocabulary
from workflows.workflow import Workflow, WorkflowFault, load_workflow

GUIDE = (Path(__file__).parents[3] / "docs" / "workflows.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", GUIDE, re.DOTALL)
MANIFESTS = [text for kind, text in BLOCKS if kind == "toml" and text.startswith("schema = 1")]
QUOTED = [line for kind, text in BLOCKS if kind == "text" for line in text.splitlines()]
REMEDIES = re.findall(r"^\| `(.+)` \| [A-Z].+ \|$", GUIDE.partition("## Everything")[0], re.MULTILINE)
GRAPHS = {"Ink": "lora_controlnet", "Clip": "wan_text_to_video"}


def shown(title: str) -> Workflow:
    manifest = next(text for text in MANIFESTS if f'title = "{title}"' in text)
    return load_workflow(title.lower(), manifest, example(GRAPHS[title]))


def faults_of(graph: str, manifest: str) -> tuple[str, ...]:
    with pytest.raises(WorkflowFault) as caught:
        load_workflow("broken", manifest, graph)
    return caught.value.problems


def refusals(title: str, text: str) -> list[str]:
    workflow = shown(title)
    with pytest.raises(InvalidValues) as caught:
        read_values(parse_command(text, workflow, Vocabulary()), workflow, Vocabulary())
    return [str(fault) for fault in caught.value.faults]


def said() -> set[str]:
    """Collect what Fairbrush really says where the guide quotes it."""
    with pytest.raises(GraphFault) as caught:
        read_graph(example(CANVAS))
    draft = drafted("lora_controlnet")
    return {
        str(caught.value),
        *draft.found,
        *draft.left_alone,
        *refusals("Ink", "a lighthouse n:9 lora_strenght:0.4"),
        *refusals("Clip", "a fox frames:50"),
        *renumbered(),
        unmet(Requirement(labels=("video",)), [Vocabulary()]),
        lower_what(load_catalog(LIBRARY).workflows["txt2img"].manifest, {"width": 2048, "height": 2048, "count": 4}),
    }


def renumbered() -> tuple[str, ...]:
    graph = json.loads(example("lora_controlnet"))
    graph["33"] = graph.pop("3")
    graph["8"]["inputs"]["samples"] = ["33", 0]
    return faults_of(json.dumps(graph), MANIFESTS[0])


def sampler_input(name: str) -> str:
    return f'bind = [{{ node = "3", class_type = "KSampler", input = "{name}" }}]\n'


def checked() -> set[str]:
    """Collect what `check` says to the slips that the guide's table is about."""
    ink, clip = MANIFESTS
    graph = example("lora_controlnet")
    seed = '[parameters.seed]\nkind = "seed"'
    steps = f'[parameters.steps]\nkind = "integer"\nmin = 1\nmax = 10\n{sampler_input("steps")}\n'
    luck = f'[parameters.luck]\nkind = "seed"\n{sampler_input("seed")}\n'
    slips = [
        ink.replace('input = "seed"', 'input = "step"'),
        ink.replace('input = "seed"', 'input = "model"'),
        ink.replace("[[outputs]]", luck + "[[outputs]]"),
        ink.replace('"height", "count"]', '"height"]'),
        ink.replace("limit = 2_400_000", "limit = 2_400"),
        ink.replace(seed, steps + seed).replace('"height", "count"]', '"height", "count", "steps"]'),
    ]
    known = definitions()
    bare = {name: node for name, node in known.items() if name != "Canny"}
    long = load_workflow("long", clip.replace("max = 65", "max = 20000"), example("wan_text_to_video"))
    return {
        *(problem for slip in slips for problem in faults_of(graph, slip)),
        *lacks(shown("Ink"), bare),
        *lacks(long, known),
    }


def test_the_guide_has_its_two_workflows_whole():
    assert [shown(title).manifest.title for title in GRAPHS] == ["Ink", "Clip"]
    assert len(MANIFESTS) == len(GRAPHS)


@pytest.mark.parametrize("title", GRAPHS)
def test_the_guides_workflows_lack_only_models(title):
    assert all("installed (" in sentence for sentence in lacks(shown(title), definitions()))


def test_the_guide_quotes_what_is_said():
    assert [line for line in QUOTED if line not in said()] == []


def test_the_guides_table_of_faults_quotes_what_is_said():
    assert len(REMEDIES) == 10
    assert [line for line in REMEDIES if line not in checked()] == []


def test_every_key_of_a_manifest_is_in_the_guide():
    reference = GUIDE.partition("## Everything")[2]
    kinds = (Text, Integer, Number, Seed, Choice, Flag, SizeParameter, FileParameter)
    keys = {name for kind in kinds for name in kind.model_fields}
    tops = {field.alias or name for name, field in Manifest.model_fields.items()}
    assert [key for key in sorted(keys | tops | COSTLY_INPUTS) if not re.search(rf"\b{key}\b", reference)] == []
    for name, words in STANDARD_ALIASES.items():
        assert f"| `{name}` | {', '.join(f'`{word}`' for word in words)} |" in GUIDE


def test_every_other_block_of_the_guide_can_stand_in_a_manifest():
    parts = [text for kind, text in BLOCKS if kind == "toml" and text.startswith("[")]
    plain = MANIFESTS[0].partition("# Pixels")[0]
    steps = f'[parameters.steps]\nkind = "integer"\nmin = 1\nmax = 9\ndefault = 9\n{sampler_input("steps")}'
    assert len(parts) == 3
    load_workflow("parts", "\n".join([plain, steps, *parts]), example("lora_controlnet"))
