"""The other commands: workflows, check, init, simulator, version."""

import asyncio
import json
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.simulator.server import Simulator
from tests.acceptance.conftest import Fairbrush

TXT2IMG = {
    "prompt", "negative_prompt", "steps", "cfg", "seed", "width", "height", "sampler", "scheduler", "model", "count",
}  # fmt: skip


def test_help_and_version_answer(fairbrush: Fairbrush) -> None:
    assert "imagine" in fairbrush("--help").stdout
    assert fairbrush("--version").stdout.startswith("fairbrush ")


def test_parse_prints_every_value_with_defaults(fairbrush: Fairbrush) -> None:
    done = fairbrush("workflows", "parse", "txt2img", "a cat steps:30", "--json")

    values = json.loads(done.stdout)["values"]
    assert done.returncode == 0
    assert values.keys() == TXT2IMG
    assert (values["prompt"], values["steps"], values["seed"]) == ("a cat", 30, None)


def test_parse_prints_every_fault(fairbrush: Fairbrush) -> None:
    done = fairbrush("workflows", "parse", "txt2img", "steps:0 cfg:x", "--json")

    assert done.returncode == 2
    assert {fault["parameter"] for fault in json.loads(done.stdout)["faults"]} == {"prompt", "steps", "cfg"}


def test_parse_without_json_is_a_table(fairbrush: Fairbrush) -> None:
    lines = fairbrush("workflows", "parse", "txt2img", "[/] a cat").stdout.splitlines()

    assert lines[0].split(maxsplit=1) == ["prompt", "[/] a cat"]


def test_seeds_of_64_bits_are_printed_to_the_last_digit(fairbrush: Fairbrush) -> None:
    done = fairbrush("workflows", "parse", "txt2img", "a cat seed:18446744073709551615", "--json")

    assert '"seed": 18446744073709551615' in done.stdout


def test_the_shipped_workflows_are_listed_and_shown(fairbrush: Fairbrush) -> None:
    listed = json.loads(fairbrush("workflows", "list", "--json").stdout)

    assert {"txt2img", "img2img", "inpaint", "upscale", "flux"} <= {each["name"] for each in listed}
    for each in listed:
        shown = json.loads(fairbrush("workflows", "show", each["name"], "--json").stdout)
        assert all(parameter["help"] for parameter in shown["parameters"])


def test_show_is_readable_without_json(fairbrush: Fairbrush) -> None:
    assert "1 to 60" in fairbrush("workflows", "show", "txt2img").stdout


def test_checking_the_shipped_workflows_finds_nothing(fairbrush: Fairbrush) -> None:
    assert fairbrush("workflows", "check").returncode == 0


def test_check_names_every_fault_of_ones_own_workflows(
    fairbrush: Fairbrush, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "two"):
        (folder / "mine" / name).mkdir(parents=True)
        (folder / "mine" / name / "manifest.toml").write_text("schema = 1")
        (folder / "mine" / name / "graph.json").write_text("{}")
    monkeypatch.setenv("FAIRBRUSH_WORKFLOWS_DIR", "mine")

    done = fairbrush("workflows", "check", "--json")

    assert done.returncode == 2
    assert {found["subject"] for found in json.loads(done.stdout) if not found["ok"]} >= {
        "workflow one",
        "workflow two",
    }


async def test_check_tells_what_a_server_is_and_what_it_lacks(fairbrush: Fairbrush, simulator: Simulator) -> None:
    done = await asyncio.to_thread(fairbrush, "check", "--comfyui", simulator.url, "--json")

    texts = [found["text"] for found in json.loads(done.stdout)]
    assert any("ComfyUI 0.3.64" in text for text in texts)


def test_check_of_a_gpu_that_is_away_fails_with_a_sentence(fairbrush: Fairbrush) -> None:
    done = fairbrush("check", "--comfyui", "http://127.0.0.1:9")

    assert done.returncode == 1
    assert "cannot be reached" in done.stdout


def test_the_manifest_for_discord_needs_an_id_and_no_network(fairbrush: Fairbrush) -> None:
    done = fairbrush("discord", "manifest", "--application", "123456789012345678", "--json")

    assert "client_id=123456789012345678" in json.loads(done.stdout)["invite"]
    assert fairbrush("discord", "manifest").returncode == 2


@pytest.mark.parametrize("platform", ["discord", "slack"])
def test_a_platform_alone_needs_a_token_and_a_redis_and_says_both(fairbrush: Fairbrush, platform: str) -> None:
    done = fairbrush("serve", "--only", platform)

    assert done.returncode == 2
    assert f"FAIRBRUSH_{platform.upper()}_TOKEN" in done.stderr
    assert "FAIRBRUSH_REDIS_URL" in done.stderr


def test_whoever_is_in_no_platform_does_not_wait_for_its_library() -> None:
    libraries = {"discord", "slack_bolt", "slack_sdk"}
    program = f"import sys, bot.cli.main, bot.app, bot.cli.demo; print({libraries} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)

    assert done.stdout.strip() == "set()"


def test_init_writes_settings_once(fairbrush: Fairbrush, folder: Path) -> None:
    assert fairbrush("init").returncode == 0
    assert fairbrush("check").returncode == 0
    assert fairbrush("init").returncode == 2
    assert fairbrush("init", "--force").returncode == 0


def test_wrong_settings_are_named_all_at_once(fairbrush: Fairbrush, folder: Path) -> None:
    (folder / "fairbrush.toml").write_text('max_result_mb = "big"\nnope = 1')

    done = fairbrush("check")

    assert done.returncode == 2
    assert "max_result_mb" in done.stderr
    assert "nope" in done.stderr


def test_the_simulator_answers_at_the_address_that_it_prints(
    start: Callable[..., subprocess.Popen[str]],
) -> None:
    process = start("simulator", "--port", "0", "--step-ms", "1", "--load-s", "0")
    assert process.stdout is not None
    url = process.stdout.readline().strip()

    with urllib.request.urlopen(f"{url}/system_stats", timeout=10) as answer:  # noqa: S310 - our own, on this machine
        assert json.load(answer)["system"]["comfyui_version"] == "0.3.64"


def test_a_terminated_simulator_leaves_nothing_behind(
    start: Callable[..., subprocess.Popen[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    before = set(tmp_path.iterdir())
    process = start("simulator", "--port", "0")
    assert process.stdout is not None
    process.stdout.readline()
    assert set(tmp_path.iterdir()) > before

    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)

    assert process.returncode == 143
    assert set(tmp_path.iterdir()) == before


def test_a_taken_port_is_a_sentence(start: Callable[..., subprocess.Popen[str]], fairbrush: Fairbrush) -> None:
    process = start("simulator", "--port", "0")
    assert process.stdout is not None
    port = process.stdout.readline().strip().rpartition(":")[2]

    done = fairbrush("simulator", "--port", port)

    assert done.returncode == 2
    assert port in done.stderr
