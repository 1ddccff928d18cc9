"""`fairbrush simulator`: a ComfyUI look-alike on a port of this machine."""

import asyncio

from adapters.simulator.options import SimulatorOptions
from adapters.simulator.server import Simulator
from bot.cli.signals import run_until_terminated
from bot.cli.terminal import note, say
from bot.errors import ConfigError


def serve(*, host: str, port: int, step_ms: float, load_s: float, memory_mb: int, draw: bool) -> None:
    """Serve until Ctrl-C or SIGTERM; raises ConfigError when the port is taken."""
    options = SimulatorOptions(host=host, port=port, step_ms=step_ms, load_s=load_s, memory_mb=memory_mb, draw=draw)
    run_until_terminated(_serve(options))


async def _serve(options: SimulatorOptions) -> None:
    try:
        async with Simulator(options) as simulator:
            say(simulator.url)
            note("A simulated ComfyUI, for trying things out: it has no GPU and no models. Ctrl-C ends it.")
            await asyncio.Event().wait()
    except OSError as error:
        raise ConfigError([f"Port {options.port} of {options.host} cannot be used: {error.strerror}."]) from error
