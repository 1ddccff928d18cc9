"""Which hosts are this page's own."""

import pytest

from adapters.web.guards import is_own_host


@pytest.mark.parametrize(
    ("host", "port", "own"),
    [
        ("127.0.0.1:8800", 8800, True),
        ("localhost:8800", 8800, True),
        ("[::1]:8800", 8800, True),
        ("127.0.0.1", 80, True),
        ("127.0.0.1", 8800, False),
        ("127.0.0.1:8801", 8800, False),
        ("evil.example:8800", 8800, False),
        ("127.0.0.1:port", 8800, False),
        ("", 80, False),
    ],
)
def test_a_host_is_our_own_when_it_is_this_machine_and_our_port(host: str, port: int, own: bool) -> None:
    assert is_own_host(host, port) is own
