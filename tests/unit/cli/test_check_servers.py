"""What `check` says of each GPU."""

import socket
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.redis.opening import open_redis
from adapters.simulator.options import SimulatorOptions
from adapters.simulator.server import Simulator
from bot.cli import check_servers
from bot.cli.check_servers import server_findings
from bot.cli.findings import Finding
from bot.cli.terminal import DONE, FAILED, WRONG
from bot.servers import Change, Listed, ServerSpec, ServerState, ServerStatus, Wish
from bot.service.reaching import connecting
from bot.settings import Settings, read_settings
from tests.engines.names import EMBEDDED
from tests.engines.running import started
from tests.fakes.runs import painting
from workflows.catalog import LIBRARY, load_catalog

CATALOG = load_catalog(LIBRARY)
FAST = SimulatorOptions(step_ms=10, draw=False)


def settings_of(*servers: str) -> Settings:
    return read_settings("".join(f"[[servers]]\n{server}\n" for server in servers).encode())


def texts(findings: list[Finding]) -> dict[str, str]:
    return {finding.subject: finding.text for finding in findings}


async def test_a_server_tells_what_it_is_and_that_nobody_else_uses_it(tmp_path: Path) -> None:
    async with Simulator(FAST) as simulator:
        findings = await server_findings(
            settings_of(f'name = "one"\nurl = "{simulator.url}"\nslots = 2\nlabels = ["quick"]'),
            CATALOG,
            None,
            tmp_path,
        )
    told = texts(findings)
    assert told["one"] == "reachable: ComfyUI 0.3.64; cuda:0 Simulated (no GPU); 24 GB; 2 slots; labels quick"
    assert told["one, previews"] == "sent"
    assert told["one, queue"] == "empty; nobody else uses it now"
    assert told["one, workflows"] == "can run all"
    assert {finding.exit_code for finding in findings} == {DONE}
    assert dict(findings[0].detail) == {
        "reachable": True,
        "version": "0.3.64",
        "devices": ("cuda:0 Simulated (no GPU)",),
        "memory": 24 * 1024**3,
        "previews": True,
        "waiting": 0,
        "others": 0,
        "slots": 2,
        "labels": ("quick",),
        "drained": False,
        "lacks": {},
    }


async def test_a_server_tells_what_each_workflow_lacks_there(tmp_path: Path) -> None:
    async with Simulator(replace(FAST, upscale_models=(), diffusion_models=())) as simulator:
        findings = await server_findings(Settings(), CATALOG, simulator.url, tmp_path)
    lacking = {finding.subject for finding in findings if finding.exit_code == FAILED}
    assert lacking == {"the GPU, flux", "the GPU, upscale"}
    assert texts(findings)["the GPU, workflows"] == f"can run {len(CATALOG.workflows) - 2} of {len(CATALOG.workflows)}"


async def test_strangers_are_told_and_cost_nothing(tmp_path: Path) -> None:
    async with Simulator(FAST) as simulator:
        simulator.faults.stranger_prompt(steps=2000)
        findings = await server_findings(Settings(), CATALOG, simulator.url, tmp_path)
    assert texts(findings)["the GPU, queue"] == "1 run, of somebody else: jobs wait for those, too"
    assert {finding.exit_code for finding in findings} == {DONE}


async def test_each_server_is_asked_whatever_is_wrong_with_another(tmp_path: Path) -> None:
    async with Simulator(FAST) as simulator:
        findings = await server_findings(
            settings_of(
                'name = "away"\nurl = "http://127.0.0.1:9"',
                'name = "keyless"\nurl = "http://127.0.0.1:9"\ncredential_env = "NOT_SET"',
                f'name = "well"\nurl = "{simulator.url}"',
            ),
            CATALOG,
            None,
            tmp_path,
        )
    codes = {finding.subject: finding.exit_code for finding in findings}
    assert (codes["away"], codes["keyless"], codes["well"]) == (FAILED, WRONG, DONE)
    assert [finding.detail.get("reachable") for finding in findings if "," not in finding.subject] == [
        False,
        False,
        True,
    ]


async def test_what_operators_changed_at_run_time_is_heeded_where_the_store_can_be_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        Simulator(FAST) as simulator,
        started(EMBEDDED, tmp_path) as url,
        open_redis(url) as pool,
    ):
        monkeypatch.setenv("FAIRBRUSH_REDIS_URL", url)
        settings = settings_of(
            'name = "gone"\nurl = "http://127.0.0.1:9"', f'name = "drained"\nurl = "{simulator.url}"'
        )
        await pool.servers.change("gone", Change(wish=Wish.REMOVE))
        await pool.servers.change("drained", Change(wish=Wish.DRAIN))
        added = ServerSpec(name="added", url=simulator.url)
        await pool.servers.change("added", Change(spec=added))
        now_ms = await pool.servers.now_ms()
        await pool.servers.tell(
            "added", ServerStatus(state=ServerState.SUSPECT, reason="Its last run failed.", seen_ms=now_ms)
        )
        async with connecting(settings, await pool.identity())(Listed(spec=added)) as server:
            await server.submit(painting(steps=2000))
            told = texts(await server_findings(settings, CATALOG, None, tmp_path))
    assert "gone" not in told
    assert told["drained, in the pool"] == "drained, so it takes nothing new; unattended: no process works on it"
    assert told["added, in the pool"] == "added at run time; suspect: Its last run failed."
    assert told["added, queue"] == "1 run; nobody else uses it now", "the pool's own"


async def test_one_that_does_not_answer_is_waited_for_in_words_and_not_long_and_says_how_it_is_in_the_pool(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(check_servers, "PATIENT_S", 0.05)
    monkeypatch.setattr(check_servers, "ASKED_S", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # its backlog takes connections, and nobody reads them
        port = silent.getsockname()[1]
        findings = await server_findings(
            settings_of(f'name = "hung"\nurl = "http://127.0.0.1:{port}"'), CATALOG, None, tmp_path
        )

    assert "Waiting for hung" in capsys.readouterr().err
    assert texts(findings) == {
        "hung": "The GPU did not answer within 0.3 s.",
        "hung, in the pool": "unattended: no process works on it",
    }
    assert findings[0].exit_code == FAILED


async def test_one_whose_service_has_ended_is_not_said_to_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with started(EMBEDDED, tmp_path) as url, open_redis(url) as pool:
        monkeypatch.setenv("FAIRBRUSH_REDIS_URL", url)
        now_ms = await pool.servers.now_ms()
        await pool.servers.tell("gpu1", ServerStatus(state=ServerState.READY, seen_ms=now_ms, attended=False))
        settings = settings_of('name = "gpu1"\nurl = "http://127.0.0.1:9"')
        told = texts(await server_findings(settings, CATALOG, None, tmp_path))

    assert told["gpu1, in the pool"] == "unattended: no process works on it"


async def test_a_pool_that_was_emptied_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with started(EMBEDDED, tmp_path) as url, open_redis(url) as pool:
        monkeypatch.setenv("FAIRBRUSH_REDIS_URL", url)
        await pool.servers.change("gpu1", Change(wish=Wish.REMOVE))
        settings = settings_of('name = "gpu1"\nurl = "http://127.0.0.1:9"')
        [finding] = await server_findings(settings, CATALOG, None, tmp_path)

    assert finding.exit_code == FAILED
    assert "gpu1" in finding.text
    assert "servers resume" in finding.text


async def test_without_a_gpu_there_is_nothing_wrong(tmp_path: Path) -> None:
    [finding] = await server_findings(Settings(), CATALOG, None, tmp_path)
    assert finding.exit_code == DONE
