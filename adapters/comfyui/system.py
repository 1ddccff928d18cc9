"""What a server says of itself, and whether it is new enough."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from adapters.comfyui.bodies import mapping_of
from adapters.comfyui.rest import Answer, Rest
from bot.errors import ConfigError, ServerLost

FLOOR = (0, 3, 64)
"""Older ones ignore the prompt_id of /interrupt: asked to stop one run, they stop whatever executes."""

_SHOWN = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+_-]{0,39}")
_VERSION = re.compile(r"v?(\d+)\.(\d+)\.(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """What a server computes on; memory in bytes."""

    name: str
    memory: int


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """A server, for an operator to read. `version` None: a compatible platform that does not tell."""

    version: str | None
    devices: tuple[Device, ...]
    waiting: int  #: runs in its queue, the executing one included


async def read_system(rest: Rest) -> System:
    """Ask a server about itself; raises ServerLost."""
    stats, queue = await rest.get("/system_stats"), await rest.get("/prompt")
    info = mapping_of(mapping_of(queue.body).get("exec_info"))
    return System(
        version=version_of(stats), devices=tuple(_devices(stats.body)), waiting=_int(info.get("queue_remaining"))
    )


async def check_floor(rest: Rest, name: str) -> None:
    """Refuse a server that is too old or refuses us (ConfigError); raises ServerLost when it does not answer."""
    answer = await rest.get("/system_stats")
    if answer.status in {401, 403, 407}:
        raise ConfigError([f"{name}: the server refuses our credentials (HTTP {answer.status}). Check its headers."])
    if answer.status >= 500:
        raise ServerLost(detail=f"GET /system_stats: HTTP {answer.status}")
    version = version_of(answer)
    found = _VERSION.match(version or "")
    # A platform that only looks like ComfyUI may have no version; it is taken at its word.
    if found and tuple(map(int, found.groups())) < FLOOR:
        raise ConfigError(
            [
                f"{name}: ComfyUI {version} is too old, {'.'.join(map(str, FLOOR))} or newer is needed. "
                "Asked to stop one run, older ones stop whatever executes. Update it."
            ]
        )


def version_of(answer: Answer) -> str | None:
    """Read the version out of GET /system_stats, as far as it is plain enough to be shown."""
    version = mapping_of(mapping_of(answer.body).get("system")).get("comfyui_version")
    plain = _SHOWN.match(version) if isinstance(version, str) else None
    return plain[0] if plain else None


def _devices(body: object) -> Iterator[Device]:
    devices = mapping_of(body).get("devices")
    for device in devices if isinstance(devices, list) else ():
        facts = mapping_of(device)
        yield Device(name=str(facts.get("name"))[:100], memory=_int(facts.get("vram_total")))


def _int(value: object) -> int:
    # Whoever shows it divides it, and JSON knows integers that no float holds.
    return value if isinstance(value, int) and 0 <= value < 2**63 else 0
