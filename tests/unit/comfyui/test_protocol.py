"""What the messages of a run mean, replayed from a real server."""

import json
import struct

import pytest

from adapters.comfyui.frames import PictureFrame
from adapters.comfyui.messages import Channel, Message, Word
from adapters.comfyui.outputs import Wanted
from adapters.comfyui.pictures import MEMORY
from adapters.comfyui.protocol import TRANSITIONS, Course, Phase
from adapters.comfyui.whereabouts import Origin, in_history, in_queue
from bot.errors import ExecutionFailed, NothingProduced, OutOfMemory, ResultLost
from bot.events import (
    Entered,
    Failed,
    Interrupted,
    MediaKind,
    Previewed,
    RunEnd,
    Stage,
    Started,
    Stepped,
    Succeeded,
    Waiting,
)
from tests.unit.comfyui.recordings import JPEG, PNG, Recording, alone, of_type, play


def said(word: Word, prompt_id: str = "ours", **data: object) -> Message:
    return Message(prompt_id=prompt_id, word=word, data=data)


def image(node: str, name: str = "a.png", kind: str = "output") -> Message:
    return said(Word.EXECUTED, node=node, output={"images": [{"filename": name, "subfolder": "", "type": kind}]})


def test_a_cold_run_reports_every_node_step_and_preview_and_its_file() -> None:
    scene = Recording.read("cold_cached_seed").scene("cold")
    events = alone(scene.frames(), scene.submitted[0].course({"9"}))
    assert events[0] == Started()
    assert [(event.node, event.stage) for event in of_type(events, Entered)] == [
        ("4", Stage.LOADING),
        ("5", Stage.WORKING),
        ("7", Stage.READING),
        ("6", Stage.READING),
        ("3", Stage.PAINTING),
        ("8", Stage.DECODING),
        ("9", Stage.SAVING),
    ]
    assert [(event.done, event.total) for event in of_type(events, Stepped)] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert [event.media_type for event in of_type(events, Previewed)] == ["image/jpeg"] * 4
    [end] = of_type(events, RunEnd)
    assert end == events[-1]
    assert isinstance(end, Succeeded)
    assert [(file.node, file.name, file.kind) for file in end.files] == [("9", "sd_00001_.png", MediaKind.IMAGE)]


def test_a_cached_run_succeeds_with_the_old_file_and_no_node_entered() -> None:
    scene = Recording.read("cold_cached_seed").scene("cached (identical prompt)")
    events = alone(scene.frames(), scene.submitted[0].course({"9"}))
    assert [type(event) for event in events] == [Started, Succeeded]
    assert events[-1].files[0].name == "sd_00001_.png"


def test_three_runs_on_one_socket_are_told_apart() -> None:
    recording = Recording.read("cold_cached_seed")
    courses = [submitted.course({"9"}) for submitted in recording.submitted]
    heard = play(recording.frames(), *courses)
    names = [heard[course.prompt_id][-1].files[0].name for course in courses]
    assert names == ["sd_00001_.png", "sd_00001_.png", "sd_00002_.png"]


def test_named_previews_count_and_a_strangers_never_do() -> None:
    recording = Recording.read("named_previews_and_a_stranger")
    ours, stranger = (submitted.course({"9"}) for submitted in recording.submitted)
    heard = play(recording.frames(), ours)
    assert len(list(of_type(heard[ours.prompt_id], Previewed))) == 3
    # The stranger's previews are of the old kind: with named ones promised to us, they are not even its own.
    assert not list(of_type(alone(recording.frames(), stranger), Previewed))


def test_nameless_previews_go_to_the_last_progress_only() -> None:
    channel, nameless = Channel(), struct.pack(">II", 1, 1) + JPEG
    progress = {"type": "progress", "data": {"prompt_id": "ours", "node": "3", "value": 1, "max": 2}}
    assert channel.hear(nameless) is None
    channel.hear(json.dumps(progress))
    message = channel.hear(nameless)
    assert isinstance(message, Message)
    assert (message.prompt_id, message.word) == ("ours", Word.PICTURE)
    channel.hear(json.dumps({"type": "progress_state", "data": {"prompt_id": "theirs", "nodes": {}}}))
    assert channel.hear(nameless) is None
    channel.hear(json.dumps(progress))
    channel.hear(json.dumps({"type": "executing", "data": {"prompt_id": "ours", "node": None}}))
    assert channel.hear(nameless) is None


def test_a_reconnect_tears_the_tale_and_the_history_tells_its_end() -> None:
    recording = Recording.read("reconnect")
    course = recording.submitted[0].course({"9"})
    before = alone(recording.frames("A1"), course)
    course.gap()
    after = alone(recording.frames("A2(reconnected)"), course)
    assert not list(of_type(before + after, RunEnd))
    assert course.asks
    assert list(of_type(after, Stepped)), "live messages go on under the same client id"
    assert course.settle(Succeeded(files=())) == [Succeeded(files=())]
    assert course.settle(Succeeded(files=())) == [], "an end is reported once"
    assert list(of_type(before + after, Started)) == [Started()]


def test_a_message_without_a_prompt_id_is_nobodys() -> None:
    # The first thing that 0.3.64 says to whoever comes back in mid-run.
    assert Channel().hear('{"type": "executing", "data": {"node": "3"}}') is None


@pytest.mark.parametrize(
    ("note", "error", "sentence"),
    [
        (
            "corrupt image in LoadImage",
            ExecutionFailed,
            "A step of the workflow (LoadImage) failed on the GPU.",
        ),
        ("LabRaise oom", OutOfMemory, OutOfMemory.sentence),
        ("allocation too large on CPU", OutOfMemory, OutOfMemory.sentence),
        ("LabRaise blocked", ExecutionFailed, "A step of the workflow refused to go on with these values."),
        ("LabRaise blocked_silent", NothingProduced, NothingProduced.sentence),
        ("expand fail inside", ExecutionFailed, "A step of the workflow (LabExpand) failed on the GPU."),
    ],
)
def test_a_failed_run_says_who_can_act_in_one_safe_sentence(note: str, error: type, sentence: str) -> None:
    scene = Recording.read("errors").scene(note)
    course = scene.submitted[0].course()
    end = alone(scene.frames(), course)[-1]
    assert isinstance(end, Failed)
    assert type(end.error) is error
    assert str(end.error) == sentence


def test_an_error_ends_nothing_before_the_server_has_left_the_run() -> None:
    scene = Recording.read("errors").scene("LabRaise oom")
    course = scene.submitted[0].course()
    frames = scene.frames()
    assert not list(of_type(alone(frames[:-1], course), RunEnd))
    assert course.phase is Phase.FAULTED
    assert len(list(of_type(alone(frames[-1:], course), RunEnd))) == 1


def test_a_blocked_branch_beside_a_wanted_file_is_a_success() -> None:
    course = Course(prompt_id="ours", wanted=Wanted(nodes=frozenset({"9"})))
    for message in (said(Word.START), image("9"), said(Word.ERROR, exception_type="ExecutionBlocked")):
        assert not list(of_type(course.hear(message), RunEnd))
    assert isinstance(course.hear(said(Word.SUCCESS))[-1], Succeeded)


def test_files_of_nodes_that_are_not_wanted_do_not_count() -> None:
    course = Course(prompt_id="ours", wanted=Wanted(nodes=frozenset({"9"})))
    course.hear(said(Word.START))
    course.hear(image("12"))
    end = course.hear(said(Word.SUCCESS))[-1]
    assert isinstance(end, Failed)
    assert isinstance(end.error, NothingProduced)


def test_temporary_files_count_where_their_node_is_wanted() -> None:
    scene = Recording.read("errors").scene("preview image (temp)")
    submitted = scene.submitted[0]
    wanted = next(node for node, name in submitted.classes.items() if name == "PreviewImage")
    assert isinstance(alone(scene.frames(), submitted.course({wanted}))[-1], Succeeded)
    assert isinstance(alone(scene.frames(), submitted.course())[-1], Failed)


def test_text_outputs_are_results() -> None:
    scene = Recording.read("errors").scene("PreviewAny text output")
    end = alone(scene.frames(), scene.submitted[0].course())[-1]
    assert isinstance(end, Succeeded)
    assert end.texts == ("hello",)


def test_nodes_of_an_expanded_graph_keep_their_own_names() -> None:
    scene = Recording.read("errors").scene("expand ok")
    events = alone(scene.frames(), scene.submitted[0].course({"3"}))
    assert [event.node for event in of_type(events, Entered)] == ["1", "2", "2.0.0.1", "2.0.0.2", "3"]
    assert isinstance(events[-1], Succeeded)


@pytest.mark.parametrize(
    "note",
    [
        "a: interrupt running (no prompt_id, empty JSON body)",
        "e: interrupt a node that ignores interrupts (5 s sleep), then next node",
    ],
)
def test_an_interrupted_run_says_so(note: str) -> None:
    scene = Recording.read("interrupts").scene(note)
    assert alone(scene.frames(), scene.submitted[0].course())[-1] == Interrupted()


def test_a_strangers_interrupt_is_not_ours() -> None:
    scene = Recording.read("interrupts").scene("k: interrupted prompt without client_id: broadcast")
    assert alone(scene.frames(), Course(prompt_id="ours")) == []


@pytest.mark.parametrize("to", ["A flags=None", "A flags={'supports_preview_metadata': True}"])
def test_pictures_sent_over_the_socket_are_results_and_not_previews(to: str) -> None:
    recording = Recording.read("pictures_over_the_socket")
    for submitted in recording.submitted:
        course = submitted.course({"2"})
        events = alone(recording.frames(to), course)
        if not events:
            continue
        assert not list(of_type(events, Previewed))
        assert [file.name for file in events[-1].files] == ["2_00000.png", "2_00001.png"]
        assert [course.kept.store.get(file.locator[MEMORY]) for file in events[-1].files] == [PNG, PNG]


def test_pictures_over_the_limit_are_not_kept() -> None:
    recording = Recording.read("pictures_over_the_socket")
    course = recording.submitted[0].course({"2"}, kept_bytes=len(PNG))
    events = alone(recording.frames("A flags=None"), course)
    assert [file.name for file in events[-1].files] == ["2_00000.png"]


def test_pictures_that_a_broken_socket_swallowed_are_lost_not_absent() -> None:
    recording = Recording.read("pictures_over_the_socket")
    course = recording.submitted[0].course({"2"})
    course.hear(said(Word.SUCCESS, course.prompt_id))
    assert course.asks
    told = in_history(recording.bodies("history")[0], course.prompt_id, course.wanted)
    assert told is not None
    [end] = course.settle(told.end)
    assert isinstance(end, Failed)
    assert isinstance(end.error, ResultLost)


def test_a_picture_that_came_over_a_torn_socket_is_a_result_though_the_history_knows_of_none() -> None:
    recording = Recording.read("pictures_over_the_socket")
    course = recording.submitted[0].course({"2"})
    course.hear(said(Word.START, course.prompt_id))
    course.gap()
    picture = PictureFrame(image=PNG, media_type="image/png", prompt_id=course.prompt_id, node="2")
    course.hear(Message(prompt_id=course.prompt_id, word=Word.PICTURE, picture=picture))
    course.hear(said(Word.SUCCESS, course.prompt_id))
    told = in_history(recording.bodies("history")[0], course.prompt_id, course.wanted)
    assert told is not None
    [end] = course.settle(told.end)
    assert isinstance(end, Succeeded)
    assert [file.name for file in end.files] == ["2_00000.png"]


def test_pictures_that_were_all_too_large_are_lost_not_absent() -> None:
    recording = Recording.read("pictures_over_the_socket")
    end = alone(recording.frames("A flags=None"), recording.submitted[0].course({"2"}, kept_bytes=1))[-1]
    assert isinstance(end, Failed)
    assert isinstance(end.error, ResultLost)


def test_a_server_killed_in_mid_run_says_no_end_and_knows_nothing_afterwards() -> None:
    recording = Recording.read("killed")
    course = recording.submitted[0].course()
    events = alone(recording.frames("A-SIGKILL"), course)
    assert events
    assert not list(of_type(events, RunEnd))
    [queue] = recording.bodies("queue")
    assert in_queue(queue, course.prompt_id) is None


def test_the_fault_of_a_blocked_run_outlives_the_history_that_forgot_it() -> None:
    course = Course(prompt_id="ours")
    course.hear(said(Word.ERROR, exception_type="ExecutionBlocked"))
    assert course.phase is Phase.FAULTED_TORN
    course.hear(said(Word.SUCCESS))
    [end] = course.settle(Failed(error=NothingProduced()))
    assert isinstance(end, Failed)
    assert isinstance(end.error, ExecutionFailed)


def test_an_error_that_was_joined_late_still_ends_the_run() -> None:
    course = Course(prompt_id="ours")
    course.hear(said(Word.ERROR, exception_type="RuntimeError", node_type="KSampler"))
    assert isinstance(course.hear(said(Word.LEFT))[-1], Failed)


def test_steps_never_shrink_within_a_node() -> None:
    course = Course(prompt_id="ours")
    events = [
        event
        for done, total in [(1, 4), (3, 4), (2, 4), (3, 4), (9, 4), (float("nan"), 4), (True, 4), (1, 1), (-3, 4)]
        for event in course.hear(said(Word.PROGRESS, node="3", value=done, max=total))
    ]
    assert [(event.done, event.total) for event in of_type(events, Stepped)] == [(1, 4), (3, 4), (4, 4)]


def test_waiting_is_reported_when_the_place_changes_and_only_before_the_start() -> None:
    course = Course(prompt_id="ours")
    assert course.queued(2) == [Waiting(ahead=2)]
    assert course.queued(2) == []
    assert course.queued(1) == [Waiting(ahead=1)]
    assert course.running() == [Started()]
    assert course.running() == []
    course.hear(said(Word.START))
    assert course.queued(0) == []


def test_an_adopted_run_learns_from_the_server_what_is_wanted() -> None:
    course = Course(prompt_id="ours")
    course.learn(Origin(classes={"3": "KSampler"}, wanted=Wanted(nodes=frozenset({"9"}))))
    course.learn(Origin(classes={}, wanted=Wanted(nodes=frozenset({"1"}))))
    assert course.wanted == Wanted(nodes=frozenset({"9"}))
    assert course.hear(said(Word.EXECUTING, node="3", display_node="3"))[-1] == Entered(node="3", stage=Stage.PAINTING)


def test_a_node_that_is_shown_as_nothing_else_is_itself() -> None:
    course = Course(prompt_id="ours", classes={"8": "VAEDecode"})
    assert course.hear(said(Word.EXECUTING, node="8"))[-1] == Entered(node="8", stage=Stage.DECODING)


def test_after_the_end_nothing_is_reported() -> None:
    course = Course(prompt_id="ours")
    course.hear(said(Word.START))
    course.hear(image("9"))
    course.hear(said(Word.SUCCESS))
    assert course.ended
    assert [course.hear(said(word)) for word in Word] == [[]] * len(Word)
    assert course.running() == []


def test_malformed_payloads_say_nothing() -> None:
    course = Course(prompt_id="ours")
    course.hear(said(Word.START))
    for message in (
        said(Word.EXECUTING, node=4),
        said(Word.EXECUTED, node="9", output=None),
        said(Word.EXECUTED, node="9", display_node=3, output=None),
        said(Word.EXECUTED, node=9, output={}),
        said(Word.PROGRESS, node=None, value=1, max=4),
        said(Word.PROGRESS, node="3", value="1", max=4),
        said(Word.PROGRESS_STATE, nodes=[]),
        said(Word.PROGRESS_STATE, nodes={"3": 1}),
        said(Word.PICTURE),
    ):
        assert course.hear(message) == []


def test_every_phase_has_its_row_and_the_end_is_final() -> None:
    assert set(TRANSITIONS) == set(Phase)
    assert TRANSITIONS[Phase.ENDED] == {}


@pytest.mark.parametrize(
    "frame",
    ["", "[]", "null", "{", '{"type": 4}', '{"type": "progress", "data": []}', "[" * 100_000, '{"data": {}}'],
)
def test_frames_that_are_no_message_are_ignored(frame: str) -> None:
    assert Channel().hear(frame) is None


def test_a_channel_is_greeted_by_the_first_text() -> None:
    channel = Channel()
    channel.hear(b"")
    assert not channel.greeted
    channel.hear('{"type": "status", "data": {"sid": "x"}}')
    assert channel.greeted
