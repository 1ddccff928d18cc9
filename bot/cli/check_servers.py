"""What `fairbrush check` says of each GPU: what it is, what it lacks, and who else uses it."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from adapters.comfyui.server import ComfyServer
from adapters.redis.opening import open_redis
from bot.cli.findings import Finding
from bot.cli.store import store_url
from bot.cli.terminal import FAILED, WRONG
from bot.errors import ConfigError, FairbrushError
from bot.ports import ServerFacts
from bot.servers import STALE_MS, Listed, ServerSpec, ServerStatus, Wish, roster
from bot.service.reaching import connecting
from bot.settings import Settings
from workflows.catalog import Catalog
from workflows.fitness import lacks
from workflows.vocabulary import Vocabulary

_GIB = 1024**3
_STORE_S = 3.0
_NAMED = "the GPU"
"""What one is called that somebody named by its URL."""

Lacks = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The pool's servers, and what its store tells beside the settings."""

    listed: Mapping[str, Listed]
    identity: str = ""  #: marks the pool's own runs; without it every run in a queue looks like a stranger's
    statuses: Mapping[str, ServerStatus] = field(default_factory=dict)  #: as their owners told just now


async def server_findings(settings: Settings, catalog: Catalog, comfyui: str | None, state: Path) -> list[Finding]:
    """Ask every server, or the one that is named by its name or its URL; all at once."""
    known = _chosen(await _known(settings, state), comfyui)
    if not known.listed:
        return [Finding(subject="GPUs", text="none yet: fairbrush imagine uses the simulator")]
    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(_ask(settings, known, name, catalog)) for name in known.listed]
    return [finding for task in asked for finding in task.result()]


async def _known(settings: Settings, state: Path) -> Known:
    seeds = {server.name: server.spec for server in settings.servers}
    alone = Known(listed=roster(seeds, {}))
    url = store_url(settings, state)
    if url is None:
        return alone
    try:
        async with open_redis(url, deadline_s=_STORE_S) as pool:
            listed, now_ms = roster(seeds, await pool.servers.changes()), await pool.servers.now_ms()
            told = await pool.servers.statuses()
            fresh = {name: status for name, status in told.items() if now_ms - status.seen_ms <= STALE_MS}
            return Known(listed=listed, identity=await pool.identity(), statuses=fresh)
    except FairbrushError:
        return alone  # what is wrong with the store stands in a finding of its own


def _chosen(known: Known, comfyui: str | None) -> Known:
    if comfyui is None:
        return known
    listed = known.listed.get(comfyui) or Listed(spec=ServerSpec(name=_NAMED, url=comfyui))
    return replace(known, listed={listed.spec.name: listed})


async def _ask(settings: Settings, known: Known, name: str, catalog: Catalog) -> list[Finding]:
    listed = known.listed[name]
    try:
        async with connecting(settings, known.identity)(listed) as server:
            facts, missing = await server.facts(), await _missing(server, listed.spec, catalog)
    except ConfigError as error:
        return [
            Finding(subject=name, text=problem, exit_code=WRONG, detail={"reachable": False})
            for problem in error.problems
        ]
    except FairbrushError as error:
        return [Finding(subject=name, text=str(error), exit_code=FAILED, detail={"reachable": False})]
    return list(_findings(listed, facts, missing, known.statuses.get(name), len(catalog.workflows)))


async def _missing(server: ComfyServer, spec: ServerSpec, catalog: Catalog) -> Lacks:
    definitions, vocabulary, facts = await server.definitions(), await server.vocabulary(), await server.facts()
    offer = replace(vocabulary or Vocabulary(), labels=frozenset(spec.labels), memory=_memory(spec, facts) or None)
    found = {workflow.name: lacks(workflow, definitions, offer) for workflow in catalog.workflows.values()}
    return {name: sentences for name, sentences in found.items() if sentences}


def _findings(
    listed: Listed, facts: ServerFacts, missing: Lacks, status: ServerStatus | None, workflows: int
) -> Iterator[Finding]:
    name = listed.spec.name
    yield Finding(subject=name, text=f"reachable: {_what(listed.spec, facts)}", detail=_detail(listed, facts, missing))
    yield Finding(subject=f"{name}, previews", text=_previews(facts))
    yield Finding(subject=f"{name}, queue", text=_queue(facts))
    if standing := _standing(listed, status):
        yield Finding(subject=f"{name}, in the pool", text=standing)
    served = workflows - len(missing)
    yield Finding(subject=f"{name}, workflows", text=f"can run {served} of {workflows}" if missing else "can run all")
    for workflow, sentences in missing.items():
        for sentence in sentences:
            yield Finding(subject=f"{name}, {workflow}", text=sentence, exit_code=FAILED)


def _what(spec: ServerSpec, facts: ServerFacts) -> str:
    memory = _memory(spec, facts)
    parts = [
        f"ComfyUI {facts.version}" if facts.version else "no version told",
        ", ".join(facts.devices),
        f"{memory / _GIB:.0f} GB" if memory else "",
        f"{spec.slots} slots" if spec.slots > 1 else "",
        f"labels {', '.join(spec.labels)}" if spec.labels else "",
    ]
    return "; ".join(filter(None, parts))


def _memory(spec: ServerSpec, facts: ServerFacts) -> int:
    return round(spec.memory_gb * _GIB) or facts.memory


def _previews(facts: ServerFacts) -> str:
    match facts.previews:
        case True:
            return "sent"
        case False:
            return "none, unless an extension sends some: start ComfyUI with --preview-method auto to have them"
        case None:
            return "nobody can tell before a run"


def _queue(facts: ServerFacts) -> str:
    waiting = "empty" if not facts.waiting else f"{facts.waiting} run{'s' if facts.waiting > 1 else ''}"
    if not facts.others:
        return f"{waiting}; nobody else uses it now"
    whose = "of somebody else" if facts.others == facts.waiting else f"{facts.others} of them somebody else's"
    return f"{waiting}, {whose}: jobs wait for those, too"


def _standing(listed: Listed, status: ServerStatus | None) -> str:
    wish = "drained, so it takes nothing new" if listed.wish is Wish.DRAIN else ""
    added = "added at run time" if listed.added else ""
    told = f"{status.state}: {status.reason}" if status and status.reason else str(status.state if status else "")
    return "; ".join(filter(None, [added, wish, told]))


def _detail(listed: Listed, facts: ServerFacts, missing: Lacks) -> Mapping[str, object]:
    """Return the same for a script."""
    return {
        "reachable": True,
        "version": facts.version,
        "devices": facts.devices,
        "memory": _memory(listed.spec, facts),
        "previews": facts.previews,
        "waiting": facts.waiting,
        "others": facts.others,
        "slots": listed.spec.slots,
        "labels": listed.spec.labels,
        "drained": listed.wish is Wish.DRAIN,
        "lacks": missing,
    }
