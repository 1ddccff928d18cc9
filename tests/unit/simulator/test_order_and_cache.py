"""Which nodes run, and in which order."""

from adapters.simulator.cache import NodeCache, Shown, signatures
from adapters.simulator.graphs import Prompt
from adapters.simulator.order import ExecutionOrder

CHAIN: Prompt = {
    "1": {"class_type": "A", "inputs": {"x": 1}},
    "2": {"class_type": "B", "inputs": {"a": ["1", 0]}},
    "3": {"class_type": "Out", "inputs": {"b": ["2", 0]}},
}


def order_of(prompt: Prompt, outputs: list[str], cached: frozenset[str] = frozenset()) -> list[str]:
    order = ExecutionOrder(
        prompt,
        outputs,
        is_cached=lambda node_id: node_id in cached,
        is_output=lambda node_id: prompt[node_id]["class_type"] == "Out",
    )
    ran = []
    while order:
        ran.append(order.pick())
        order.finish(ran[-1])
    return ran


def test_inputs_run_before_what_needs_them() -> None:
    assert order_of(CHAIN, ["3"]) == ["1", "2", "3"]


def test_nodes_that_no_output_needs_never_run() -> None:
    assert order_of({**CHAIN, "9": {"class_type": "A", "inputs": {}}}, ["3"]) == ["1", "2", "3"]


def test_nothing_upstream_of_a_cached_node_runs() -> None:
    assert order_of(CHAIN, ["3"], frozenset({"2", "1"})) == ["3"]
    assert order_of(CHAIN, ["3"], frozenset({"2"})) == ["3"]


def test_an_output_runs_as_soon_as_it_can() -> None:
    prompt: Prompt = {
        "0": {"class_type": "Out", "inputs": {"a": ["1", 0]}},
        **CHAIN,
    }
    assert order_of(prompt, ["3", "0"]) == ["1", "0", "2", "3"]


def test_a_signature_covers_class_inputs_and_everything_upstream() -> None:
    def changed(node_id: str, **inputs: object) -> dict[str, str]:
        node = {**CHAIN[node_id], "inputs": {**CHAIN[node_id]["inputs"], **inputs}}  # type: ignore[dict-item]
        return signatures({**CHAIN, node_id: node}, {})

    plain = signatures(CHAIN, {})
    assert {key for key, value in changed("1", x=2).items() if value != plain[key]} == {"1", "2", "3"}
    assert {key for key, value in changed("3", name="n").items() if value != plain[key]} == {"3"}
    assert signatures(CHAIN, {"1": "other bytes"})["3"] != plain["3"]


def test_a_signature_does_not_depend_on_node_ids() -> None:
    renamed: Prompt = {"a": CHAIN["1"], "b": {"class_type": "B", "inputs": {"a": ["a", 0]}}}
    assert signatures(renamed, {})["b"] == signatures(CHAIN, {})["2"]


def test_a_cycle_or_a_missing_node_has_a_signature_too() -> None:
    broken: Prompt = {
        "1": {"class_type": "A", "inputs": {"a": ["2", 0]}},
        "2": {"class_type": "A", "inputs": {"a": ["1", 0]}},
    }
    assert set(signatures(broken, {})) == {"1", "2"}
    assert signatures({"1": {"class_type": "A", "inputs": {"a": ["9", 0]}}}, {})


def test_only_the_nodes_of_the_new_prompt_are_kept() -> None:
    cache = NodeCache()
    cache.begin(CHAIN, {})
    cache.keep("1", ("made",))
    cache.keep_shown("3", Shown({"text": ["x"]}, "3"))
    cache.begin(CHAIN, {})
    assert cache.outputs("1") == ("made",)
    assert cache.shown("3") is not None
    cache.begin({"1": {"class_type": "A", "inputs": {"x": 2}}}, {})
    cache.begin(CHAIN, {})
    assert cache.outputs("1") is None
    assert cache.shown("3") is None
