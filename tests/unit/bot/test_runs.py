"""One attempt: what is promised about submitting, following and stopping."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import replace
from math import inf
from uuid import UUID

import pytest

from bot import runs
from bot.errors import ExecutionFailed, GraphRejected, JobCancelled, JobTimedOut, ServerLost, SubmitUncertain
from bot.events import (
    Entered,
    Failed,
    Interrupted,
    MediaKind,
    OutputFile,
    Previewed,
    RunEvent,
    Stage,
    Started,
    Stepped,
    Succeeded,
)
from bot.jobs import JobId, Run, run_id_of
from bot.ports import Finding, Found, Handle, NotFound, Server, Stopping
from bot.runs import follow, prepare, stop, submit
from tests.fakes.plain_platform import PlainPlatform, PlainServer
from tests.fakes.scripted_server import ScriptedServer
from tests.fakes.virtual_time import run_virtually
from workflows.catalog import LIBRARY, load_catalog
from workflows.vocabulary import Vocabulary

JOB = JobId(UUID("0190f5c5-0000-7000-8000-000000000001"))
DONE = Succeeded(files=(OutputFile(node="9", name="a.png", kind=MediaKind.IMAGE),))


@pytest.fixture
def run() -> Run:
    workflow = load_catalog(LIBRARY).workflows["txt2img"]
    vocabulary = Vocabulary(
        choices={
            "KSampler.sampler_name": ("euler",),
            "KSampler.scheduler": ("normal",),
            "CheckpointLoaderSimple.ckpt_name": ("sd15.safetensors",),
        }
    )
    values = workflow.validate({"prompt": "a cat", "seed": 7}, vocabulary)
    return prepare(workflow, values, JOB, 1, {"a.png": b"bytes"})


async def _heard(server: Server, run: Run, *, deadline_s: float = 5) -> list[RunEvent]:
    heard: list[RunEvent] = []

    async def report(event: RunEvent) -> None:
        heard.append(event)

    await follow(server, Handle(run.id), report, deadline_s=deadline_s)
    return heard


def test_a_run_holds_the_bound_graph_its_wanted_outputs_and_its_uploads(run: Run) -> None:
    assert run.graph.nodes["6"].literal("text") == "a cat"
    assert run.outputs == {"9"}
    assert run.uploads == {"a.png": b"bytes"}


def test_the_id_of_a_run_can_be_derived_again_and_differs_by_attempt() -> None:
    assert run_id_of(JOB, 1) == run_id_of(JOB, 1)
    assert run_id_of(JOB, 1) != run_id_of(JOB, 2)
    assert str(UUID(run_id_of(JOB, 1))) == run_id_of(JOB, 1)


async def test_events_are_reported_up_to_the_end(run: Run) -> None:
    assert await _heard(ScriptedServer(events=[Started(), DONE]), run) == [Started(), DONE]


@pytest.mark.parametrize(
    ("end", "error"), [(Failed(error=ExecutionFailed()), ExecutionFailed), (Interrupted(), JobCancelled)]
)
async def test_an_end_other_than_success_is_raised(run: Run, end: RunEvent, error: type[Exception]) -> None:
    with pytest.raises(error):
        await _heard(ScriptedServer(events=[Started(), end]), run)


async def test_events_that_stop_without_an_end_mean_a_lost_server(run: Run) -> None:
    with pytest.raises(ServerLost):
        await _heard(ScriptedServer(events=[Started()]), run)


async def test_a_run_without_an_end_is_stopped_at_its_deadline(run: Run) -> None:
    server = ScriptedServer(events=[Started()], endless=True)

    with pytest.raises(JobTimedOut):
        await _heard(server, run, deadline_s=0.01)

    assert server.interrupted == [run.id]


STEP = Stepped(node="3", stage=Stage.PAINTING, done=1, total=20)


@pytest.mark.parametrize(
    ("later", "still_s"),
    [
        ((Started(),), inf),
        ((Started(), STEP), 100.0),
        ((Started(), STEP, Started(), STEP), 100.0),
        ((Started(), STEP, replace(STEP, done=2)), 80.0),
        ((Started(), STEP, Entered(node="8", stage=Stage.DECODING)), 80.0),
        ((Started(), STEP, Previewed(image=b"1", media_type="image/png")), 80.0),
    ],
)
def test_it_is_known_how_long_a_run_stood_still_before_its_deadline(later, still_s):
    class Paced(ScriptedServer):
        async def follow(self, handle: Handle) -> AsyncGenerator[RunEvent]:
            for event in later:
                yield event
                await asyncio.sleep(0 if event == Started() else 20)
            await asyncio.Event().wait()

    async def story() -> None:
        with pytest.raises(JobTimedOut) as late:
            await follow(Paced(), Handle("a"), _ignore, deadline_s=100)
        assert (late.value.given_s, late.value.still_s) == (100, still_s)

    run_virtually(story())


@pytest.mark.parametrize("stopping", [Stopping.STOPPED, Stopping.UNCONFIRMED])
async def test_only_a_confirmed_stop_at_the_deadline_is_told_as_one(run: Run, stopping: Stopping) -> None:
    server = ScriptedServer(events=[Started()], endless=True, stopping=stopping)

    with pytest.raises(JobTimedOut) as late:
        await _heard(server, run, deadline_s=0.01)

    assert ("was stopped" in str(late.value)) is (stopping is Stopping.STOPPED)


async def test_a_success_that_wins_against_the_deadline_is_a_success(run: Run) -> None:
    server = ScriptedServer(endless=True, stopping=Stopping.TOO_LATE, findings=[Found(end=DONE)])

    assert await follow(server, Handle(run.id), _ignore, deadline_s=0.01) == DONE


@pytest.mark.parametrize(
    ("finding", "error"),
    [
        (Found(end=Failed(error=ExecutionFailed())), ExecutionFailed),
        (Found(end=Interrupted()), JobCancelled),
        (Found(end=None), JobTimedOut),
        (NotFound.ABSENT, JobTimedOut),
    ],
)
async def test_what_was_too_late_to_stop_ends_as_it_ended(run: Run, finding: Finding, error: type[Exception]) -> None:
    with pytest.raises(error):
        await _heard(ScriptedServer(endless=True, stopping=Stopping.TOO_LATE, findings=[finding]), run, deadline_s=0.01)


@pytest.mark.parametrize("end", [DONE, Failed(error=ExecutionFailed())])
async def test_a_follow_is_closed_before_its_end_is_told(run: Run, end: RunEvent) -> None:
    closed = []

    class Careful(ScriptedServer):
        async def follow(self, handle: Handle) -> AsyncGenerator[RunEvent]:
            try:
                yield end
                await asyncio.Event().wait()
            finally:
                closed.append(handle)

    with suppress(ExecutionFailed):
        await follow(Careful(), Handle(run.id), _ignore, deadline_s=5)
    assert closed == [run.id]


async def test_a_timeout_inside_the_server_is_not_taken_for_our_deadline(run: Run) -> None:
    class Impatient(ScriptedServer):
        async def follow(self, handle: Handle) -> AsyncGenerator[RunEvent]:
            raise TimeoutError
            yield

    with pytest.raises(TimeoutError):
        await _heard(Impatient(), run)


async def test_a_refused_submit_is_raised_as_it_is(run: Run) -> None:
    with pytest.raises(GraphRejected):
        await submit(ScriptedServer(refusal=GraphRejected()), run)


async def test_a_run_whose_answer_was_lost_is_found_and_never_submitted_twice(run: Run) -> None:
    server = ScriptedServer(refusal=SubmitUncertain(), findings=[NotFound.UNKNOWN, NotFound.ABSENT, Found(end=None)])

    assert await submit(server, run) == run.id
    assert len(server.submitted) == 1


async def test_a_run_that_never_appears_after_a_lost_answer_means_a_lost_server(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "AMBIGUITY_S", 0.02)
    server = ScriptedServer(refusal=SubmitUncertain(), findings=[NotFound.ABSENT])

    with pytest.raises(ServerLost) as raised:
        await submit(server, run)

    assert not isinstance(raised.value, SubmitUncertain)
    assert len(server.submitted) == 1


async def test_stopping_asks_by_the_run_id_even_before_any_answer(run: Run) -> None:
    server = ScriptedServer()

    assert await stop(server, run) is Stopping.STOPPED
    assert server.interrupted == [run.id]


async def test_a_platform_without_progress_runs_by_the_same_steps(run: Run) -> None:
    async with PlainServer(PlainPlatform()) as server:
        handle = await submit(server, run)
        ended = await follow(server, handle, _ignore, deadline_s=5)

    assert len(ended.files) == 1


async def test_a_cancelled_follow_ends_at_once_and_swallows_nothing(run: Run) -> None:
    server = ScriptedServer(events=[Started()], endless=True)
    begun = asyncio.Event()

    async def report(_: RunEvent) -> None:
        begun.set()

    task = asyncio.create_task(follow(server, Handle(run.id), report, deadline_s=60))
    await begun.wait()
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task


async def _ignore(_: RunEvent) -> None:
    pass
