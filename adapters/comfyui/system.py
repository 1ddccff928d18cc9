"""What a server says of itself, and whether it is new enough."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from adapters.comfyui.rest import Answer, Rest
from bot.errors import ConfigError, ServerLost

FLOOR = (0, 3, 64)
"""Older ones ignore the prompt_id of /interrupt: asked to stop one run, they stop whatever executes."""

_VERSION = re.compile(r"v?(\d+)\.(\d+)\.(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """What a server computes on; memory in bytes."""

    name: str
    memory: int
    free: int


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """A server, for an operator to read. `version` None: a compatible platform that does not tell."""

    version: str | None
    devices: tuple[Device, ...]
    waiting: int  #: runs in its queue, the executing one included


async def read_system(rest: Rest) -> System:
    """Ask a server about itself; raises ServerLost."""
    stats, queue = await rest.get("/system_stats"), await rest.get("/prompt")
    info = _mapping(_mapping(queue.body).get("exec_info"))
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
    """Read the version out of GET /system_stats."""
    version = _mapping(_mapping(answer.body).get("system")).get("comfyui_version")
    return version[:40] if isinstance(version, str) else None


def _devices(body: object) -> Iterator[Device]:
    devices = _mapping(body).get("devices")
    for device in devices if isinstance(devices, list) else ():
        facts = _mapping(device)
        yield Device(
            name=str(facts.get("name"))[:100], memory=_int(facts.get("vram_total")), free=_int(facts.get("vram_free"))
        )


def _int(value: object) -> int:
    return value if isinstance(value, int) else 0


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}
