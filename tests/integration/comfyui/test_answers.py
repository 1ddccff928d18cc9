"""Answers that a ComfyUI gives rarely, or that only something else in its place would give."""

import asyncio
import json
from collections.abc import Mapping

import pytest
from aiohttp import MultipartReader, web

from adapters.comfyui.limits import ComfyLimits
from bot.errors import ConfigError, GraphRejected, JobError, ResultLost, ServerLost, ServerUnreached, SubmitUncertain
from bot.events import Failed, Interrupted, MediaKind, OutputFile, Succeeded
from bot.ports import Found, NotFound, Stopping
from tests.fakes.runs import blank, broken_upload, node, run_of
from tests.integration.comfyui.answering import DONE, EMPTY, OURS, PENDING, RUNNING, against, in_turn, page, says
from tests.integration.comfyui.proxy import Handler, serving
from tests.integration.comfyui.scene import DEADLINE_S, client, fetched, followed

FILE = OutputFile(
    node="9", name="a.png", kind=MediaKind.IMAGE, locator={"filename": "a.png", "subfolder": "", "type": "output"}
)


@pytest.mark.parametrize("version", ["0.3.63", "v0.2.99", "0.1.0-beta"])
async def test_a_server_that_is_too_old_is_refused_with_the_reason(version: str) -> None:
    with pytest.raises(ConfigError, match=r"0\.3\.64 or newer is needed") as refusal:
        async with against({"GET /system_stats": says({"system": {"comfyui_version": version}})}):
            pass
    assert version in str(refusal.value)


@pytest.mark.parametrize("version", ["0.3.64", "0.38.1", "v1.0.0", "hosted", None])
async def test_a_server_that_is_new_enough_or_does_not_tell_is_taken(version: str | None) -> None:
    async with against({"GET /system_stats": says({"system": {"comfyui_version": version}})}) as server:
        assert (await server.facts()).version == (version or "")


@pytest.mark.parametrize(
    ("version", "shown"), [("1.0.0 \x1b[2J", "1.0.0"), ("/srv/comfyui", ""), ("9" * 50, "9" * 40), (["1"], "")]
)
async def test_only_what_is_plain_of_a_version_is_shown(version: object, shown: str) -> None:
    async with against({"GET /system_stats": says({"system": {"comfyui_version": version}})}) as server:
        assert (await server.facts()).version == shown


async def test_a_server_says_what_it_computes_on() -> None:
    stats = {"devices": [{"name": "cuda:0", "vram_total": 24}, {"name": "odd", "vram_total": 10**400}]}
    async with against({"GET /system_stats": says(stats), "GET /queue": says(RUNNING)}) as server:
        facts = await server.facts()
    assert (facts.devices, facts.memory) == (("cuda:0", "odd"), 24)
    assert (facts.version, facts.waiting, facts.others) == ("", 1, 1)


async def test_a_platform_that_lists_no_queue_has_no_strangers() -> None:
    async with against({}) as server:
        facts = await server.facts()
        assert await server.clear(()) == 0
    assert (facts.waiting, facts.others, server.others) == (0, 0, 0)


@pytest.mark.parametrize(
    ("argv", "previews"),
    [
        (["main.py", "--preview-method", "latent2rgb"], True),
        (["main.py", "--preview-method=auto", "--cpu"], True),
        (["main.py", "--preview-method", "auto", "--preview-method", "none"], False),
        (["main.py", "--preview-size", "256"], False),
        (None, None),
        ([7, {}], False),
    ],
)
async def test_the_command_line_tells_whether_there_are_previews(argv: object, previews: bool | None) -> None:
    async with against({"GET /system_stats": says({"system": {"argv": argv}})}) as server:
        assert (await server.facts()).previews is previews


@pytest.mark.parametrize(
    "routes",
    [
        {},
        {"/{tail:.*}": says({})},
        {"/{tail:.*}": says([])},
        {"/{tail:.*}": page(200)},
        {"/{tail:.*}": says({"system": "nginx", "queue_running": 7})},
    ],
    ids=["nothing", "nothing in JSON", "a list", "a page", "something else"],
)
async def test_what_is_no_comfyui_is_told_so(routes: Mapping[str, Handler]) -> None:
    async with serving(routes) as url:
        with pytest.raises(ServerLost) as refusal:
            await client(url).__aenter__()
    assert str(refusal.value) == "What answers at the GPU's address is no ComfyUI."


@pytest.mark.parametrize(
    "routes",
    [{"GET /system_stats": says({"devices": []})}, {"GET /queue": says(EMPTY)}],
    ids=["devices", "a queue"],
)
async def test_a_platform_that_says_little_as_a_comfyui_says_it_is_taken(routes: Mapping[str, Handler]) -> None:
    async with serving(routes) as url, client(url) as server:
        assert (await server.facts()).version == ""


async def test_a_name_that_leads_nowhere_and_a_port_where_nobody_listens_are_told_apart() -> None:
    async with serving({}) as gone:
        pass
    for url, reason in (
        (gone, "The GPU cannot be reached: nothing listens at its address."),
        ("http://nowhere.invalid:8188", "The GPU cannot be reached: its name leads nowhere."),
    ):
        with pytest.raises(ServerUnreached) as refusal:
            await client(url).__aenter__()
        assert str(refusal.value) == reason


async def test_a_server_in_trouble_is_lost() -> None:
    with pytest.raises(ServerLost):
        async with against({"GET /system_stats": page(502)}):
            pass


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (page(200), SubmitUncertain),
        (page(302), ServerLost),
        (page(403), ServerLost),
        (page(404), ServerLost),
        (page(413), GraphRejected),
        (page(429), ServerLost),
        (page(500), SubmitUncertain),
        (page(502), SubmitUncertain),
        (page(400), ServerLost),
        (says({"prompt_id": "an-id-of-its-own"}), SubmitUncertain),
        (says({"error": {"type": "prompt_no_outputs"}, "node_errors": {}}, 400), GraphRejected),
    ],
)
async def test_what_an_answer_to_a_submit_means(answer: Handler, error: type[JobError]) -> None:
    async with against({"POST /prompt": answer}) as server:
        with pytest.raises(JobError) as refusal:
            await server.submit(blank())
    assert type(refusal.value) is error


async def test_an_answer_that_is_too_long_leaves_a_submit_uncertain() -> None:
    async with against({"POST /prompt": says("x" * 5000)}, ComfyLimits(json_bytes=4000)) as server:
        with pytest.raises(SubmitUncertain):
            await server.submit(blank())


async def test_what_is_submitted_holds_no_number_no_front_and_no_null() -> None:
    bodies: list[dict[str, object]] = []

    async def take(request: web.Request) -> web.Response:
        bodies.append(await request.json())
        return web.json_response({"prompt_id": bodies[-1]["prompt_id"], "number": 0, "node_errors": {}})

    run = blank()
    async with against({"POST /prompt": take}) as server:
        assert await server.submit(run) == run.id
    [body] = bodies
    assert body["prompt_id"] == run.id
    assert set(body) == {"prompt", "prompt_id", "client_id", "extra_data"}
    assert body["extra_data"] == {"fairbrush_outputs": ["9"], "fairbrush_pool": ""}
    assert body["client_id"]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (says({"name": "renamed (1).png"}), GraphRejected),
        (page(413), GraphRejected),
        (page(200), ServerLost),
        (page(500), ServerLost),
    ],
)
async def test_what_an_answer_to_an_upload_means(answer: Handler, error: type[JobError]) -> None:
    async with against({"POST /upload/image": answer, "POST /prompt": says({})}) as server:
        with pytest.raises(JobError) as refusal:
            await server.submit(broken_upload())
    assert type(refusal.value) is error


@pytest.mark.parametrize("name", ["../x.png", "a/b.png", "猫.png", "", "x" * 201])
async def test_an_upload_has_a_plain_name(name: str) -> None:
    async with against({}) as server:
        with pytest.raises(GraphRejected):
            await server.submit(run_of({"1": {"class_type": "LoadImage", "inputs": {}}}, uploads={name: b""}))


@pytest.mark.parametrize("queue", [page(), page(404), says([]), says(EMPTY, 500)])
async def test_a_server_that_cannot_tell_of_a_run_leaves_it_unknown(queue: Handler) -> None:
    async with against({"GET /queue": queue}) as server:
        assert await server.find(OURS) is NotFound.UNKNOWN
        assert await server.interrupt(OURS) is Stopping.UNCONFIRMED


async def test_a_long_answer_is_read_off_the_loop() -> None:
    long = {**RUNNING, "padding": "x" * 2_000_000}
    async with against({"GET /queue": says(long)}) as server:
        assert await server.find(OURS) == Found(end=None)


@pytest.mark.parametrize("status", [200, 302, 400, 403, 404])
async def test_a_page_in_the_place_of_a_file_is_a_lost_result(status: int) -> None:
    async with against({"GET /view": page(status)}) as server:
        with pytest.raises(ResultLost):
            await fetched(server, FILE)


@pytest.mark.parametrize("status", [401, 429, 500, 503])
async def test_a_server_that_refuses_to_answer_for_a_file_is_lost(status: int) -> None:
    async with against({"GET /view": page(status)}) as server:
        with pytest.raises(ServerLost):
            await fetched(server, FILE)


async def test_a_file_over_the_limit_is_not_read() -> None:
    async def large(request: web.Request) -> web.StreamResponse:
        return web.Response(body=b"x" * 5000)

    async def unannounced(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(5):
            await response.write(b"x" * 1000)
        return response

    for handler in (large, unannounced):
        async with against({"GET /view": handler}, ComfyLimits(file_bytes=4000)) as server:
            with pytest.raises(ResultLost, match="larger"):
                await fetched(server, FILE)


async def test_a_file_that_breaks_off_is_a_lost_server() -> None:
    async def broken(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "5000"})
        await response.prepare(request)
        await response.write(b"x" * 1000)
        request.transport.close()  # type: ignore[union-attr]
        return response

    async with against({"GET /view": broken}) as server:
        with pytest.raises(ServerLost):
            await fetched(server, FILE)


async def test_a_file_that_stalls_is_a_lost_server() -> None:
    release = asyncio.Event()

    async def stalled(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"x")
        await release.wait()
        return response

    async with against({"GET /view": stalled}, ComfyLimits(read_s=0.1)) as server:
        with pytest.raises(ServerLost):
            await fetched(server, FILE)
        release.set()


async def test_a_file_that_drips_for_ever_is_a_lost_server() -> None:
    async def dripping(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while not request.transport or not request.transport.is_closing():
            await response.write(b"x")
            await asyncio.sleep(0)
        return response

    async with against({"GET /view": dripping}, ComfyLimits(fetch_s=0.2)) as server:
        with pytest.raises(ServerLost):
            await fetched(server, FILE)


async def test_all_uploads_of_a_run_share_one_deadline() -> None:
    async def never(_request: web.Request) -> web.Response:
        await asyncio.Event().wait()
        return web.Response()

    async def stored(request: web.Request) -> web.Response:
        await request.post()
        return web.json_response({"name": "a.png"})

    run = run_of({"1": node("LoadImage", image="a.png")}, uploads={"a.png": b"x", "b.png": b"x"})
    handler = in_turn(stored, never)
    async with against({"POST /upload/image": handler}, ComfyLimits(upload_s=0.2)) as server:
        with pytest.raises(ServerLost) as lost:
            await server.submit(run)
    assert not isinstance(lost.value, SubmitUncertain)


async def test_a_server_that_describes_no_checkpoint_in_time_still_says_their_names() -> None:
    async def never(_request: web.Request) -> web.Response:
        await asyncio.Event().wait()
        return web.Response()

    loader = {"input": {"required": {"ckpt_name": [["a.safetensors", "XL_dream.safetensors"]]}}, "output": ["MODEL"]}
    routes = {
        "GET /object_info": says({"CheckpointLoaderSimple": loader}),
        "GET /view_metadata/checkpoints": never,
        "GET /experiment/models/checkpoints": says([{"name": "a.safetensors", "size": 2 * 1024**3}]),
    }
    async with against(routes, ComfyLimits(describe_s=0.1)) as server, asyncio.timeout(DEADLINE_S):
        vocabulary = await server.vocabulary()
    assert vocabulary is not None
    assert vocabulary.families == {"a.safetensors": "sd15", "XL_dream.safetensors": "sdxl"}


async def test_without_a_socket_a_run_is_followed_by_asking() -> None:
    queue = in_turn(says(PENDING), says(RUNNING), says(EMPTY))
    async with against({"GET /queue": queue, f"GET /history/{OURS}": says(DONE)}) as server:
        events = await followed(server, OURS)
    assert [type(event).__name__ for event in events] == ["Waiting", "Started", "Succeeded"]
    assert events[-1] == Succeeded(files=(), texts=("done",))


async def test_a_moment_of_silence_is_survived() -> None:
    queue = in_turn(says(RUNNING), page(502), says(EMPTY))
    async with against({"GET /queue": queue, f"GET /history/{OURS}": says(DONE)}) as server:
        assert isinstance((await followed(server, OURS))[-1], Succeeded)


async def test_families_come_from_metadata_then_names_then_sizes() -> None:
    names = ["plain.safetensors", "XL_dream.safetensors", "two.safetensors", "unknown.ckpt"]

    async def metadata(request: web.Request) -> web.Response:
        match request.query["filename"]:
            case "plain.safetensors":
                return web.json_response({"modelspec.architecture": "flux-1-dev"})
            case "two.safetensors":
                return web.json_response([])
            case "unknown.ckpt":
                return web.Response(body=b" " * 9_000_000)
            case _:
                return web.Response(status=404)

    loader = {"input": {"required": {"ckpt_name": [names]}}, "output": ["MODEL"]}
    sizes = [{"name": "two.safetensors", "size": 2 * 1024**3}, {"name": 3}, "odd"]
    routes = {
        "GET /object_info": says({"CheckpointLoaderSimple": loader}),
        "GET /view_metadata/checkpoints": metadata,
        "GET /experiment/models/checkpoints": says(sizes),
    }
    async with against(routes) as server:
        vocabulary = await server.vocabulary()
        assert "CheckpointLoaderSimple" in await server.definitions()
    assert vocabulary is not None
    assert vocabulary.choices == {"CheckpointLoaderSimple.ckpt_name": tuple(names)}
    assert vocabulary.families == {
        "plain.safetensors": "flux",
        "XL_dream.safetensors": "sdxl",
        "two.safetensors": "sd15",
    }


async def test_sizes_that_cannot_be_had_are_done_without() -> None:
    async def broken(request: web.Request) -> web.Response:
        request.transport.abort()  # type: ignore[union-attr]
        return web.Response()

    routes = {"GET /object_info": says({}), "GET /experiment/models/checkpoints": broken}
    async with against(routes) as server:
        vocabulary = await server.vocabulary()
    assert vocabulary is not None
    assert vocabulary.families == {}


async def test_a_server_without_node_classes_cannot_tell_what_it_offers() -> None:
    async with against({}) as server:
        assert await server.vocabulary() is None
        with pytest.raises(ServerLost):
            await server.definitions()


async def test_a_large_picture_and_a_large_graph_are_handed_over() -> None:
    async def stored(request: web.Request) -> web.Response:
        field = await anext(aiter(await request.multipart()))
        assert not isinstance(field, MultipartReader | None)
        sizes.append(len(await field.read()))
        return web.json_response({"name": field.filename, "subfolder": "", "type": "input"})

    async def taken(request: web.Request) -> web.Response:
        sizes.append(len(await request.read()))
        return web.json_response({"prompt_id": run.id, "number": 0, "node_errors": {}})

    sizes: list[int] = []
    run = run_of({"1": node("LoadImage", image="a" * 2_000_000)}, uploads={"large.png": b"x" * 3_000_000})
    async with against({"POST /upload/image": stored, "POST /prompt": taken}) as server:
        await server.submit(run)
    assert sizes[0] == 3_000_000
    assert sizes[1] > 2_000_000


async def test_secrets_stay_out_of_the_debug_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    async with (
        serving({"GET /system_stats": says({"system": {}})}) as url,
        client(url, Authorization="Bearer hunter2") as server,
    ):
        assert await server.find(OURS) is NotFound.UNKNOWN
    assert "hunter2" not in caplog.text
    assert "the event socket broke" in caplog.text


async def test_a_socket_whose_frames_are_large_or_strange_goes_on() -> None:
    greeting = json.dumps({"type": "status", "data": {"sid": "x"}})
    large = json.dumps({"type": "execution_interrupted", "data": {"prompt_id": OURS, "padding": "x" * 2_000_000}})

    async def socket(request: web.Request) -> web.StreamResponse:
        far = web.WebSocketResponse()
        await far.prepare(request)
        await far.send_str(greeting)
        await asked.wait()
        for frame in ("{", "[]", json.dumps({"type": "weather", "data": {"prompt_id": OURS}}), large):
            await far.send_str(frame)
        async for _ in far:
            pass
        return far

    asked = asyncio.Event()

    async def queue(_request: web.Request) -> web.Response:
        asked.set()
        return web.json_response(RUNNING)

    async with against({"GET /ws": socket, "GET /queue": queue}, ComfyLimits(poll_s=DEADLINE_S)) as server:
        assert (await followed(server, OURS))[-1] == Interrupted()


async def test_a_redirected_socket_is_not_followed() -> None:
    led_away: list[str] = []

    async def elsewhere(request: web.Request) -> web.Response:
        led_away.append(request.path)
        return web.Response()

    async with serving({"/{tail:.*}": elsewhere}) as trap:

        async def redirect(_request: web.Request) -> web.Response:
            return web.Response(status=302, headers={"Location": f"{trap.replace('http', 'ws')}/ws"})

        async with against({"GET /ws": redirect}, ComfyLimits(connect_s=0.3)):
            pass
    assert not led_away


async def test_a_failure_in_the_history_names_who_can_act() -> None:
    report = {"exception_type": "torch.OutOfMemoryError", "exception_message": "…", "node_type": "KSampler"}
    entry = {OURS: {"status": {"status_str": "error", "messages": [["execution_error", report]]}}}
    async with against({"GET /queue": says(EMPTY), f"GET /history/{OURS}": says(entry)}) as server:
        [end] = await followed(server, OURS)
    assert isinstance(end, Failed)
    assert end.error.code == "out_of_memory"
