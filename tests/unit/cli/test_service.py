"""What a service starts from: its state folder, and the key that its links are signed with."""

from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from bot.cli.serve import serve
from bot.cli.service import _key, _remarks, state_folder
from bot.errors import ConfigError
from bot.service.roles import AT_HOME, Role, is_whole, roles_of
from bot.settings import Settings, read_settings


def test_a_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    key = _key(Settings(), tmp_path)

    assert len(key) == 32
    assert _key(Settings(), tmp_path) == key
    assert (tmp_path / "key").stat().st_mode & 0o077 == 0


def test_processes_that_begin_together_in_a_new_folder_have_one_key_and_leave_nothing_else(tmp_path: Path) -> None:
    for number in range(20):
        folder, together = tmp_path / str(number), Barrier(8)
        folder.mkdir()

        def made(folder: Path = folder, together: Barrier = together) -> bytes:
            together.wait()
            return _key(Settings(), folder)

        with ThreadPoolExecutor(8) as threads:
            keys = {each.result() for each in [threads.submit(made) for _ in range(8)]}

        assert len(keys) == 1
        assert [each.name for each in folder.iterdir()] == ["key"]


def test_a_key_of_the_environment_wins_and_has_to_be_long_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAIRBRUSH_KEY", "k" * 32)
    assert _key(read_settings(None), tmp_path) == b"k" * 32

    monkeypatch.setenv("FAIRBRUSH_KEY", "short")
    with pytest.raises(ConfigError, match="FAIRBRUSH_KEY"):
        _key(read_settings(None), tmp_path)


def test_a_key_that_was_cut_short_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"half")

    with pytest.raises(ConfigError, match="cut short"):
        _key(Settings(), tmp_path)


def test_a_state_folder_is_made_for_its_owner_alone_or_refused_in_a_sentence(tmp_path: Path) -> None:
    folder = state_folder(tmp_path / "a" / "b")
    assert folder.is_dir()
    assert folder.stat().st_mode & 0o077 == 0

    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="state folder"):
        state_folder(tmp_path / "file" / "c")
    with pytest.raises(ConfigError, match="home folder"):
        state_folder(Path("~nobody-of-this-name/c"))


FIRST = {"gpu1": "http://127.0.0.1:8188"}


@pytest.fixture
def file_of_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A settings file with a GPU whose credential is not there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FAIRBRUSH_CONFIG", raising=False)
    monkeypatch.delenv("GPU1_TOKEN", raising=False)
    block = '[[servers]]\nname = "gpu1"\nurl = "http://127.0.0.1:8188"\ncredential_env = "GPU1_TOKEN"\n'
    (tmp_path / "fairbrush.toml").write_text(block)


@pytest.mark.usefixtures("file_of_one")
@pytest.mark.parametrize("role", list(Role))
def test_a_process_with_one_role_needs_a_redis_that_others_reach(tmp_path: Path, role: Role) -> None:
    with pytest.raises(ConfigError, match="FAIRBRUSH_REDIS_URL"):
        serve(host="127.0.0.1", port=0, state=tmp_path, only=[role])


@pytest.mark.usefixtures("file_of_one")
def test_discord_without_its_token_is_refused_in_words_beside_whatever_else_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        serve(host="127.0.0.1", port=0, state=tmp_path, only=[Role.DISCORD])

    assert [name for name in ("FAIRBRUSH_REDIS_URL", "FAIRBRUSH_DISCORD_TOKEN") if name not in str(raised.value)] == []


@pytest.mark.usefixtures("file_of_one")
def test_slack_without_its_secrets_is_refused_in_words_beside_whatever_else_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        serve(host="127.0.0.1", port=0, state=tmp_path, only=[Role.SLACK])

    assert [name for name in ("REDIS_URL", "SLACK_TOKEN", "SLACK_APP_TOKEN") if name not in str(raised.value)] == []


IN_DISCORD = {"discord_token": "a.b.c"}
IN_BOTH = {**IN_DISCORD, "slack_token": "xoxb-1"}


@pytest.mark.parametrize(
    ("only", "secrets", "roles", "whole"),
    [
        ((), {}, AT_HOME, True),
        ((), IN_DISCORD, AT_HOME | {Role.DISCORD}, True),
        ((), IN_BOTH, frozenset(Role), True),
        *(((), {f"slack_{name}": "x"}, AT_HOME | {Role.SLACK}, True) for name in ("token", "app_token")),
        *(((), {f"slack_{name}": "x"}, AT_HOME | {Role.SLACK}, True) for name in ("signing_secret", "client_secret")),
        ((), {"slack_client_id": "1.2"}, AT_HOME | {Role.SLACK}, True),
        ((Role.WEB, Role.WORKER), IN_BOTH, AT_HOME, True),
        ((Role.DISCORD, Role.WORKER), IN_DISCORD, {Role.DISCORD, Role.WORKER}, True),
        ((Role.SLACK, Role.WORKER), IN_BOTH, {Role.SLACK, Role.WORKER}, True),
        ((Role.DISCORD,), IN_DISCORD, {Role.DISCORD}, False),
        ((Role.SLACK,), {}, {Role.SLACK}, False),
        ((Role.DISCORD, Role.WEB), IN_DISCORD, {Role.DISCORD, Role.WEB}, False),
        ((Role.WORKER,), IN_BOTH, {Role.WORKER}, False),
    ],
)
def test_without_a_word_a_process_is_all_it_can_be(
    only: tuple[Role, ...], secrets: dict[str, Any], roles: frozenset[Role], whole: bool
) -> None:
    assert roles_of(only, Settings(**secrets)) == roles
    assert is_whole(roles) == whole


@pytest.mark.usefixtures("file_of_one")
@pytest.mark.parametrize("role", [Role.DISCORD, Role.SLACK])
def test_a_process_for_a_platform_alone_says_what_it_shares_with_the_workers(tmp_path: Path, role: Role) -> None:
    said = " ".join(_remarks(frozenset({role}), tmp_path, shares=True))

    assert [words for words in ("same state folder", str(tmp_path), "FAIRBRUSH_KEY") if words not in said] == []
    assert "state folder" not in " ".join(_remarks(frozenset(Role), tmp_path, shares=True))


def test_a_process_without_a_page_says_for_whom_it_works(tmp_path: Path) -> None:
    alone = frozenset({Role.DISCORD, Role.WORKER})
    both = frozenset({Role.DISCORD, Role.SLACK, Role.WORKER})

    assert any(
        "whoever shares this Redis" in each for each in _remarks(frozenset({Role.WORKER}), tmp_path, shares=True)
    )
    assert any("Working for Discord;" in each for each in _remarks(alone, tmp_path, shares=False))
    assert any("Working for Discord and Slack;" in each for each in _remarks(both, tmp_path, shares=False))
    assert list(_remarks(AT_HOME, tmp_path, shares=True)) == []


@pytest.mark.usefixtures("file_of_one")
def test_a_worker_without_the_credential_of_a_gpu_says_so_and_works_on_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    began: list[Coroutine[object, object, None]] = []
    monkeypatch.setattr("bot.cli.serve.run", began.append)
    monkeypatch.setenv("FAIRBRUSH_REDIS_URL", "redis://127.0.0.1:1")
    for role in (Role.WORKER, Role.WEB):
        serve(host="127.0.0.1", port=0, state=tmp_path, only=[role])
        began.pop().close()
        assert ("GPU1_TOKEN is not set" in capsys.readouterr().err) == (role is Role.WORKER)


@pytest.mark.parametrize(
    ("url", "problem"),
    [("http://[::1", "cannot be read"), ("http://localhost:8188/", "that GPU is gpu1 already")],
)
def test_what_is_wrong_with_the_file_on_any_machine_is_said_instead_of_serving(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, problem: str
) -> None:
    monkeypatch.setenv("FAIRBRUSH_CONFIG", str(tmp_path / "fairbrush.toml"))
    blocks = [f'[[servers]]\nname = "{name}"\nurl = "{at}"\n' for name, at in {**FIRST, "gpu2": url}.items()]
    (tmp_path / "fairbrush.toml").write_text("".join(blocks))

    with pytest.raises(ConfigError, match=problem):
        serve(host="127.0.0.1", port=0, state=tmp_path, only=[])
