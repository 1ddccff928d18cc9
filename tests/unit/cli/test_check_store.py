"""What `check` says of the store that nobody has started."""

import os
import socket
from pathlib import Path

from adapters.redis.places import ENGINE_LOCK, engine_runs, locked, socket_of
from bot.cli.check_store import store_findings
from bot.cli.terminal import DONE
from bot.settings import Settings


def test_a_socket_that_a_killed_service_left_behind_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / ENGINE_LOCK).touch()
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(socket_of(tmp_path / "store")))

    [finding] = store_findings(Settings(), tmp_path)

    assert (finding.exit_code, finding.text) == (DONE, "an engine of our own, which starts with the service")


def test_an_engine_runs_for_as_long_as_somebody_has_its_lock(tmp_path: Path) -> None:
    lock = locked(tmp_path, ENGINE_LOCK)
    assert lock is not None
    assert engine_runs(tmp_path)
    os.close(lock)
    assert not engine_runs(tmp_path)
