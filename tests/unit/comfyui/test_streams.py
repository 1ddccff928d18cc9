"""Whatever a socket says, in whatever order: no stream raises, reports two ends, or leaks another run's news."""

import json
import struct
from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from adapters.comfyui.frames import read_frame
from adapters.comfyui.messages import Channel
from adapters.comfyui.protocol import Course
from adapters.comfyui.whereabouts import in_queue
from bot.events import RunEnd, RunEvent, Started, Stepped, Succeeded
from tests.unit.comfyui.recordings import Frame, Recording, Submitted, alone, of_type, play

SCENES = [
    Recording.read("cold_cached_seed").scene("cold"),
    Recording.read("cold_cached_seed").scene("seed changed"),
    Recording.read("named_previews_and_a_stranger").scene("A submits"),
    Recording.read("errors").scene("LabRaise oom"),
    Recording.read("errors").scene("LabRaise blocked"),
    Recording.read("errors").scene("expand ok"),
    Recording.read("interrupts").scene("a: interrupt running (no prompt_id, empty JSON body)"),
]
scenes = st.sampled_from(SCENES)


def ends(events: list[RunEvent]) -> list[RunEvent]:
    return list(of_type(events, RunEnd))


def check(events: list[RunEvent]) -> None:
    """What holds for every stream."""
    assert len(ends(events)) <= 1
    assert not ends(events[:-1]), "nothing comes after the end"
    assert len(list(of_type(events, Started))) <= 1
    done: dict[str, int] = {}
    for event in of_type(events, Stepped):
        assert done.get(event.node, -1) < event.done <= event.total
        done[event.node] = event.done


@given(scenes, st.data())
def test_truncated_streams(scene: Recording, data: st.DataObject) -> None:
    frames, submitted = scene.frames(), scene.submitted[0]
    start, stop = sorted(data.draw(st.tuples(*[st.integers(0, len(frames))] * 2)))
    course = submitted.course()
    events = alone(frames[start:stop], course)
    check(events)
    heard_all = start <= next(n for n, frame in enumerate(frames) if "execution_start" in str(frame))
    for end in ends(events):
        assert heard_all or not isinstance(end, Succeeded), "a result is taken from a whole stream only"


@given(scenes, st.data())
def test_streams_with_frames_twice_or_not_at_all(scene: Recording, data: st.DataObject) -> None:
    times = data.draw(st.lists(st.integers(0, 3), min_size=len(scene.frames()), max_size=len(scene.frames())))
    frames = list(chain.from_iterable([frame] * count for frame, count in zip(scene.frames(), times, strict=True)))
    check(alone(frames, scene.submitted[0].course()))


@given(scenes)
def test_a_stream_in_which_everything_is_said_twice_ends_as_before(scene: Recording) -> None:
    once = ends(alone(scene.frames(), scene.submitted[0].course()))
    frames = list(chain.from_iterable([frame] * 2 for frame in scene.frames()))
    twice = ends(alone(frames, scene.submitted[0].course()))
    assert list(map(type, twice)) == list(map(type, once))


@given(scenes, scenes, st.randoms(use_true_random=False))
def test_interleaved_runs_hear_nothing_of_each_other(one: Recording, other: Recording, random: object) -> None:
    ours, theirs = one.submitted[0], other.submitted[0]
    if ours.prompt_id == theirs.prompt_id:
        return
    mixed = interleave(named(one.frames()), named(other.frames()), random)
    heard = play(mixed, ours.course(), theirs.course())
    # Compared by what they say: two errors are never equal.
    assert repr(heard[ours.prompt_id]) == repr(alone(named(one.frames()), ours.course()))
    assert repr(heard[theirs.prompt_id]) == repr(alone(named(other.frames()), theirs.course()))


@given(scenes, scenes, st.randoms(use_true_random=False))
def test_nameless_pictures_never_cross_runs_unless_progress_named_them(
    one: Recording, other: Recording, random: object
) -> None:
    """With nameless pictures in it a mixed stream proves less, and may show less, but nothing that is not ours."""
    mixed = interleave(one.frames(), other.frames(), random)
    bystander = Course(prompt_id="neither")
    assert alone(mixed, bystander) == []
    for submitted in (one.submitted[0], other.submitted[0]):
        check(alone(mixed, submitted.course()))


def named(frames: list[Frame]) -> list[Frame]:
    """Leave out pictures that name nobody."""
    return [frame for frame in frames if isinstance(frame, str) or frame[:4] == struct.pack(">I", 4)]


def interleave(one: list[Frame], other: list[Frame], random: object) -> list[Frame]:
    order = [True] * len(one) + [False] * len(other)
    random.shuffle(order)  # type: ignore[attr-defined]
    sources = {True: iter(one), False: iter(other)}
    return [next(sources[which]) for which in order]


# JSON knows no largest number: 10**400 is an integer that no float holds.
numbers = st.integers() | st.floats() | st.sampled_from([10**400, -(10**400)])
json_values = st.recursive(
    st.none() | st.booleans() | numbers | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS = ("prompt_id", "node", "display_node", "value", "max", "nodes", "output", "exception_type", "exception_message")
KINDS = ("execution_start", "executing", "progress", "progress_state", "executed", "execution_error", "status")
hostile = st.builds(
    lambda kind, data, ours: json.dumps({"type": kind, "data": {**data, **({"prompt_id": "ours"} if ours else {})}}),
    st.sampled_from([*KINDS, "execution_success", "execution_interrupted", "feature_flags", "news"]),
    st.dictionaries(st.sampled_from(KEYS), json_values, max_size=6),
    st.booleans(),
)


@given(st.lists(st.text(max_size=40) | st.binary(max_size=60) | hostile | json_values.map(json.dumps), max_size=12))
def test_no_frame_makes_it_raise(frames: list[Frame]) -> None:
    check(alone(frames, Submitted(prompt_id="ours", client_id=None, classes={}).course()))


@given(numbers, numbers)
def test_no_number_of_steps_makes_it_raise(value: object, most: object) -> None:
    progress = {"type": "progress", "data": {"prompt_id": "ours", "node": "3", "value": value, "max": most}}
    events = alone([json.dumps(progress)], Course(prompt_id="ours"))
    assert all(event.total < 10**10 for event in of_type(events, Stepped))


@given(st.lists(numbers | json_values, max_size=4))
def test_no_number_in_the_queue_makes_it_raise(places: list[object]) -> None:
    queue = {"queue_running": [], "queue_pending": [[place, str(n)] for n, place in enumerate(places)]}
    for n in range(len(places)):
        assert in_queue(queue, str(n)) is not None


@given(st.integers(0, 5), st.integers(0, 2**32 - 1), st.binary(max_size=80))
def test_no_binary_frame_makes_it_raise(event: int, number: int, rest: bytes) -> None:
    frame = struct.pack(">II", event, number) + rest
    picture = read_frame(frame)
    assert picture is None or picture.image
    Channel().hear(frame)


@given(scenes, st.data())
def test_a_gap_anywhere_makes_the_history_the_judge_of_success(scene: Recording, data: st.DataObject) -> None:
    frames, course = scene.frames(), scene.submitted[0].course()
    cut = data.draw(st.integers(0, len(frames)))
    before = alone(frames[:cut], course)
    course.gap()
    events = before + alone(frames[cut:], course)
    check(events)
    assert course.ended or course.asks, "either way it comes to an end"
