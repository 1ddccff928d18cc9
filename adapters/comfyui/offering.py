"""Which choices a server offers, and what its checkpoints are."""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace

from adapters.comfyui.bodies import mapping_of
from adapters.comfyui.limits import ComfyLimits
from adapters.comfyui.rest import UNKNOWN_ROUTE, Rest
from bot.errors import ServerLost
from workflows.definitions import Definitions, read_definitions
from workflows.vocabulary import Family, Vocabulary, family_of, vocabulary_of

_CHECKPOINTS = "CheckpointLoaderSimple.ckpt_name"
_METADATA_BYTES = 8 * 1024 * 1024  # trainers put whole tag lists into a file's metadata
_DEFINITIONS_BYTES = 32 * 1024 * 1024  # 0.5 MB without custom nodes; a crowded server has been said to send 20


async def read_offer(rest: Rest) -> Definitions:
    """Ask for every node class; raises ServerLost."""
    return read_definitions((await rest.get("/object_info", limit=_DEFINITIONS_BYTES)).mapping())


async def read_vocabulary(rest: Rest, limits: ComfyLimits) -> Vocabulary | None:
    """Ask for every choice and for the families of the checkpoints; None where nobody can tell. Raises ServerLost."""
    answer = await rest.get("/object_info", limit=_DEFINITIONS_BYTES)
    if answer.status in UNKNOWN_ROUTE:
        return None
    # In a thread: two thousand node classes take a tenth of a second, in which every other GPU would wait.
    told = await asyncio.to_thread(_read_choices, answer.mapping())
    checkpoints = told.choices.get(_CHECKPOINTS, ())
    return replace(told, families=await _families(rest, limits, checkpoints[: limits.described_checkpoints]))


def _read_choices(object_info: Mapping[str, object]) -> Vocabulary:
    return vocabulary_of(read_definitions(object_info), {})


async def _families(rest: Rest, limits: ComfyLimits, checkpoints: Iterable[str]) -> Mapping[str, Family]:
    names = list(checkpoints)
    sizes: dict[str, int] = {}
    architectures: dict[str, str | None] = {}
    gate = asyncio.Semaphore(limits.questions_at_once)

    async def ask(name: str) -> None:
        async with gate:
            architectures[name] = await _architecture(rest, name)

    with suppress(TimeoutError):
        async with asyncio.timeout(limits.describe_s):
            sizes.update(await _sizes(rest))
            async with asyncio.TaskGroup() as group:
                for name in names:
                    group.create_task(ask(name))
    found = (
        (name, family_of(name, architecture=architectures.get(name), size_bytes=sizes.get(name))) for name in names
    )
    return {name: family for name, family in found if family is not None}


async def _architecture(rest: Rest, name: str) -> str | None:
    """Ask what a file says of itself: most say nothing (404), and a name without an answer is still a name."""
    try:
        answer = await rest.get("/view_metadata/checkpoints", {"filename": name}, limit=_METADATA_BYTES)
    except ServerLost:
        return None
    architecture = mapping_of(answer.body).get("modelspec.architecture")
    return architecture if isinstance(architecture, str) else None


async def _sizes(rest: Rest) -> Mapping[str, int]:
    try:
        answer = await rest.get("/experiment/models/checkpoints")
    except ServerLost:
        return {}
    entries = answer.body if isinstance(answer.body, list) else []
    found = ((entry.get("name"), entry.get("size")) for entry in entries if isinstance(entry, dict))
    return {name: size for name, size in found if isinstance(name, str) and isinstance(size, int)}
