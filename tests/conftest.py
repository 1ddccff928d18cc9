"""Options that have to be known before pytest reads any test, and the engines that many of them need."""

from random import randrange

import pytest

import tests.fakes.discord  # noqa: F401 - imports discord.py before pytest makes errors of its deprecation warnings
from tests.engines.choosing import (
    add_option,
    cluster,
    embedded,
    engine_url,
    pytest_configure,
    pytest_generate_tests,
    redis7,
    redis62,
    truth,
    valkey8,
)

__all__ = [
    "cluster",
    "embedded",
    "engine_url",
    "pytest_configure",
    "pytest_generate_tests",
    "redis7",
    "redis62",
    "truth",
    "valkey8",
]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--comfyui",
        metavar="URL",
        action="append",
        default=[],
        help="run tests/contracts on this ComfyUI instead of the simulator; it should have nothing else to do. Given "
        "twice, tests/contracts run on both, and with --comfyui-control tests/acceptance/real on the pair",
    )
    parser.addoption(
        "--comfyui-control",
        metavar="SCRIPT",
        default=None,
        help="let tests/acceptance/real call SCRIPT start|kill|stop|freeze|thaw PORT, to start, end or pause a ComfyUI",
    )
    parser.addoption(
        "--kills",
        metavar="N",
        type=int,
        default=5,
        help="how often tests/acceptance/service kills the service, and then parts of one that is several processes",
    )
    parser.addoption(
        "--engine-kills", metavar="N", type=int, default=2, help="how often test_durability.py kills an engine"
    )
    parser.addoption(
        "--operations", metavar="N", type=int, default=4_000, help="how long a history test_differential.py plays"
    )
    add_option(parser)
    parser.addoption("--seed", metavar="N", type=int, default=None, help="repeat what a test with chances printed")


@pytest.fixture
def kills(request: pytest.FixtureRequest) -> int:
    """How often a process is killed."""
    return int(request.config.getoption("--kills"))


@pytest.fixture
def engine_kills(request: pytest.FixtureRequest) -> int:
    """How often an engine is killed."""
    return int(request.config.getoption("--engine-kills"))


@pytest.fixture
def operations(request: pytest.FixtureRequest) -> int:
    """How many operations a long history has."""
    return int(request.config.getoption("--operations"))


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """What chance begins with: a new number each time, unless one is given."""
    given = request.config.getoption("--seed")
    chosen = randrange(2**32) if given is None else int(given)
    print(f"--seed {chosen}")  # noqa: T201 - pytest shows it beside a failure
    return chosen
