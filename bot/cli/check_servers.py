"""What `fairbrush check` says of each GPU: what it is, what it lacks, and who else uses it."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from adapters.comfyui.server import ComfyServer
from adapters.redis.opening import open_redis
from bot.cli.findings import Finding
from bot.cli.store import store_url
from bot.cli.terminal import FAILED, WRONG, note
from bot.errors import ConfigError, FairbrushError
from bot.gpus import UNATTENDED
from bot.ports import ServerFacts
from bot.servers import Listed, ServerSpec, ServerStatus, Wish, is_told, memory_of, offer_of, pool_of
from bot.service.reaching import connecting
from bot.settings import Settings
from workflows.catalog import Catalog
from workflows.choices import listed
from workflows.fitness import lacks
from workflows.vocabulary import Vocabulary

_GIB = 1024**3
_STORE_S = 3.0
ASKED_S = 10.0
"""How long a GPU is waited for, which is asked beside all others."""
PATIENT_S = 2.0
"""After so long somebody wants to read whom is waited for."""
_NAMED = "the GPU"
"""What one is called that somebody named by its URL."""

Lacks = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """The servers in question, and what the store tells of them beside the settings."""

    listed: Mapping[str, Listed]
    removed: Sequence[str] = ()
    identity: str = ""  #: marks the pool's own runs; without it every run in a queue looks like a stranger's
    statuses: Mapping[str, ServerStatus] | None = field(default_factory=dict)  #: None: the store cannot be asked


async def server_findings(settings: Settings, catalog: Catalog, comfyui: str | None, state: Path) -> list[Finding]:
    """Ask every server, or the one that is named by its name or its URL; all at once, each for ASKED_S."""
    census = _chosen(await _census(settings, state), comfyui)
    if not census.listed:
        return [_nobody(census)]
    async with asyncio.TaskGroup() as group:
        asked = {name: group.create_task(_ask(settings, census, name, catalog)) for name in census.listed}
        _, waiting = await asyncio.wait(asked.values(), timeout=PATIENT_S)
        if names := [name for name, task in asked.items() if task in waiting]:
            note(f"Waiting for {listed(names)}, {ASKED_S:g} s at most.")
    return [finding for task in asked.values() for finding in task.result()]


def _nobody(census: Census) -> Finding:
    if not census.removed:
        return Finding(subject="GPUs", text="none yet: fairbrush imagine uses the simulator")
    text = f"all were removed: {listed(census.removed)}. To put one back: fairbrush servers resume NAME"
    return Finding(subject="GPUs", text=text, exit_code=FAILED)


async def _census(settings: Settings, state: Path) -> Census:
    seeds = {server.name: server.spec for server in settings.servers}
    url = store_url(settings, state)
    if url is None:
        return Census(listed=pool_of(seeds, {}))
    try:
        async with open_redis(url, deadline_s=_STORE_S) as pool:
            changes, now_ms = await pool.servers.changes(), await pool.servers.now_ms()
            told = await pool.servers.statuses()
            return Census(
                listed=pool_of(seeds, changes),
                removed=sorted(name for name, change in changes.items() if change.wish is Wish.REMOVE),
                identity=await pool.identity(),
                statuses={name: status for name, status in told.items() if is_told(status, now_ms)},
            )
    except FairbrushError:  # What is wrong with the store stands in a finding of its own.
        return Census(listed=pool_of(seeds, {}), statuses=None)


def _chosen(census: Census, comfyui: str | None) -> Census:
    if comfyui is None:
        return census
    named = {comfyui: census.listed[comfyui]} if comfyui in census.listed else {}
    return replace(census, listed=named or {_NAMED: Listed(spec=ServerSpec(name=_NAMED, url=comfyui))})


async def _ask(settings: Settings, census: Census, name: str, catalog: Catalog) -> list[Finding]:
    item, standing = census.listed[name], _standing(census, name)
    try:
        async with asyncio.timeout(ASKED_S), connecting(settings, census.identity)(item) as server:
            facts, missing = await server.facts(), await _missing(server, item.spec, catalog)
    except ConfigError as error:
        return [*(_unusable(name, problem, WRONG) for problem in error.problems), *standing]
    except FairbrushError as error:
        return [_unusable(name, str(error), FAILED), *standing]
    except TimeoutError:
        return [_unusable(name, f"The GPU did not answer within {ASKED_S:g} s.", FAILED), *standing]
    return list(_findings(item, facts, missing, standing, len(catalog.workflows)))


def _unusable(name: str, text: str, exit_code: int) -> Finding:
    return Finding(subject=name, text=text, exit_code=exit_code, detail={"reachable": False})


async def _missing(server: ComfyServer, spec: ServerSpec, catalog: Catalog) -> Lacks:
    definitions, vocabulary, facts = await server.definitions(), await server.vocabulary(), await server.facts()
    offer = offer_of(spec, vocabulary or Vocabulary(), facts.memory)
    found = {workflow.name: lacks(workflow, definitions, offer) for workflow in catalog.workflows.values()}
    return {name: sentences for name, sentences in found.items() if sentences}


def _findings(
    item: Listed, facts: ServerFacts, missing: Lacks, standing: Iterable[Finding], workflows: int
) -> Iterator[Finding]:
    name = item.spec.name
    yield Finding(subject=name, text=f"reachable: {_what(item.spec, facts)}", detail=_detail(item, facts, missing))
    yield Finding(subject=f"{name}, previews", text=_previews(facts))
    yield Finding(subject=f"{name}, queue", text=_queue(facts))
    yield from standing
    served = workflows - len(missing)
    yield Finding(subject=f"{name}, workflows", text=f"can run {served} of {workflows}" if missing else "can run all")
    for workflow, sentences in missing.items():
        for sentence in sentences:
            yield Finding(subject=f"{name}, {workflow}", text=sentence, exit_code=FAILED)


def _what(spec: ServerSpec, facts: ServerFacts) -> str:
    memory = memory_of(spec, facts.memory)
    parts = [
        f"ComfyUI {facts.version}" if facts.version else "no version told",
        ", ".join(facts.devices),
        f"{memory / _GIB:.0f} GB" if memory else "",
        f"{spec.slots} slots" if spec.slots > 1 else "",
        f"labels {', '.join(spec.labels)}" if spec.labels else "",
    ]
    return "; ".join(filter(None, parts))


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


def _standing(census: Census, name: str) -> list[Finding]:
    """Tell how a server is in the pool, whatever it answers us; nothing of one that is in none."""
    if name == _NAMED:
        return []
    item = census.listed[name]
    added = "added at run time" if item.added else ""
    wish = "drained, so it takes nothing new" if item.wish is Wish.DRAIN else ""
    return [Finding(subject=f"{name}, in the pool", text="; ".join(filter(None, [added, wish, _told(census, name)])))]


def _told(census: Census, name: str) -> str:
    if census.statuses is None:
        return "nobody can tell while the queue cannot be reached"
    status = census.statuses.get(name)
    if status is None:
        return f"{UNATTENDED}: no process works on it"
    return f"{status.state}: {status.reason}" if status.reason else str(status.state)


def _detail(item: Listed, facts: ServerFacts, missing: Lacks) -> Mapping[str, object]:
    """Return the same for a script."""
    return {
        "reachable": True,
        "version": facts.version,
        "devices": facts.devices,
        "memory": memory_of(item.spec, facts.memory),
        "previews": facts.previews,
        "waiting": facts.waiting,
        "others": facts.others,
        "slots": item.spec.slots,
        "labels": item.spec.labels,
        "drained": item.wish is Wish.DRAIN,
        "lacks": missing,
    }
