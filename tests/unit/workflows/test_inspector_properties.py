"""Whatever a graph holds, a draft comes of it, and one with a result loads."""

import json
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.workflows.graphs import definitions
from workflows.graph import MAX_GRAPH_BYTES, graph_of
from workflows.inspector import inspect
from workflows.inspector.toml import comment, is_writable, value
from workflows.workflow import load_workflow

KNOWN = definitions()
CLASSES = [
    *KNOWN,
    "Reroute",
    "PrimitiveNode",
    "easy int",
    "Power Lora Loader (rgthree)",
    "CR Image Size",
    "VHS_LoadVideo",
]
INPUTS = sorted({name for node in KNOWN.values() for name in node.inputs} | {"value", "", "prompt", "text", "frames"})

any_text = st.text(st.characters(), max_size=12)
edges = st.sampled_from(["\ud800", "“x”", '"\\', "a\nb", "\x7f", "a.png", "🦊", "1", "None", "x" * 5000])
literals = st.one_of(
    st.integers(-5, 5000),
    st.integers(),
    st.sampled_from([0, 1, 16, 512, 10**30, 2**64 - 1, 10**300, -0.0, 1e308, True]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.none(),
    any_text,
    edges,
    st.lists(st.integers(), max_size=3),
    st.dictionaries(any_text, st.integers(), max_size=2),
)


@st.composite
def graphs(draw):
    ids = draw(st.lists(st.one_of(st.integers(0, 30).map(str), any_text), min_size=1, max_size=9, unique=True))
    nodes = {}
    for index, node_id in enumerate(ids):
        name = draw(st.one_of(st.sampled_from(CLASSES), any_text))
        own = list(KNOWN[name].inputs) if name in KNOWN else []
        names = draw(st.lists(st.sampled_from([*own, *own, *INPUTS]), max_size=8, unique=True))
        # Links go to nodes before this one, so there is no circle.
        links = st.tuples(st.sampled_from(ids[:index]), st.integers(0, 3)).map(list) if index else literals
        nodes[node_id] = {
            "class_type": name,
            "inputs": {each: draw(st.one_of(literals, links, links)) for each in names},
        }
    last = ids[-1]
    if draw(st.booleans()):
        nodes["save"] = {"class_type": "SaveImage", "inputs": {"images": [last, 0], "filename_prefix": "x"}}
    return nodes


@settings(max_examples=400, deadline=None)
@given(graphs(), st.booleans(), any_text)
def test_any_graph_has_a_draft_and_one_with_a_result_loads(nodes, asked, title):
    draft = inspect(graph_of(nodes), KNOWN if asked else None)
    manifest = draft.manifest_toml(title)
    tomllib.loads(manifest)
    if draft.outputs:
        workflow = load_workflow("any", manifest, json.dumps(nodes))
        assert workflow.manifest.parameters.keys() == draft.parameters.keys()
        assert not workflow.manifest.unbounded()
    assert len(set(draft.left_alone)) == len(draft.left_alone)


@given(st.text().filter(is_writable))
def test_any_text_that_toml_can_hold_comes_back_from_it(text):
    assert tomllib.loads(f"a = {value(text)}")["a"] == text
    assert tomllib.loads(f"{comment(text)}\na = 1") == {"a": 1}


@given(
    st.recursive(
        st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False), st.lists
    )
)
def test_any_value_comes_back_from_toml(content):
    assert tomllib.loads(f"a = {value(content)}")["a"] == content


def test_a_prompt_with_quotes_breaks_and_an_emoji_survives_the_import():
    words = 'a "quoted" \\ fox 🦊\nin the snow'
    nodes = {
        "1": {"class_type": "OpenAIDalle3", "inputs": {"prompt": "x", "negative_prompt": words}},
        "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0]}, "_meta": {"title": 'A "title"\nin two'}},
    }
    draft = inspect(graph_of(nodes))
    workflow = load_workflow("any", draft.manifest_toml(words), json.dumps(nodes))
    assert workflow.literals()["negative_prompt"] == words
    assert workflow.manifest.title == 'a "quoted" \\ fox 🦊 in the snow'


@pytest.mark.parametrize("known", [None, KNOWN])
def test_a_graph_of_thousands_of_nodes_has_a_manifest_that_loads(known):
    chain = {
        str(number): {
            "class_type": "KSampler",
            "inputs": {
                "seed": number,
                "steps": number,
                "cfg": 1,
                "latent_image": [str(number - 1), 0] if number > 1 else 0,
                "positive": [str(number - 1), 0] if number > 1 else 0,
            },
            "_meta": {"title": "x" * 500},
        }
        for number in range(1, 3000)
    }
    nodes = {**chain, "s": {"class_type": "SaveImage", "inputs": {"images": ["2999", 0]}}}
    text = json.dumps(nodes)
    assert len(text) < MAX_GRAPH_BYTES
    assert load_workflow("long", inspect(graph_of(nodes), known).manifest_toml("Long"), text).manifest.cost.factors


def test_a_chain_of_texts_deeper_than_the_stack_is_followed():
    chain = {
        str(number): {"class_type": "StringConcatenate", "inputs": {"string_a": [str(number - 1), 0]}}
        for number in range(1, 3000)
    }
    nodes = {
        "0": {"class_type": "PrimitiveString", "inputs": {"value": "a fox"}},
        **chain,
        "e": {"class_type": "CLIPTextEncode", "inputs": {"text": ["2999", 0]}},
        "k": {"class_type": "KSampler", "inputs": {"positive": ["e", 0]}},
        "s": {"class_type": "SaveImage", "inputs": {"images": ["k", 0]}},
    }
    assert [bound.node for bound in inspect(graph_of(nodes)).parameters["prompt"].bind] == ["0"]
