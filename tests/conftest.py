"""Options that have to be known before pytest reads any test."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--comfyui",
        metavar="URL",
        default=None,
        help="run tests/contracts on this ComfyUI instead of the simulator; it should have nothing else to do",
    )
