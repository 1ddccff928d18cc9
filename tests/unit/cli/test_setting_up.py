"""What every command starts from."""

import json
from pathlib import Path

import pytest
import typer

from bot.cli.addresses import addresses
from bot.cli.check import check
from bot.cli.demo import gpus
from bot.cli.describe import list_workflows
from bot.cli.setting_up import load_settings, open_server, pick_workflow
from bot.errors import ConfigError, ServerLost, UnknownWorkflow
from bot.settings import Settings, read_settings

TWO = b"""
[[servers]]
name = "one"
url = "http://127.0.0.1:9"
[[servers]]
name = "two"
url = "https://gpu.example.org/comfy"
credential_env = "TWO_TOKEN"
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FAIRBRUSH_CONFIG", raising=False)
    return tmp_path


def test_a_missing_settings_file_is_fine_unless_it_was_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings() == Settings()

    monkeypatch.setenv("FAIRBRUSH_CONFIG", "elsewhere.toml")
    with pytest.raises(ConfigError, match=r"elsewhere\.toml"):
        load_settings()


def test_a_settings_file_that_cannot_be_read_is_a_sentence(here: Path) -> None:
    (here / "fairbrush.toml").mkdir()

    with pytest.raises(ConfigError, match="cannot be read"):
        load_settings()


def test_a_server_is_picked_by_name_by_address_or_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWO_TOKEN", "Bearer abc")
    settings = read_settings(TWO)

    assert list(addresses(settings, None)) == ["one", "two"]
    assert addresses(settings, "two")["two"].headers == {"Authorization": "Bearer abc"}
    assert next(iter(addresses(settings, "http://127.0.0.1:8188").values())).url == "http://127.0.0.1:8188"
    assert addresses(Settings(), None) == {}


def test_a_credential_that_is_not_set_is_named_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TWO_TOKEN", raising=False)
    with pytest.raises(ConfigError, match="TWO_TOKEN"):
        addresses(read_settings(TWO), "two")

    monkeypatch.setenv("TWO_TOKEN", "s3cret")
    assert "s3cret" not in repr(addresses(read_settings(TWO), "two"))


def test_a_certificate_authority_that_cannot_be_read_is_a_sentence() -> None:
    text = b'[[servers]]\nname = "one"\nurl = "https://127.0.0.1:9"\nca_file = "missing.pem"'

    with pytest.raises(ConfigError):
        addresses(read_settings(text), None)


WRONG = b"""
[[servers]]
name = "a"
url = "ftp://gpu.example.org"
credential_env = "NOT_SET"
[[servers]]
name = "b"
url = "http://[::1"
[[servers]]
name = "c"
url = "http://127.0.0.1:9"
"""


def test_every_problem_of_every_server_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOT_SET", raising=False)

    with pytest.raises(ConfigError) as raised:
        addresses(read_settings(WRONG), None)

    assert [problem.partition(":")[0] for problem in raised.value.problems] == ["servers.a", "servers.a", "servers.b"]
    assert "NOT_SET" in raised.value.problems[0]


def test_check_finds_every_wrong_server_and_still_asks_the_others(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NOT_SET", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(here / "state"))
    (here / "fairbrush.toml").write_bytes(WRONG)

    with pytest.raises(typer.Exit) as exited:
        check(comfyui=None, as_json=True)

    wrong = [found["subject"] for found in json.loads(capsys.readouterr().out) if not found["ok"]]
    assert [subject for subject in wrong if len(subject) == 1] == ["a", "a", "b", "c"]
    assert exited.value.exit_code == 2


@pytest.mark.parametrize("url", ["http://[::1", "http://...", f"http://{'a' * 70}", "http://a:99999", "http://a:x"])
def test_an_address_that_cannot_be_read_is_a_sentence(url: str) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        addresses(Settings(), url)


def test_a_credential_may_come_from_a_file_with_a_last_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWO_TOKEN", "Bearer abc\n")
    assert addresses(read_settings(TWO), "two")["two"].headers == {"Authorization": "Bearer abc"}

    monkeypatch.setenv("TWO_TOKEN", "Bearer abc\r\nX-Other: 1")
    with pytest.raises(ConfigError, match="TWO_TOKEN holds a line break"):
        addresses(read_settings(TWO), "two")


@pytest.mark.parametrize("as_json", [False, True])
def test_a_folder_of_workflows_that_cannot_be_read_is_no_empty_list(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, as_json: bool
) -> None:
    monkeypatch.setenv("FAIRBRUSH_WORKFLOWS_DIR", str(here / "nowhere"))

    with pytest.raises(typer.Exit) as exited:
        list_workflows(as_json=as_json)

    told = capsys.readouterr()
    assert exited.value.exit_code == 2
    assert "cannot be read" in told.err
    assert told.out.strip() == ("[]" if as_json else "")


async def test_the_first_configured_server_is_opened() -> None:
    with pytest.raises(ServerLost):
        async with open_server(read_settings(b'[[servers]]\nname = "one"\nurl = "http://127.0.0.1:9"'), None):
            pass


def test_a_workflow_whose_files_are_broken_says_what_is_wrong_with_them(here: Path) -> None:
    (here / "w" / "mine").mkdir(parents=True)
    settings = Settings(workflows_dir=here / "w")

    with pytest.raises(ConfigError, match=r"manifest\.toml"):
        pick_workflow(settings, "mine")
    with pytest.raises(UnknownWorkflow, match="none at all"):
        pick_workflow(settings, "other")


@pytest.mark.parametrize("url", ["http://127.0.0.1:8188/", "http://localhost:8188"])
async def test_one_gpu_named_twice_is_refused_by_the_demo(url: str) -> None:
    with pytest.raises(ConfigError, match="twice"):
        async with gpus(["http://127.0.0.1:8188", url], 50):
            pass
