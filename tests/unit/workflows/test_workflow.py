"""Manifest and graph together: bindings that hold, and values that go into a new graph."""

import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.workflows.samples import (
    ATTACHED,
    EVERYTHING,
    EVERYTHING_GRAPH,
    EVERYTHING_MANIFEST,
    EVERYTHING_VOCABULARY,
    LIBRARY_CATALOG,
    PICTURE,
    TXT2IMG,
    VOCABULARY,
    problems,
    small,
)
from workflows.catalog import LIBRARY
from workflows.values import Size
from workflows.vocabulary import Vocabulary
from workflows.workflow import WorkflowFault, load_workflow

PARAMETER = '[parameters.p]\nkind = "integer"\nmin = 1\nmax = 5\nbind = [{}]'


def bound(node: str = "1", class_type: str = "A", name: str = "x") -> str:
    return f'{{ node = "{node}", class_type = "{class_type}", input = "{name}" }}'


def test_a_node_that_is_gone_is_named_with_where_its_class_stands_now() -> None:
    graph = {"7": {"class_type": "A", "inputs": {"x": 1}}, "2": {"class_type": "B", "inputs": {"from": ["7", 0]}}}
    assert problems(small, PARAMETER.format(bound()), graph=graph) == [
        'parameters.p names node 1 as A, but the graph has no node 1. A stands at "7".'
    ]


def test_a_class_that_is_nowhere_is_named_without_a_hint() -> None:
    assert problems(small, PARAMETER.format(bound(class_type="Z"))) == [
        "parameters.p names node 1 as Z, but node 1 is A now."
    ]
    assert problems(small, PARAMETER.format(bound(node="9", class_type="Z"))) == [
        "parameters.p names node 9 as Z, but the graph has no node 9."
    ]


def test_an_output_that_is_gone_is_named() -> None:
    graph = {"1": {"class_type": "A", "inputs": {"x": 1}}, "3": {"class_type": "B", "inputs": {"from": ["1", 0]}}}
    assert problems(small, PARAMETER.format(bound()), graph=graph) == [
        'outputs names node 2 as B, but the graph has no node 2. B stands at "3".'
    ]


def test_an_input_that_is_missing_is_named_with_those_that_are_there() -> None:
    assert problems(small, PARAMETER.format(bound(name="y")), {"x": 1, "z": 2}) == [
        "parameters.p fills input 'y', but node 1 (A) has not: it has x, z."
    ]
    graph = {"1": {"class_type": "A", "inputs": {}}, "2": {"class_type": "B", "inputs": {}}}
    assert problems(small, PARAMETER.format(bound()), graph=graph) == [
        "parameters.p fills input 'x', but node 1 (A) has not: it has none at all."
    ]


def test_an_input_that_a_link_fills_is_named_with_the_node_to_bind_instead() -> None:
    assert problems(small, PARAMETER.format(bound("2", "B", "from"))) == [
        "parameters.p fills input 'from' of node 2 (B), but that is fed by node 1 (A): bind the parameter there."
    ]


def test_an_input_that_two_parameters_fill_is_named_with_both() -> None:
    second = PARAMETER.format(bound()).replace("parameters.p", "parameters.q")
    assert problems(small, f"{PARAMETER.format(bound())}\n{second}") == [
        "parameters.q and parameters.p both fill input 'x' of node 1."
    ]


def test_an_input_that_one_parameter_fills_twice_is_named() -> None:
    assert problems(small, PARAMETER.format(f"{bound()}, {bound()}")) == [
        "parameters.p fills twice: input 'x' of node 1."
    ]


def test_a_default_that_does_not_fit_is_named_once_whatever_the_families() -> None:
    families = '\n[parameters.q]\nkind = "integer"\nmin = 1\nmax = 5\ndefault_for = { a = 1, b = 2 }\nbind = [%s]'
    found = problems(small, PARAMETER.format(bound()) + families % bound(name="y"), {"x": 9, "y": 1})
    assert found == ["parameters.p has no default that fits: it needs a whole number from 1 to 5, not “9”."]


def test_defaults_that_together_pass_the_joint_limit_are_named_with_their_family() -> None:
    keys = "default = 2\ndefault_for = { sdxl = 5, sd3 = 3 }\n"
    text = PARAMETER.format(bound()).replace("bind", keys + "bind")
    assert problems(small, text, cost='limit = 3\nfactors = ["p"]') == [
        "cost.limit is below what the defaults for sdxl cost together."
    ]
    assert problems(small, text, cost='limit = 1.5\nfactors = ["p"]')[0] == (
        "cost.limit is below what the defaults cost together."
    )


def renumbered(text: str) -> dict[str, object]:
    """Return a graph as a canvas numbers it anew: the same nodes and links, every id another one."""
    graph = json.loads(text)
    ids = {old: str(1000 + at) for at, old in enumerate(graph)}
    return {
        ids[old]: {
            **node,
            "inputs": {
                name: [ids[value[0]], value[1]] if isinstance(value, list) else value
                for name, value in node["inputs"].items()
            },
        }
        for old, node in graph.items()
    }


@pytest.mark.parametrize("name", LIBRARY_CATALOG.workflows)
def test_a_renumbered_export_is_refused_and_every_broken_binding_is_named(name: str) -> None:
    manifest = (LIBRARY / name / "manifest.toml").read_text()
    graph = renumbered((LIBRARY / name / "graph.json").read_text())
    with pytest.raises(WorkflowFault) as caught:
        load_workflow(name, manifest, json.dumps(graph))
    parameters = LIBRARY_CATALOG.workflows[name].manifest.parameters
    for parameter in parameters:
        assert any(problem.startswith(f"parameters.{parameter} names node") for problem in caught.value.problems)
    assert all(' stands at "10' in problem for problem in caught.value.problems)


def test_ids_that_changed_places_are_noticed_by_their_class() -> None:
    graph = json.loads((LIBRARY / "txt2img" / "graph.json").read_text())
    text = json.dumps(graph).replace('"3"', '"three"').replace('"5"', '"3"').replace('"three"', '"5"')
    found = problems(load_workflow, "txt2img", (LIBRARY / "txt2img" / "manifest.toml").read_text(), text)
    assert (
        'parameters.steps names node 3 as KSampler, but node 3 is EmptyLatentImage now. KSampler stands at "5".'
        in found
    )


@given(st.data())
def test_binding_never_changes_the_template(data: st.DataObject) -> None:
    before = json.loads(EVERYTHING_GRAPH)
    values = {
        "prompt": data.draw(st.text()),
        "caption": data.draw(st.text()),
        "frames": data.draw(st.integers()),
        "cfg": data.draw(st.floats()),
        "look": data.draw(st.text()),
        "sampler": data.draw(st.text()),
        "tiled": data.draw(st.booleans()),
        "seed": data.draw(st.integers()),
        "size": Size(width=data.draw(st.integers()), height=data.draw(st.integers())),
        **ATTACHED,
    }
    wire = EVERYTHING.bind(values).wire()
    template = EVERYTHING.graph.wire()
    assert {node_id: node["inputs"] for node_id, node in template.items()} == {
        node_id: node["inputs"] for node_id, node in before.items()
    }
    assert wire.keys() == template.keys()
    assert wire["2"] == template["2"]
    assert EVERYTHING.graph.wire() == template


def test_values_go_where_the_manifest_says() -> None:
    raw = {"prompt": "a cat", "size": "640x512", "seed": str(2**64 - 1), "tiled": "no", **ATTACHED}
    values = EVERYTHING.validate(raw, EVERYTHING_VOCABULARY)
    assert EVERYTHING.bind(values).wire()["1"]["inputs"] == {
        "prompt": "a cat",
        "caption": "",
        "frames": 17,
        "cfg": 1.5,
        "look": "plain",
        "sampler_name": "euler",
        "tiled": False,
        "seed": 18446744073709551615,
        "width": 640,
        "height": 512,
        "image": PICTURE.name,
        "mask": PICTURE.name,
        "video": ATTACHED["video"].name,  # type: ignore[union-attr]
    }


def test_one_parameter_may_fill_several_inputs() -> None:
    workflow = small(PARAMETER.format(f"{bound()}, {bound(name='y')}"), {"x": 1, "y": 2})
    assert workflow.bind({"p": 4}).wire()["1"]["inputs"] == {"x": 4, "y": 4}
    assert workflow.literals() == {"p": 1}


def test_a_seed_is_drawn_within_its_bounds_and_only_where_it_is_random() -> None:
    values = TXT2IMG.validate({"prompt": "x"}, VOCABULARY)
    drawn = TXT2IMG.draw_seeds(values, lambda most: most)
    assert (values["seed"], drawn["seed"]) == (None, 2**64 - 1)
    assert TXT2IMG.draw_seeds(drawn, lambda _: 0) == drawn
    with pytest.raises(ValueError, match="the seed for node 3 has not been drawn"):
        TXT2IMG.bind(values)


def test_a_size_has_a_default_only_where_the_graph_says_both_sides() -> None:
    assert EVERYTHING.literals()["size"] == Size(width=512, height=512)
    text = EVERYTHING_GRAPH.replace('"height": 512', '"height": "tall"')
    assert "parameters.size has no default that fits: it needs a value." in problems(
        load_workflow, "everything", EVERYTHING_MANIFEST, text
    )


def test_a_size_may_state_its_default() -> None:
    text = EVERYTHING_MANIFEST.replace(
        "step = 64", 'step = 64\ndefault = "640x320"\ndefault_for = { sdxl = "1024x1024" }'
    )
    workflow = load_workflow("everything", text, EVERYTHING_GRAPH)
    values = workflow.validate({"prompt": "x", **ATTACHED}, Vocabulary())
    assert values["size"] == Size(width=640, height=320)


def test_the_digest_tells_versions_apart() -> None:
    def digest(manifest: str | bytes, graph: str | bytes) -> str:
        return load_workflow("x", manifest, graph).digest

    same = EVERYTHING.digest
    assert digest(EVERYTHING_MANIFEST, EVERYTHING_GRAPH) == same
    assert digest(EVERYTHING_MANIFEST.encode(), EVERYTHING_GRAPH.encode()) == same
    assert digest(EVERYTHING_MANIFEST + "\n", EVERYTHING_GRAPH) != same
    assert digest(EVERYTHING_MANIFEST, EVERYTHING_GRAPH + "\n") != same
    assert digest(EVERYTHING_MANIFEST + "\n", EVERYTHING_GRAPH) != digest(EVERYTHING_MANIFEST, "\n" + EVERYTHING_GRAPH)


def test_a_workflows_picture_of_itself_does_not_spill_the_graph() -> None:
    assert "example words" not in repr(EVERYTHING)


def inputs_of(name: str) -> Mapping[str, object]:
    workflow = LIBRARY_CATALOG.workflows[name]
    return {p: workflow.literals()[p] for p in workflow.manifest.parameters}


@pytest.mark.parametrize("name", LIBRARY_CATALOG.workflows)
def test_every_shipped_workflow_says_in_its_graph_what_it_binds(name: str) -> None:
    assert all(value is not None for value in inputs_of(name).values())
