"""A client that ends is replaced, after a pause that grows and is forgotten."""

import logging
from collections.abc import Callable

import pytest

from bot.errors import ChatError, ConfigError
from bot.outages import Outage
from bot.supervising import Pauses, Supervisor

LOG = logging.getLogger("tests.supervising")


class World:
    """Clients that end in turn, and a clock that only they and the pauses move."""

    def __init__(self, *ends: tuple[float | None, Exception | None]) -> None:
        self.ends, self.now, self.pauses = list(ends), 0.0, list[float]()

    async def listen(self, ready: Callable[[], None]) -> None:
        """Be connected for the next so many seconds (None: never), and end so."""
        if not self.ends:
            raise ConfigError(["enough"])
        lasted, error = self.ends.pop(0)
        if lasted is not None:
            ready()
            self.now += lasted
        if error is not None:
            raise error

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds

    async def run(self) -> list[float]:
        """Supervise until the ends run out; return the pauses."""
        supervisor = Supervisor(
            listen=self.listen,
            outage=Outage(LOG, "gateway"),
            pauses=Pauses(jitter=lambda: 0.0),
            clock=lambda: self.now,
            sleep=self.sleep,
        )
        with pytest.raises(ConfigError):
            await supervisor.run()
        return self.pauses


async def test_the_pauses_double_up_to_a_minute() -> None:
    world = World(*[(None, ChatError())] * 9)
    assert await world.run() == [1, 2, 4, 8, 16, 32, 60, 60, 60]


async def test_a_minute_of_health_begins_the_pauses_anew() -> None:
    world = World((None, ChatError()), (None, ChatError()), (59, ChatError()), (60, ChatError()), (0, ChatError()))
    assert await world.run() == [1, 2, 4, 1, 2]


@pytest.mark.parametrize(
    "error", [AttributeError("'NoneType' object has no attribute 'sequence'"), KeyError("x"), RecursionError()]
)
async def test_what_a_client_breaks_of_is_mended_by_a_new_client(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    world = World((None, error), (5, ChatError()))
    assert await world.run() == [1, 2]
    assert "gateway: failed" in caplog.text


async def test_one_outage_is_logged_once_and_its_end_too(caplog: pytest.LogCaptureFixture) -> None:
    await World(*[(None, ChatError())] * 5, (5, ChatError())).run()
    assert [each.getMessage().split(":")[1].split()[0] for each in caplog.records] == ["lost", "back", "lost"]


async def test_what_no_new_client_mends_ends_it_at_once() -> None:
    world = World((None, ConfigError(["the token"])))
    assert await world.run() == []


def test_the_jitter_adds_up_to_a_quarter() -> None:
    assert Pauses(jitter=lambda: 1.0).after(0) == 1.25
