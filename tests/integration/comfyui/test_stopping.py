"""Stopping a run: confirmed only when it is certain, and never anybody else's."""

import asyncio
import json
from dataclasses import replace

import pytest
from aiohttp import web

from adapters.comfyui.limits import ComfyLimits
from adapters.simulator.server import Simulator
from bot.errors import GraphRejected, SubmitUncertain
from bot.events import Succeeded
from bot.ports import Found, Handle, NotFound, Stopping
from tests.fakes.runs import blank, half_refused, painting
from tests.integration.comfyui.answering import (
    DONE,
    EMPTY,
    OURS,
    PENDING,
    RUNNING,
    STOPPED,
    against,
    in_turn,
    page,
    says,
)
from tests.integration.comfyui.proxy import Handler, proxying
from tests.integration.comfyui.scene import DEADLINE_S, FAST, QUICK, client, followed


class Interrupting:
    """A server that stops a run when asked in the right way, after as many looks as it likes."""

    def __init__(self, *, jobs: bool, looks: int = 1, history: object = STOPPED) -> None:
        self.asked: list[tuple[str, object]] = []
        self._jobs = jobs
        self._looks = looks
        self._history = history

    def routes(self) -> dict[str, Handler]:
        routes: dict[str, Handler] = {
            "GET /queue": self._queue,
            "POST /queue": self._note,
            "POST /interrupt": self._note,
            f"GET /history/{OURS}": self._told,
        }
        return {**routes, f"POST /api/jobs/{OURS}/cancel": self._cancel} if self._jobs else routes

    @property
    def _stopped(self) -> bool:
        return len([path for path, _ in self.asked if path != "/queue"]) >= self._looks

    async def _note(self, request: web.Request) -> web.Response:
        self.asked.append((request.path, await request.json()))
        return web.Response()

    async def _cancel(self, request: web.Request) -> web.Response:
        self.asked.append((request.path, None))
        return web.json_response({"cancelled": True})

    async def _queue(self, _request: web.Request) -> web.Response:
        return web.json_response(EMPTY if self._stopped else RUNNING)

    async def _told(self, _request: web.Request) -> web.Response:
        return web.json_response(self._history if self._stopped else {})


async def test_an_interrupt_names_its_run_and_is_repeated_until_it_is_noticed() -> None:
    far = Interrupting(jobs=False, looks=3)
    async with against(far.routes()) as server:
        assert await server.interrupt(OURS) is Stopping.STOPPED
    assert far.asked == [("/interrupt", {"prompt_id": OURS})] * 3


async def test_a_newer_server_cancels_the_job() -> None:
    far = Interrupting(jobs=True)
    async with against(far.routes()) as server:
        assert await server.interrupt(OURS) is Stopping.STOPPED
    assert [path for path, _ in far.asked] == [f"/api/jobs/{OURS}/cancel"]


async def test_a_success_may_win_the_race_against_an_interrupt() -> None:
    far = Interrupting(jobs=False, history=DONE)
    async with against(far.routes()) as server:
        assert await server.interrupt(OURS) is Stopping.TOO_LATE


async def test_a_run_that_vanishes_while_it_is_stopped_has_stopped() -> None:
    far = Interrupting(jobs=False, history={})
    async with against(far.routes()) as server:
        assert await server.interrupt(OURS) is Stopping.STOPPED


async def test_a_run_that_will_not_stop_is_unconfirmed() -> None:
    far = Interrupting(jobs=False, looks=1_000_000)
    async with against(far.routes(), ComfyLimits(confirm_s=0.3, eager_s=0.01)) as server:
        assert await server.interrupt(OURS) is Stopping.UNCONFIRMED


async def test_a_run_that_slips_back_into_the_queue_is_taken_out_again() -> None:
    queue = in_turn(says(PENDING), says(EMPTY))
    routes = {"GET /queue": queue, "POST /queue": says(None), f"GET /history/{OURS}": says({})}
    async with against(routes) as server:
        assert await server.interrupt(OURS) is Stopping.STOPPED


async def test_a_server_that_says_in_json_that_it_has_no_such_route_is_interrupted_the_other_way() -> None:
    far = Interrupting(jobs=False, looks=2)
    routes = {**far.routes(), f"POST /api/jobs/{OURS}/cancel": says({"detail": "Not Found"}, 404)}
    async with against(routes) as server:
        assert await server.interrupt(OURS) is Stopping.STOPPED
    assert far.asked == [("/interrupt", {"prompt_id": OURS})] * 2


async def test_a_run_whose_submit_is_still_on_its_way_is_not_said_to_be_stopped() -> None:
    held, arrived = asyncio.Event(), asyncio.Event()
    run = blank()
    async with (
        Simulator(FAST) as simulator,
        proxying(simulator.url, holds=("/prompt", arrived, held)) as url,
        client(url) as server,
        asyncio.timeout(DEADLINE_S),
    ):
        submitting = asyncio.create_task(server.submit(run))
        await arrived.wait()
        submitting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await submitting
        assert await server.interrupt(Handle(run.id)) is Stopping.UNCONFIRMED
        held.set()
        while await server.find(Handle(run.id)) is NotFound.ABSENT:
            pass
        assert isinstance((await followed(server, Handle(run.id)))[-1], Succeeded), "it did run"


async def test_a_submit_that_arrives_while_its_run_is_being_stopped_is_stopped() -> None:
    held, arrived = asyncio.Event(), asyncio.Event()
    run = painting(steps=2000)
    async with (
        Simulator(FAST) as simulator,
        proxying(simulator.url, holds=("/prompt", arrived, held)) as url,
        client(url, replace(QUICK, absent_s=DEADLINE_S)) as server,
        asyncio.timeout(DEADLINE_S),
    ):
        submitting = asyncio.create_task(server.submit(run))
        await arrived.wait()
        submitting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await submitting
        interrupting = asyncio.create_task(server.interrupt(Handle(run.id)))
        held.set()
        assert await interrupting is Stopping.STOPPED


async def test_a_run_that_was_cancelled_before_its_graph_was_sent_is_stopped_at_once() -> None:
    begun = asyncio.Event()

    async def never(_request: web.Request) -> web.Response:
        begun.set()
        await asyncio.Event().wait()
        return web.Response()

    run = replace(blank(), uploads={"a.png": b"x"})
    routes = {"POST /upload/image": never, "POST /queue": says(None), "GET /queue": says(EMPTY)}
    history: dict[str, Handler] = {f"GET /history/{run.id}": says({})}
    async with against({**routes, **history}, replace(QUICK, absent_s=DEADLINE_S)) as server:
        submitting = asyncio.create_task(server.submit(run))
        async with asyncio.timeout(DEADLINE_S):
            await begun.wait()
        submitting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await submitting
        async with asyncio.timeout(DEADLINE_S / 2):
            assert await server.interrupt(Handle(run.id)) is Stopping.STOPPED


class Taking:
    """A server that takes every graph and notes under which names its event socket is asked for."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.hang_up = asyncio.Event()
        self.came_back = asyncio.Event()

    def routes(self, run_id: str) -> dict[str, Handler]:
        return {
            "GET /ws": self._socket,
            "POST /prompt": self._take,
            "POST /queue": says(None),
            "GET /queue": says(EMPTY),
            f"GET /history/{run_id}": says({}),
        }

    async def _take(self, request: web.Request) -> web.Response:
        return web.json_response({"prompt_id": (await request.json())["prompt_id"], "node_errors": {}})

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        far = web.WebSocketResponse()
        await far.prepare(request)
        self.names.append(request.query["clientId"])
        if len(self.names) > 1:
            self.came_back.set()
        await far.send_str(json.dumps({"type": "status", "data": {"sid": "x"}}))
        await (self.hang_up.wait() if len(self.names) == 1 else far.receive())
        return far


async def test_after_a_confirmed_stop_nothing_is_in_flight_though_nobody_followed() -> None:
    far, run = Taking(), blank()
    async with against(far.routes(run.id)) as server, asyncio.timeout(DEADLINE_S):
        await server.submit(run)
        assert await server.interrupt(Handle(run.id)) is Stopping.STOPPED
        far.hang_up.set()
        await far.came_back.wait()
    assert far.names[0] != far.names[1], "the name of a connection is kept for runs in flight only"


async def test_after_a_lost_submit_that_is_nowhere_nothing_is_in_flight() -> None:
    far, run = Taking(), blank()
    async with against({**far.routes(run.id), "POST /prompt": page(502)}) as server, asyncio.timeout(DEADLINE_S):
        with pytest.raises(SubmitUncertain):
            await server.submit(run)
        assert await server.find(Handle(run.id)) is NotFound.ABSENT
        far.hang_up.set()
        await far.came_back.wait()
    assert far.names[0] != far.names[1]


async def test_a_run_that_ended_before_it_could_be_stopped_still_tells_its_end() -> None:
    async with Simulator(FAST) as simulator, client(simulator.url) as server:
        handle = await server.submit(blank(output="SaveImageWebsocket"))
        async with asyncio.timeout(DEADLINE_S):
            while await server.find(handle) == Found(end=None):
                pass
        assert await server.interrupt(handle) is Stopping.TOO_LATE
        assert isinstance((await followed(server, handle))[-1], Succeeded)


async def test_a_half_refused_graph_that_cannot_be_taken_back_may_run() -> None:
    run = half_refused()
    refusal = {"prompt_id": run.id, "node_errors": {"9": {"errors": [], "dependent_outputs": ["9"]}}}
    async with against({"POST /prompt": says(refusal), "POST /queue": page(502)}) as server:
        with pytest.raises(SubmitUncertain) as doubt:
            await server.submit(run)
    assert isinstance(doubt.value.__cause__, GraphRejected)
