"""The promises of `bot.ports.Server`."""

import asyncio
from contextlib import aclosing
from dataclasses import replace
from uuid import uuid4

import pytest

from bot.errors import GraphRejected, ModelMissing, ResultLost, ServerLost
from bot.events import Failed, Interrupted, OutputFile, RunEnd, RunEvent, Started, Succeeded
from bot.ports import Finding, Found, Handle, NotFound, Server, Stopping
from tests.contracts.server.scenes import Scene
from workflows.vocabulary import Vocabulary

DEADLINE_S = 60


async def followed(server: Server, handle: Handle) -> list[RunEvent]:
    async with asyncio.timeout(DEADLINE_S):
        return [event async for event in server.follow(handle)]


async def fetched(server: Server, file: OutputFile) -> bytes:
    async with asyncio.timeout(DEADLINE_S):
        return b"".join([chunk async for chunk in server.fetch(file)])


async def found_ended(server: Server, handle: Handle) -> Finding:
    """Ask until the run is over: ComfyUI 0.3.64 tells the success a moment before it writes its history."""
    async with asyncio.timeout(DEADLINE_S):
        while (finding := await server.find(handle)) == Found(end=None):
            pass
    return finding


async def test_a_run_ends_once_and_last(scene: Scene) -> None:
    async with scene.open() as server:
        events = await followed(server, await server.submit(scene.good()))
    assert [event for event in events if isinstance(event, RunEnd)] == events[-1:]
    assert isinstance(events[-1], Succeeded)


async def test_a_result_can_be_fetched_more_than_once(scene: Scene) -> None:
    async with scene.open() as server:
        end = (await followed(server, await server.submit(scene.good())))[-1]
        assert isinstance(end, Succeeded)
        [file] = end.files
        content = await fetched(server, file)
        assert content.startswith(b"\x89PNG")
        assert await fetched(server, file) == content


async def test_a_result_that_is_gone_says_so(scene: Scene) -> None:
    async with scene.open() as server:
        end = (await followed(server, await server.submit(scene.good())))[-1]
        assert isinstance(end, Succeeded)
        gone = replace(end.files[0], locator=dict.fromkeys(end.files[0].locator, "gone"))
        with pytest.raises(ResultLost):
            await fetched(server, gone)


async def test_a_failure_is_an_end_with_a_sentence(scene: Scene) -> None:
    async with scene.open() as server:
        end = (await followed(server, await server.submit(scene.failing())))[-1]
    assert isinstance(end, Failed)
    assert str(end.error)
    assert "/" not in str(end.error)


async def test_a_refused_run_never_starts(scene: Scene) -> None:
    run = scene.refused()
    async with scene.open() as server:
        with pytest.raises((GraphRejected, ModelMissing)):
            await server.submit(run)
        expected = NotFound.ABSENT if scene.takes_our_ids else NotFound.UNKNOWN
        assert await server.find(Handle(run.id)) is expected


async def test_the_truth_about_a_run_can_be_asked_for_at_any_time(scene: Scene) -> None:
    async with scene.open() as server:
        handle = await server.submit(scene.endless())
        assert await server.find(handle) == Found(end=None)
        await server.interrupt(handle)
        handle = await server.submit(scene.good())
        end = (await followed(server, handle))[-1]
        assert await found_ended(server, handle) == Found(end=end)


async def test_a_run_id_is_a_legal_handle(scene: Scene) -> None:
    run = scene.good()
    async with scene.open() as server:
        handle = await server.submit(run)
        end = (await followed(server, handle))[-1]
        expected = Found(end=end) if scene.takes_our_ids else NotFound.UNKNOWN
        assert await found_ended(server, Handle(run.id)) == expected


async def test_a_run_that_never_was_is_not_found(scene: Scene) -> None:
    async with scene.open() as server:
        expected = NotFound.ABSENT if scene.takes_our_ids else NotFound.UNKNOWN
        assert await server.find(Handle(str(uuid4()))) is expected


async def test_a_run_of_an_earlier_process_can_be_followed(scene: Scene) -> None:
    async with scene.open() as server:
        handle = await server.submit(scene.good())
    async with scene.open() as successor:
        events = await followed(successor, handle)
        assert isinstance(events[-1], Succeeded)
        assert events[-1].files
        assert await fetched(successor, events[-1].files[0])


async def test_a_run_that_nobody_knows_cannot_be_followed(scene: Scene) -> None:
    async with scene.open() as server:
        with pytest.raises(ServerLost):
            await followed(server, Handle(str(uuid4())))


async def test_a_running_run_is_stopped_or_the_server_says_it_cannot(scene: Scene) -> None:
    async with scene.open() as server:
        handle = await server.submit(scene.endless())
        if not scene.stops:
            assert await server.interrupt(handle) is Stopping.UNCONFIRMED
            return
        async with asyncio.timeout(DEADLINE_S), aclosing(server.follow(handle)) as events:
            while not isinstance(await anext(events), Started):
                pass
            assert await server.interrupt(handle) is Stopping.STOPPED
            assert [event async for event in events][-1] == Interrupted()
        assert await server.find(handle) == Found(end=Interrupted())


async def test_stopping_a_waiting_run_leaves_the_others_alone(scene: Scene) -> None:
    if not scene.stops:
        pytest.skip("knows no interrupt")
    async with scene.open() as server:
        first, second = await server.submit(scene.endless()), await server.submit(scene.good())
        assert await server.interrupt(second) is Stopping.STOPPED
        assert await server.find(second) is NotFound.ABSENT
        assert await server.find(first) == Found(end=None)
        assert (await followed(server, second))[-1] == Interrupted()
        assert await server.interrupt(first) is Stopping.STOPPED


async def test_a_run_that_has_ended_is_not_stopped(scene: Scene) -> None:
    async with scene.open() as server:
        handle = await server.submit(scene.good())
        await followed(server, handle)
        assert await server.interrupt(handle) is Stopping.TOO_LATE


async def test_a_run_that_nobody_knows_may_still_be_on_its_way_and_is_not_said_to_be_stopped(scene: Scene) -> None:
    async with scene.open() as server:
        assert await server.interrupt(Handle(str(uuid4()))) is Stopping.UNCONFIRMED


async def test_an_unreachable_server_is_told_from_an_absent_run(scene: Scene) -> None:
    server, handle = scene.unreachable, Handle(str(uuid4()))
    assert await server.find(handle) is NotFound.UNKNOWN
    assert await server.interrupt(handle) is Stopping.UNCONFIRMED
    with pytest.raises(ServerLost):
        await server.submit(scene.good())
    with pytest.raises(ServerLost):
        await followed(server, handle)


async def test_the_vocabulary_is_plain_or_absent(scene: Scene) -> None:
    async with scene.open() as server:
        vocabulary = await server.vocabulary()
    assert isinstance(vocabulary, Vocabulary) is scene.tells_vocabulary
    if vocabulary is not None:
        assert "euler" in vocabulary.choices["KSampler.sampler_name"]


async def test_it_tells_of_itself_what_it_can(scene: Scene) -> None:
    async with scene.open() as server:
        facts = await server.facts()
    assert (facts.waiting, facts.others) == (0, 0)
    assert bool(facts.version) is bool(facts.devices) is bool(facts.memory) is scene.lists_runs
    assert (facts.previews is not None) is scene.lists_runs


async def test_only_strangers_are_counted_as_others(scene: Scene) -> None:
    pool = str(uuid4())
    async with scene.open(pool) as server, scene.open(pool) as successor, scene.open(str(uuid4())) as stranger:
        handle = await server.submit(scene.endless())
        assert [(await each.facts()).others for each in (server, successor, stranger)] == [0, 0, int(scene.lists_runs)]
        assert [each.others for each in (server, successor, stranger)] == [0, 0, int(scene.lists_runs)]
        await server.interrupt(handle)


async def test_what_a_pool_left_is_stopped_and_forgotten_except_for_what_is_kept(scene: Scene) -> None:
    pool = str(uuid4())
    async with scene.open(pool) as server, scene.open(str(uuid4())) as stranger:
        executing, waiting = await server.submit(scene.endless()), await server.submit(scene.good())
        theirs, kept = await stranger.submit(scene.good()), await server.submit(scene.good())
        async with scene.open(pool) as successor:
            assert await successor.clear([kept]) == (2 if scene.lists_runs else 0)
            assert isinstance((await followed(successor, kept))[-1], Succeeded)
            assert isinstance((await followed(stranger, theirs))[-1], Succeeded)
            if scene.lists_runs:
                assert [await successor.find(each) for each in (executing, waiting)] == [NotFound.ABSENT] * 2
            assert await successor.clear([kept]) == 0


async def test_a_forgotten_run_is_gone_where_that_is_possible(scene: Scene) -> None:
    async with scene.open() as server:
        forgotten, other = await server.submit(scene.good()), await server.submit(scene.good())
        ends = [(await followed(server, each))[-1] for each in (forgotten, other)]
        assert await found_ended(server, forgotten) == Found(end=ends[0])
        await server.forget(forgotten)
        expected = NotFound.ABSENT if scene.lists_runs else Found(end=ends[0])
        assert await server.find(forgotten) == expected
        assert await found_ended(server, other) == Found(end=ends[1])


async def test_an_unreachable_server_is_lost_when_asked_and_harmless_when_told(scene: Scene) -> None:
    handle = Handle(str(uuid4()))
    with pytest.raises(ServerLost):
        await scene.unreachable.facts()
    if scene.lists_runs:
        with pytest.raises(ServerLost):
            await scene.unreachable.clear([handle])
    await scene.unreachable.forget(handle)
    assert scene.unreachable.others == 0


async def test_it_has_a_name(scene: Scene) -> None:
    async with scene.open() as server:
        assert server.name
