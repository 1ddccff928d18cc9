"""Keeps one engine alive for as long as the service lives. A process of its own; knows the standard library only.

`python supervisor.py COMMAND …`: starts the command, starts it again when it dies, and stops it when standard input
closes, which the kernel sees to even if the service is killed. It has one thread, so a child may be prepared safely.
"""

import ctypes
import os
import select
import signal
import subprocess
import sys
import time

PR_SET_PDEATHSIG = 1
"""From <linux/prctl.h>: what the kernel sends to a process when its parent dies."""
STOPPING_S = 10.0
"""How long the engine may take to write down its last second."""
PAUSE_S = 0.1
"""Between a death and the next start: an engine that cannot start must not eat a core."""


def main(command: list[str]) -> int:
    """Run the command until standard input closes."""
    rising, falling = os.pipe()
    os.set_blocking(falling, False)
    signal.set_wakeup_fd(falling)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGTERM, lambda *_: None)
    while True:
        # No shell; the command comes from the service. It inherits the lock, which thus outlives whoever is killed.
        engine = subprocess.Popen(command, close_fds=False, preexec_fn=_die_with_parent, stdin=subprocess.DEVNULL)  # noqa: PLW1509, S603
        if _closed_before_death(engine, rising):
            return _stop(engine)
        if _closed(PAUSE_S):
            return 0


def _die_with_parent() -> None:
    signal.set_wakeup_fd(-1)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _closed_before_death(engine: "subprocess.Popen[bytes]", rising: int) -> bool:
    """Wait for the end of standard input (True) or of the engine (False)."""
    while engine.poll() is None:
        ready, _, _ = select.select([0, rising], [], [])
        if rising in ready and signal.SIGTERM in os.read(rising, 64):
            return True
        if 0 in ready and not os.read(0, 64):
            return True
    return False


def _closed(wait_s: float) -> bool:
    ready, _, _ = select.select([0], [], [], wait_s)
    return bool(ready) and not os.read(0, 64)


def _stop(engine: "subprocess.Popen[bytes]") -> int:
    engine.terminate()
    deadline = time.monotonic() + STOPPING_S
    try:
        engine.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        engine.kill()
        engine.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
