"""What a server says of itself, and whether it is new enough."""

import re
from collections.abc import Iterator, Mapping

from adapters.comfyui.bodies import mapping_of
from adapters.comfyui.census import Census
from adapters.comfyui.rest import Answer, Rest
from bot.errors import ConfigError, ServerLost
from bot.ports import ServerFacts

FLOOR = (0, 3, 64)
"""Older ones ignore the prompt_id of /interrupt: asked to stop one run, they stop whatever executes."""

NO_COMFYUI = "What answers at the GPU's address is no ComfyUI."

_METHOD = "--preview-method"
_SHOWN = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+_-]{0,39}")
_VERSION = re.compile(r"v?(\d+)\.(\d+)\.(\d+)")


async def read_facts(rest: Rest, census: Census) -> ServerFacts:
    """Ask a server about itself; raises ServerLost."""
    stats, found = await rest.get("/system_stats"), await census.take()
    devices = list(_devices(stats.body))
    return ServerFacts(
        version=version_of(stats) or "",
        memory=max((memory for _, memory in devices), default=0),
        devices=tuple(name for name, _ in devices),
        waiting=len(found),
        others=census.others,
        previews=_previews(stats.body),
    )


async def check_floor(rest: Rest, name: str) -> None:
    """Refuse a server that is too old or refuses us (ConfigError); raises ServerLost when it does not answer."""
    answer = await rest.get("/system_stats")
    if answer.status in {401, 403, 407}:
        raise ConfigError([f"{name}: the server refuses our credentials (HTTP {answer.status}). Check its headers."])
    if answer.status >= 500:
        raise ServerLost(detail=f"GET /system_stats: HTTP {answer.status}")
    version = version_of(answer)
    if version is None and not await _speaks(rest, answer):
        raise ServerLost(NO_COMFYUI, detail=f"GET /system_stats: HTTP {answer.status} {answer.text}")
    found = _VERSION.match(version or "")
    # A platform that only looks like ComfyUI may have no version; it is taken at its word.
    if found and tuple(map(int, found.groups())) < FLOOR:
        raise ConfigError(
            [
                f"{name}: ComfyUI {version} is too old, {'.'.join(map(str, FLOOR))} or newer is needed. "
                "Asked to stop one run, older ones stop whatever executes. Update it."
            ]
        )


async def _speaks(rest: Rest, stats: Answer) -> bool:
    """Tell whether anything that it says has the shape of a ComfyUI's answers; a platform may lack some of them."""
    if _has(stats, {"system": dict, "devices": list}):
        return True
    return _has(await rest.get("/queue"), {"queue_running": list, "queue_pending": list})


def _has(answer: Answer, shape: Mapping[str, type]) -> bool:
    body = mapping_of(answer.body)
    return any(isinstance(body.get(key), kind) for key, kind in shape.items())


def version_of(answer: Answer) -> str | None:
    """Read the version out of GET /system_stats, as far as it is plain enough to be shown."""
    version = mapping_of(mapping_of(answer.body).get("system")).get("comfyui_version")
    plain = _SHOWN.match(version) if isinstance(version, str) else None
    return plain[0] if plain else None


def _devices(body: object) -> Iterator[tuple[str, int]]:
    devices = mapping_of(body).get("devices")
    for device in devices if isinstance(devices, list) else ():
        facts = mapping_of(device)
        yield str(facts.get("name"))[:100], _int(facts.get("vram_total"))


def _previews(body: object) -> bool | None:
    """Read the command line of the server (0.3.64): without the option it sends none, unless an extension does."""
    argv = mapping_of(mapping_of(body).get("system")).get("argv")
    if not isinstance(argv, list):
        return None
    method = "none"
    for option, value in zip(argv, [*argv[1:], ""], strict=True):
        if option == _METHOD:
            method = value
        elif isinstance(option, str) and option.startswith(f"{_METHOD}="):
            method = option.partition("=")[2]
    return method != "none"


def _int(value: object) -> int:
    # Whoever shows it divides it, and JSON knows integers that no float holds.
    return value if isinstance(value, int) and 0 <= value < 2**63 else 0
