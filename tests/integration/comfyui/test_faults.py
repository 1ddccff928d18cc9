"""A client in front of a server that misbehaves."""

import asyncio
from dataclasses import replace

import pytest

from adapters.simulator.options import SimulatorOptions
from adapters.simulator.server import Simulator
from bot.errors import (
    ExecutionFailed,
    GraphRejected,
    ModelMissing,
    NothingProduced,
    OutOfMemory,
    ResultLost,
    ServerLost,
    ServerRefused,
    SubmitUncertain,
)
from bot.events import Failed, Interrupted, Previewed, RunEnd, RunEvent, Started, Stepped, Succeeded, Waiting
from bot.ports import Found, Handle, NotFound, Stopping
from tests.fakes.runs import blank, half_refused, node, painting
from tests.integration.comfyui.scene import DEADLINE_S, DEAF_EARS, FAST, QUICK, client, fetched, follow_until, followed


def stepped(event: RunEvent) -> bool:
    return isinstance(event, Stepped)


async def test_a_run_by_the_socket_alone_with_progress_and_previews() -> None:
    async with Simulator(FAST) as simulator, client(simulator.url, DEAF_EARS) as server:
        events = await followed(server, await server.submit(painting()))
        assert [event.done for event in events if isinstance(event, Stepped)][-1] == 4
        assert any(isinstance(event, Previewed) for event in events)
        assert isinstance(events[-1], Succeeded)
        assert (await fetched(server, events[-1].files[0])).startswith(b"\x89PNG")


async def test_runs_wait_behind_others_and_say_so() -> None:
    async with Simulator(FAST) as simulator, client(simulator.url) as server:
        first = await server.submit(painting(steps=2000))
        second = await server.submit(blank())
        events = await follow_until(
            server, second, lambda event: event == Waiting(ahead=1), lambda: server.interrupt(first)
        )
        assert isinstance(events[-1], Succeeded)
        assert [type(event) for event in events[:2]] == [Waiting, Started]


async def test_a_dropped_socket_comes_back_in_mid_run_and_costs_no_event_that_matters() -> None:
    async with Simulator(FAST) as simulator, client(simulator.url) as server:
        handle = await server.submit(painting(steps=60))
        events = await follow_until(server, handle, stepped, simulator.faults.drop_sockets)
        assert isinstance(events[-1], Succeeded)
        assert len([event for event in events if isinstance(event, RunEnd)]) == 1
        assert len({run.client_id for run in simulator.runs}) == 1


async def test_live_events_go_on_after_a_reconnect() -> None:
    async with Simulator(FAST) as simulator, client(simulator.url) as server:
        handle = await server.submit(painting(steps=2000))
        dropped_at = 0
        async with asyncio.timeout(DEADLINE_S):
            async for event in server.follow(handle):
                if isinstance(event, Stepped) and not dropped_at:
                    dropped_at = event.done
                    simulator.faults.drop_sockets()
                elif isinstance(event, Stepped) and event.done > dropped_at + 30:
                    assert await server.interrupt(handle) is Stopping.STOPPED


async def test_a_deaf_socket_costs_progress_but_no_result_and_is_left() -> None:
    async with Simulator(FAST) as simulator, client(simulator.url) as server:
        await followed(server, await server.submit(blank()))
        [first] = simulator.runs
        assert first.client_id
        simulator.faults.deafen(first.client_id)
        assert isinstance((await followed(server, await server.submit(painting(steps=40))))[-1], Succeeded)
        events: list[RunEvent] = []
        async with asyncio.timeout(DEADLINE_S):
            while not any(isinstance(event, Stepped) for event in events):
                events = await followed(server, await server.submit(painting(steps=40)))
        assert simulator.runs[-1].client_id != first.client_id


async def test_a_stalled_socket_delays_nothing() -> None:
    async with Simulator(FAST) as simulator, client(simulator.url) as server:
        simulator.faults.stall_events()
        assert isinstance((await followed(server, await server.submit(blank())))[-1], Succeeded)
        simulator.faults.resume_events()


async def test_a_late_history_is_waited_for() -> None:
    async with Simulator(FAST) as simulator, client(simulator.url) as server:
        simulator.faults.delay_history(0.2)
        handle = await server.submit(painting(steps=30))
        events = await follow_until(server, handle, stepped, simulator.faults.drop_sockets)
        assert isinstance(events[-1], Succeeded)


async def test_a_lost_answer_is_uncertain_and_the_run_is_found_and_adopted() -> None:
    async with Simulator(FAST) as simulator, client(simulator.url) as server:
        run = painting()
        simulator.faults.lose_next_answer()
        with pytest.raises(SubmitUncertain):
            await server.submit(run)
        assert isinstance(await server.find(Handle(run.id)), Found)
        assert isinstance((await followed(server, Handle(run.id)))[-1], Succeeded)
        assert simulator.records.executions(run.id) == 1


async def test_a_server_that_dies_in_mid_run_is_lost() -> None:
    async with Simulator(FAST) as simulator, client(simulator.url) as server:
        handle = await server.submit(painting(steps=2000))
        with pytest.raises(ServerLost):
            await follow_until(server, handle, stepped, simulator.faults.die)
        assert await server.find(handle) is NotFound.UNKNOWN


async def test_a_server_that_died_is_told_from_one_that_is_silent() -> None:
    patient = replace(QUICK, poll_s=0.2, lost_s=600, refused_s=0.5)
    async with Simulator(FAST) as simulator, client(simulator.url, patient) as server:
        running, waiting = await server.submit(painting(steps=2000)), await server.submit(blank())
        with pytest.raises(ServerRefused):
            await follow_until(server, running, stepped, simulator.faults.die)
        with pytest.raises(ServerRefused):
            await followed(server, waiting)
        async with asyncio.timeout(DEADLINE_S):
            while await server.find(waiting) is NotFound.UNKNOWN:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.05)
        assert await server.find(waiting) is NotFound.ABSENT


async def test_a_socket_that_breaks_has_its_server_looked_at_at_once() -> None:
    async with Simulator(FAST) as simulator, client(simulator.url, replace(DEAF_EARS, lost_s=0, connect_s=1)) as server:
        handle = await server.submit(painting(steps=2000))
        with pytest.raises(ServerRefused):
            await follow_until(server, handle, stepped, simulator.faults.die)


async def test_a_server_that_was_restarted_has_forgotten_the_run() -> None:
    async with Simulator(FAST) as simulator, client(simulator.url) as server:
        handle = await server.submit(painting(steps=2000))

        async def restart() -> None:
            await simulator.faults.die()
            await simulator.faults.revive()

        with pytest.raises(ServerLost, match="restarted"):
            await follow_until(server, handle, stepped, restart)
        assert await server.find(handle) is NotFound.ABSENT
        assert isinstance((await followed(server, await server.submit(blank())))[-1], Succeeded)


async def test_a_refused_connection_means_never_submitted() -> None:
    async with Simulator(FAST) as simulator, client(simulator.url) as server:
        await simulator.faults.die()
        with pytest.raises(ServerLost) as refusal:
            await server.submit(blank())
        assert not isinstance(refusal.value, SubmitUncertain)
        with pytest.raises(ServerLost):
            await server.vocabulary()


async def test_a_frozen_server_leaves_a_submit_uncertain_and_a_follow_lost() -> None:
    limits = replace(QUICK, answer_s=0.2, confirm_s=0.3)
    async with Simulator(FAST) as simulator, client(simulator.url, limits) as server:
        handle = await server.submit(painting(steps=2000))
        simulator.faults.freeze()
        with pytest.raises(SubmitUncertain):
            await server.submit(blank())
        with pytest.raises(ServerLost):
            await followed(server, handle)
        assert await server.interrupt(handle) is Stopping.UNCONFIRMED
        simulator.faults.thaw()


async def test_a_missing_output_file_is_a_lost_result() -> None:
    async with Simulator(FAST) as simulator, client(simulator.url) as server:
        simulator.faults.lose_outputs()
        end = (await followed(server, await server.submit(blank())))[-1]
        assert isinstance(end, Succeeded)
        with pytest.raises(ResultLost):
            await fetched(server, end.files[0])


async def test_out_of_memory_has_its_sentence_and_the_next_run_works() -> None:
    async with Simulator(FAST) as simulator, client(simulator.url, DEAF_EARS) as server:
        simulator.faults.out_of_memory()
        end = (await followed(server, await server.submit(painting())))[-1]
        assert isinstance(end, Failed)
        assert type(end.error) is OutOfMemory
        assert isinstance((await followed(server, await server.submit(painting())))[-1], Succeeded)


async def test_a_node_that_raises_fails_the_run_without_its_text() -> None:
    async with Simulator(FAST) as simulator, client(simulator.url, DEAF_EARS) as server:
        simulator.faults.next_run_raises("/srv/secret exploded")
        end = (await followed(server, await server.submit(painting())))[-1]
        assert isinstance(end, Failed)
        assert type(end.error) is ExecutionFailed
        assert "secret" not in str(end.error)
        assert "secret" in end.error.detail


async def test_a_huge_executed_message_arrives() -> None:
    async with Simulator(FAST) as simulator, client(simulator.url, DEAF_EARS) as server:
        simulator.faults.huge_executed(6 * 1024 * 1024)
        assert isinstance((await followed(server, await server.submit(blank())))[-1], Succeeded)


async def test_a_strangers_previews_and_progress_are_never_ours() -> None:
    async with Simulator(SimulatorOptions(step_ms=5)) as simulator, client(simulator.url) as server:
        simulator.faults.stranger_prompt(steps=20)
        events = await followed(server, await server.submit(blank()))
        assert isinstance(events[-1], Succeeded)
        assert not [event for event in events if isinstance(event, Stepped | Previewed)]


async def test_a_graph_that_is_accepted_without_its_wanted_output_is_taken_back() -> None:
    async with Simulator(FAST) as simulator, client(simulator.url) as server:
        first = await server.submit(painting(steps=2000))
        run = half_refused()
        with pytest.raises(GraphRejected):
            await server.submit(run)
        assert await server.find(Handle(run.id)) is NotFound.ABSENT
        assert await server.interrupt(first) is Stopping.STOPPED
        assert not simulator.records.executions(run.id)


async def test_a_graph_whose_unwanted_output_is_bad_runs() -> None:
    async with Simulator(FAST) as simulator, client(simulator.url) as server:
        bad = node("EmptyImage", width=0, height=64, batch_size=1, color=0)
        run = blank(**{"2": bad, "3": node("PreviewImage", images=["2", 0])})
        assert isinstance((await followed(server, await server.submit(run)))[-1], Succeeded)


async def test_a_model_that_the_server_lacks_is_named() -> None:
    async with Simulator(FAST) as simulator, client(simulator.url) as server:
        with pytest.raises(ModelMissing, match=r"“dream\.safetensors”"):
            await server.submit(painting(checkpoint="folder/dream.safetensors"))


async def test_a_run_without_any_output_says_nothing_was_produced() -> None:
    async with Simulator(FAST) as simulator, client(simulator.url, DEAF_EARS) as server:
        run = replace(blank(), outputs=frozenset({"1"}))
        end = (await followed(server, await server.submit(run)))[-1]
        assert isinstance(end, Failed)
        assert type(end.error) is NothingProduced


async def test_pictures_sent_over_the_socket_can_be_fetched() -> None:
    async with Simulator(FAST) as simulator, client(simulator.url, DEAF_EARS) as server:
        end = (await followed(server, await server.submit(blank(output="SaveImageWebsocket"))))[-1]
        assert isinstance(end, Succeeded)
        [file] = end.files
        assert (await fetched(server, file)).startswith(b"\x89PNG")


async def test_pictures_that_gave_way_are_lost() -> None:
    async with Simulator(FAST) as simulator, client(simulator.url, DEAF_EARS) as server:
        first = (await followed(server, await server.submit(blank(output="SaveImageWebsocket"))))[-1]
        assert isinstance(first, Succeeded)
        size = len(await fetched(server, first.files[0]))
    room_for_one = replace(DEAF_EARS, kept_bytes=size * 3 // 2)
    async with Simulator(FAST) as simulator, client(simulator.url, room_for_one) as server:
        older, newer = [
            (await followed(server, await server.submit(blank(output="SaveImageWebsocket"))))[-1] for _ in range(2)
        ]
        assert isinstance(older, Succeeded)
        assert isinstance(newer, Succeeded)
        with pytest.raises(ResultLost):
            await fetched(server, older.files[0])
        assert await fetched(server, newer.files[0])


async def test_interrupt_stops_ours_and_no_strangers() -> None:
    async with Simulator(FAST) as simulator, client(simulator.url) as server:
        stranger = Handle(simulator.faults.stranger_prompt(steps=60))
        ours = await server.submit(painting(steps=2000))
        assert await server.interrupt(ours) is Stopping.STOPPED
        assert isinstance((await followed(server, stranger))[-1], Succeeded)


async def test_a_run_stopped_by_somebody_else_is_interrupted() -> None:
    async with Simulator(FAST) as simulator, client(simulator.url) as server, client(simulator.url) as other:
        handle = await server.submit(painting(steps=2000))
        events = await follow_until(server, handle, stepped, lambda: other.interrupt(handle))
        assert events[-1] == Interrupted()


async def test_two_clients_on_one_server_hear_their_own_runs() -> None:
    async with Simulator(FAST) as simulator, client(simulator.url) as one, client(simulator.url) as two:
        handles = await one.submit(painting()), await two.submit(painting())
        heard = await asyncio.gather(followed(one, handles[0]), followed(two, handles[1]))
        for events in heard:
            assert isinstance(events[-1], Succeeded)
            assert any(isinstance(event, Stepped) for event in events)


async def test_a_follower_that_is_cancelled_ends_at_once_and_its_run_can_still_be_stopped() -> None:
    async with Simulator(FAST) as simulator, client(simulator.url) as server:
        handle = await server.submit(painting(steps=2000))
        begun = asyncio.Event()
        following = asyncio.create_task(follow_until(server, handle, stepped, begun.set))
        async with asyncio.timeout(DEADLINE_S):
            await begun.wait()
        following.cancel()
        with pytest.raises(asyncio.CancelledError):
            await following
        assert await server.interrupt(handle) is Stopping.STOPPED
