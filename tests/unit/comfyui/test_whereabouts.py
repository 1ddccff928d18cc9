"""Where a run is, read from the bodies of a real server and from bodies that no server should send."""

import pytest

from adapters.comfyui.outputs import Wanted
from adapters.comfyui.whereabouts import OUTPUTS_KEY, Over, Pending, Running, in_history, in_queue
from bot.errors import ExecutionFailed, NothingProduced, OutOfMemory
from bot.events import Failed, Interrupted, Succeeded
from tests.unit.comfyui.recordings import Recording, alone

GRAPH = {"3": {"class_type": "KSampler"}, "9": {"class_type": "SaveImage"}, "odd": 4}


def item(number: object, prompt_id: str, extra: object = None) -> list[object]:
    return [number, prompt_id, GRAPH, extra if extra is not None else {}, ["9"]]


def test_the_place_in_the_queue_follows_the_numbers_and_not_the_heap() -> None:
    queue = {"queue_running": [item(1, "a")], "queue_pending": [item(4, "c"), item(9, "d"), item(2.5, "b")]}
    assert isinstance(in_queue(queue, "a"), Running)
    for place, prompt_id in enumerate(["b", "c", "d"], start=1):
        found = in_queue(queue, prompt_id)
        assert isinstance(found, Pending)
        assert found.before == tuple("abcd"[:place])
    assert in_queue(queue, "nobody") is None


def test_a_recorded_queue() -> None:
    [queue, *_] = Recording.read("interrupts").scene("f: delete pending, clear, delete running").bodies("queue")
    running = queue["queue_running"][0][1]
    assert isinstance(in_queue(queue, running), Running)
    places = [in_queue(queue, entry[1]) for entry in queue["queue_pending"]]
    assert sorted(len(place.before) for place in places if isinstance(place, Pending)) == [1, 2, 3]


def test_the_queue_tells_an_adopter_what_was_wanted() -> None:
    found = in_queue({"queue_running": [item(1, "a", {OUTPUTS_KEY: ["9"]})], "queue_pending": []}, "a")
    assert isinstance(found, Running)
    assert found.origin.classes == {"3": "KSampler", "9": "SaveImage"}
    assert found.origin.wanted == Wanted(nodes=frozenset({"9"}), order=("3", "9", "odd"))


@pytest.mark.parametrize(
    "queue", [{}, {"queue_running": None, "queue_pending": [3, [], [1]]}, {"queue_pending": [["x", "other"]]}]
)
def test_a_strange_queue_holds_nobody(queue: dict[str, object]) -> None:
    assert in_queue(queue, "ours") is None


def test_an_item_without_a_graph_is_still_found() -> None:
    assert isinstance(in_queue({"queue_running": [[0, "ours"]]}, "ours"), Running)


def test_a_recorded_history_tells_the_same_end_as_the_socket() -> None:
    recording = Recording.read("cold_cached_seed")
    for submitted, body in zip(recording.submitted, recording.bodies("history"), strict=True):
        course = submitted.course({"9"})
        found = in_history(body, submitted.prompt_id, course.wanted)
        assert found == Over(end=alone(recording.frames(), course)[-1])


@pytest.mark.parametrize(
    ("note", "end"),
    [
        ("LabRaise oom", OutOfMemory),
        ("LabRaise blocked", NothingProduced),
        ("corrupt image in LoadImage", ExecutionFailed),
        ("two outputs, one fails: other output order", ExecutionFailed),
    ],
)
def test_a_recorded_history_tells_why_a_run_failed(note: str, end: type) -> None:
    scene = Recording.read("errors").scene(note)
    found = in_history(scene.bodies("history")[0], scene.submitted[0].prompt_id, None)
    assert isinstance(found, Over)
    assert isinstance(found.end, Failed)
    assert type(found.end.error) is end


def test_a_recorded_history_tells_an_interrupt_from_an_error() -> None:
    scene = Recording.read("interrupts").scene("a: interrupt running (no prompt_id, empty JSON body)")
    assert in_history(scene.bodies("history")[0], scene.submitted[0].prompt_id, None) == Over(end=Interrupted())


def test_a_run_that_has_not_ended_has_no_entry() -> None:
    assert in_history({}, "ours", None) is None


@pytest.mark.parametrize(
    ("entry", "error"),
    [
        ({"outputs": {"9": {"images": [{"filename": "a.png"}]}}}, None),
        ({"outputs": {"9": None}, "meta": [], "prompt": 3, "status": None}, NothingProduced),
        ({"outputs": {"9": {"text": ["hi"]}}, "meta": {"9": {"display_node": 4}}, "prompt": [1, "ours"]}, None),
        ({"status": {"status_str": "error", "messages": None}}, ExecutionFailed),
        ({"status": {"status_str": "error", "messages": [["execution_start", {}], 3]}}, ExecutionFailed),
    ],
)
def test_entries_of_servers_that_only_look_alike(entry: dict[str, object], error: type | None) -> None:
    found = in_history({"ours": entry}, "ours", None)
    assert isinstance(found, Over)
    if error is None:
        assert isinstance(found.end, Succeeded)
    else:
        assert isinstance(found.end, Failed)
        assert type(found.end.error) is error


def test_the_entry_tells_what_was_wanted_when_nobody_else_does() -> None:
    outputs = {node: {"images": [{"filename": f"{node}.png"}]} for node in ("3", "9")}
    entry = {"outputs": outputs, "prompt": item(1, "ours", {OUTPUTS_KEY: ["9"]})}
    found = in_history({"ours": entry}, "ours", None)
    assert isinstance(found, Over)
    assert isinstance(found.end, Succeeded)
    assert [file.name for file in found.end.files] == ["9.png"]
