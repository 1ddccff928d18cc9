"""Which engine is taken."""

import pytest

from adapters.redis import binary
from adapters.redis.binary import engine_binary
from adapters.redis.places import private_folder
from bot.errors import ConfigError


@pytest.fixture
def no_wheel(monkeypatch):
    monkeypatch.setattr(binary, "find_spec", lambda _: None)


def test_where_there_is_no_wheel_the_systems_engine_serves(no_wheel, tmp_path, monkeypatch):
    server = tmp_path / "redis-server"
    server.write_text("#!/bin/sh\n", encoding="utf-8")
    server.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert engine_binary() == server


def test_where_there_is_none_it_is_said_what_to_do(no_wheel, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(ConfigError, match="Install Valkey or Redis"):
        engine_binary()


def test_a_file_in_the_way_of_the_state_directory_is_said(tmp_path):
    (tmp_path / "state").write_text("", encoding="utf-8")

    with pytest.raises(ConfigError, match="cannot be made"):
        private_folder(tmp_path / "state")


def test_somebody_elses_link_is_not_followed(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "state").symlink_to(tmp_path / "real")

    with pytest.raises(ConfigError, match="somebody else"):
        private_folder(tmp_path / "state")
