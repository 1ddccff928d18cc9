"""Options that have to be known before pytest reads any test."""

from random import randrange

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--comfyui",
        metavar="URL",
        default=None,
        help="run tests/contracts on this ComfyUI instead of the simulator; it should have nothing else to do",
    )
    parser.addoption(
        "--kills", metavar="N", type=int, default=5, help="how often tests/acceptance/service kills the service"
    )
    parser.addoption("--seed", metavar="N", type=int, default=None, help="repeat what a test with chances printed")


@pytest.fixture
def kills(request: pytest.FixtureRequest) -> int:
    """How often a process is killed."""
    return int(request.config.getoption("--kills"))


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """What chance begins with: a new number each time, unless one is given."""
    given = request.config.getoption("--seed")
    chosen = randrange(2**32) if given is None else int(given)
    print(f"--seed {chosen}")  # noqa: T201 - pytest shows it beside a failure
    return chosen
