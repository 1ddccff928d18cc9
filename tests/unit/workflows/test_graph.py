"""Reading a graph: what a server could run is taken, everything else is refused with what to do about it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.graph import EXPORT_HINT, MAX_GRAPH_BYTES, Graph, GraphFault, Link, graph_of, read_graph

CHAIN = {
    "3": {
        "class_type": "KSampler",
        "inputs": {"model": ["4", 0], "steps": 20, "sigmas": [1, 2]},
        "_meta": {"title": "Go"},
    },
    "4": {"class_type": "Loader", "inputs": {"name": "x"}, "_meta": "none"},
    "5": {"class_type": "Save", "inputs": {"images": ["3", 0], "again": ["3", 0]}},
}


def refusal(content: object) -> str:
    with pytest.raises(GraphFault) as caught:
        read_graph(content if isinstance(content, str | bytes) else json.dumps(content))
    return str(caught.value)


def node(**inputs: object) -> dict[str, object]:
    return {"class_type": "A", "inputs": inputs}


def test_nodes_links_literals_and_titles_are_read() -> None:
    graph = read_graph(json.dumps(CHAIN))
    sampler = graph.nodes["3"]
    assert (sampler.title, graph.nodes["4"].title) == ("Go", "Loader")
    assert list(sampler.links()) == [("model", Link("4", 0))]
    assert (sampler.literal("steps"), sampler.literal("model"), sampler.literal("no")) == (20, None, None)
    assert graph.of_class("Save") == [graph.nodes["5"]]


def test_a_byte_order_mark_is_no_obstacle() -> None:
    assert read_graph(b"\xef\xbb\xbf" + json.dumps(CHAIN).encode()).nodes.keys() == CHAIN.keys()


@pytest.mark.parametrize(
    "content", ["", "no json", b"\xff\xfe\xfa", "[" * 100_000, '{"a":' * 50_000, "1" * 5000, "{,}"]
)
def test_what_is_no_json_is_refused(content: str | bytes) -> None:
    assert refusal(content) == f"The file is no JSON that ComfyUI wrote. {EXPORT_HINT}"


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_a_number_that_is_none_is_refused(number: str) -> None:
    text = json.dumps({"1": node(x=0.5)}).replace("0.5", number)
    assert refusal(text) == f"The file is no JSON that ComfyUI wrote. {EXPORT_HINT}"


@pytest.mark.parametrize("content", [{}, [], "text", 7, None])
def test_a_file_without_nodes_is_refused(content: object) -> None:
    assert refusal(json.dumps(content)) == f"The file holds no nodes. {EXPORT_HINT}"


def test_the_canvas_format_is_recognised_and_the_export_explained() -> None:
    assert refusal({"nodes": [{"id": 1, "type": "KSampler"}], "links": [], "version": 0.4}) == (
        f"This is the canvas format of ComfyUI, which no server can run. {EXPORT_HINT}"
    )


@pytest.mark.parametrize("entry", [None, [], "x", {}, {"class_type": 7, "inputs": {}}, {"inputs": {}}])
def test_an_entry_that_is_no_node_is_named(entry: object) -> None:
    assert refusal({"1": node(), "prompt": entry}) == f"Entry 'prompt' is no node of the API format. {EXPORT_HINT}"


@pytest.mark.parametrize("inputs", [None, [], "x"])
def test_a_node_without_inputs_is_named(inputs: object) -> None:
    assert refusal({"1": {"class_type": "A", "inputs": inputs}}) == f"Node 1 (A) has no inputs. {EXPORT_HINT}"


def test_a_huge_file_is_refused_before_it_is_read() -> None:
    assert refusal(" " * (MAX_GRAPH_BYTES + 1)) == "The file is larger than 4 MB; that is no graph."


@pytest.mark.parametrize("link", [["9", 0], ["1", -1]])
def test_a_dangling_link_is_named(link: list[object]) -> None:
    assert refusal({"1": node(), "2": node(model=link)}) == (
        f"Input 'model' of node 2 (A) is linked to node {link[0]}, which is not in the file. Export the graph again."
    )


@pytest.mark.parametrize("value", [["1"], ["1", 0, 0], [1, 0], ["1", True], ["1", "0"], [], {"1": 0}])
def test_lists_that_are_no_links_are_values(value: object) -> None:
    assert read_graph(json.dumps({"1": node(x=value)})).nodes["1"].literal("x") == value


@pytest.mark.parametrize(
    "nodes",
    [
        {"1": node(x=["1", 0])},
        {"1": node(x=["2", 0]), "2": node(x=["1", 0])},
        {"0": node(), "1": node(x=["3", 0], y=["0", 0]), "2": node(x=["1", 0]), "3": node(x=["2", 0])},
    ],
)
def test_a_circle_of_links_is_found(nodes: object) -> None:
    assert refusal(nodes) == "Node 1 (A) waits for its own result: the links form a circle."


def test_a_diamond_is_no_circle() -> None:
    nodes = {"1": node(), "2": node(x=["1", 0]), "3": node(x=["1", 0]), "4": node(a=["2", 0], b=["3", 0], c=["1", 1])}
    assert graph_of(nodes).nodes.keys() == nodes.keys()


def test_a_chain_deeper_than_the_stack_is_read() -> None:
    nodes = {str(at): node(x=[str(at + 1), 0]) for at in range(5000)} | {"5000": node()}
    assert len(graph_of(nodes).wire()) == 5001


def test_values_nested_without_end_are_refused() -> None:
    text = '{"1": {"class_type": "A", "inputs": {"x": ' + "[" * 200 + "]" * 200 + "}}}"
    assert refusal(text) == "Node 1 (A) holds values nested deeper than 32 levels."
    assert refusal({"1": node(x={"a": [[[{}]]]}, y=json.loads("[" * 33 + "]" * 33))}).startswith("Node 1 (A) holds")


def test_changed_inputs_are_in_a_new_graph_only() -> None:
    graph = graph_of(CHAIN)
    before = graph.wire()
    changed = graph.with_inputs({("3", "steps"): 5, ("4", "name"): "y"})
    assert (changed.nodes["3"].literal("steps"), changed.nodes["4"].literal("name")) == (5, "y")
    assert changed.nodes["3"].inputs["model"] == Link("4", 0)
    assert graph.wire() == before


def test_what_goes_to_a_server_is_a_copy_without_titles() -> None:
    graph = graph_of(CHAIN)
    wire = graph.wire()
    assert wire["3"] == {"class_type": "KSampler", "inputs": {"model": ["4", 0], "steps": 20, "sigmas": [1, 2]}}
    sigmas = wire["3"]["inputs"]["sigmas"]  # type: ignore[index, call-overload]
    sigmas.append(3)  # type: ignore[union-attr]
    assert graph.wire()["3"]["inputs"]["sigmas"] == [1, 2]  # type: ignore[index, call-overload]


def test_a_graph_cannot_be_changed_in_place() -> None:
    graph = graph_of(CHAIN)
    with pytest.raises(TypeError):
        graph.nodes["9"] = graph.nodes["3"]  # type: ignore[index]
    with pytest.raises(TypeError):
        graph.nodes["3"].inputs["steps"] = 1  # type: ignore[index]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4) | st.sampled_from(["1", "2", "A"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["1", "2", "class_type", "inputs", "_meta", "nodes"]), inner, max_size=4)
    ),
    max_leaves=25,
)


@given(JSON)
def test_any_json_is_a_graph_or_is_refused_in_a_sentence(content: object) -> None:
    try:
        graph = read_graph(json.dumps(content))
    except GraphFault as fault:
        sentence = str(fault)
    else:
        assert isinstance(graph, Graph)
        sentence = "It is a graph."
    assert sentence.endswith(".")
