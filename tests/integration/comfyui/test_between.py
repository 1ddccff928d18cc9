"""A proxy in front of the server: path prefix, password, TLS; and what it says instead of the server."""

from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext

import pytest

from adapters.comfyui.address import ComfyAddress, trust
from adapters.comfyui.server import ComfyServer
from adapters.simulator.server import Simulator
from bot.errors import ConfigError, ServerLost
from bot.events import Previewed, Succeeded
from tests.fakes.runs import blank, painting
from tests.integration.comfyui.proxy import proxying
from tests.integration.comfyui.scene import DEAF_EARS, FAST, client, fetched, followed

TLS = Path(__file__).parent / "tls"  # a certificate for 127.0.0.1, signed by itself, used by these tests alone
PASSWORD = "Bearer hunter2"


def certificate() -> SSLContext:
    context = SSLContext(PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / "certificate.pem", TLS / "key.pem")
    return context


async def test_a_server_behind_a_prefix_and_a_password() -> None:
    async with (
        Simulator(FAST) as simulator,
        proxying(simulator.url, prefix="/gpu/1", password=PASSWORD) as url,
        client(url, DEAF_EARS, Authorization=PASSWORD) as server,
    ):
        events = await followed(server, await server.submit(painting()))
        assert any(isinstance(event, Previewed) for event in events), "the socket has the prefix and the password, too"
        assert isinstance(events[-1], Succeeded)
        assert (await fetched(server, events[-1].files[0])).startswith(b"\x89PNG")


async def test_a_password_that_is_refused_is_the_operators_to_mend() -> None:
    async with Simulator(FAST) as simulator, proxying(simulator.url, password=PASSWORD) as url:
        with pytest.raises(ConfigError, match="HTTP 401") as refusal:
            async with client(url, Authorization="Bearer wrong"):
                pass
    assert "wrong" not in str(refusal.value)


async def test_tls_with_an_authority_of_ones_own() -> None:
    async with Simulator(FAST) as simulator, proxying(simulator.url, tls=certificate()) as url:
        address = ComfyAddress.of(url, tls=trust(TLS / "certificate.pem"))
        async with ComfyServer("one", address, limits=DEAF_EARS) as server:
            assert isinstance((await followed(server, await server.submit(blank())))[-1], Succeeded)


async def test_a_certificate_that_nobody_vouches_for_is_refused() -> None:
    async with Simulator(FAST) as simulator, proxying(simulator.url, tls=certificate()) as url:
        with pytest.raises(ServerLost):
            async with client(url):
                pass
