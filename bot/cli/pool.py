"""`fairbrush servers`: the pool as operators see and change it, whether or not a service runs."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from bot.cli.moderating import operator
from bot.cli.pool_rows import HEAD, RIGHT, as_data, as_rows
from bot.cli.service import state_folder
from bot.cli.setting_up import load_settings
from bot.cli.store import opened_store
from bot.cli.terminal import note, say, say_json, say_table
from bot.errors import ConfigError
from bot.gpus import Seen, seen
from bot.policy.audit import NAMES, AuditEntry, author_of
from bot.policy.measures import DrainServer, ResumeServer
from bot.ports import AuditStore, ServerStore
from bot.servers import LENDABLE, MAX_CHANGES, Change, ServerSpec, ServerStatus, Wish, is_told, pool_of
from bot.service.reaching import checked, place_of
from bot.settings import Settings, read_server
from bot.wishes import unknown, wished
from workflows.choices import listed

_NONE = (
    "The pool has no GPU yet. Name yours in fairbrush.toml (fairbrush init writes one to edit), or add one: "
    "fairbrush servers add NAME URL"
)
_NOT_LENT = (
    "credential_env: the variable of a GPU that is added here has a name that begins with GPU, such as GPU9_TOKEN, for "
    "whoever can write to Redis may have its value sent anywhere."
)
_UNHEARD = {
    False: "No process works on GPUs just now: this holds as soon as one does.",
    None: "Whether a process works on GPUs cannot be told while the pool has none: this holds as soon as one does.",
}
_RESUME = "fairbrush servers resume {}"
_ADDED = "server-add"
_CALLED: Mapping[Wish, str] = {
    Wish.SERVE: NAMES[ResumeServer],
    Wish.DRAIN: NAMES[DrainServer],
    Wish.REMOVE: "server-remove",
}
"""What is written into the audit: of what can be done from a chat, too, the same as there."""

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """What a command works with."""

    store: ServerStore
    audit: AuditStore
    seeds: Mapping[str, ServerSpec]  #: of the settings' file
    served: bool = True  #: False: certainly no service runs, whatever one told before it ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What can be known of the servers here and now."""

    seeds: Mapping[str, ServerSpec]
    changes: Mapping[str, Change]
    statuses: Mapping[str, ServerStatus]
    now_ms: int
    served: bool = True

    @property
    def names(self) -> Collection[str]:
        """Name every server that ever was one, by the file, an operator or another process."""
        return sorted({*self.seeds, *self.changes, *self.statuses})

    @property
    def heard(self) -> bool | None:
        """Whether any process works on servers now; None: the pool has none of which a process could tell."""
        if any(is_told(status, self.now_ms) for status in self.statuses.values()):
            return True
        return False if pool_of(self.seeds, self.changes) or not self.served else None

    def seen(self) -> Iterable[Seen]:
        """Return how each of them is."""
        return seen(self.seeds, self.changes, self.statuses, self.now_ms)


def list_servers(*, state: Path | None, as_json: bool) -> None:
    """Show the pool; raises StoreLost and ConfigError."""

    show(_with_store(look_at, state), as_json=as_json)


def add_server(said: Mapping[str, object], *, state: Path | None) -> None:
    """Add a server as somebody described it; raises ConfigError with everything that is wrong with it."""
    _told(*_with_store(partial(added, said=said), state))


def change_server(name: str, wish: Wish, *, state: Path | None) -> None:
    """Change what is wanted of a server; raises ConfigError when there is none of that name."""
    _told(*_with_store(partial(changed, name=name, wish=wish), state))


async def look_at(registry: Registry) -> Known:
    """Read everything that is known."""
    store = registry.store
    return Known(
        seeds=registry.seeds,
        changes=await store.changes(),
        statuses=await store.statuses() if registry.served else {},
        now_ms=await store.now_ms(),
        served=registry.served,
    )


def show(known: Known, *, as_json: bool) -> None:
    """Print the pool as a table, and below it whatever is not in it any more; or as data."""
    servers = list(known.seen())
    if as_json:
        say_json([as_data(each) for each in servers])
        return
    say_table(as_rows(servers), head=HEAD, right=RIGHT)
    removed = [each.name for each in servers if each.removed]
    if len(removed) == len(servers):
        say(_NONE)
    if removed:
        say(f"Removed: {listed(removed)}. To put one back: fairbrush servers resume NAME")


async def added(registry: Registry, said: Mapping[str, object]) -> tuple[str, bool | None]:
    """Add a server; returns what to say, and whether any process heard it. Raises ConfigError."""
    spec, place = _described(said)
    known = await look_at(registry)
    removed = spec.name in known.changes and known.changes[spec.name].wish is Wish.REMOVE
    if spec.name in known.names and not removed:
        raise ConfigError([f"There is a GPU called {spec.name} already: choose another name, or remove that one."])
    _alone(known, spec.name, place)
    if len(known.changes) >= MAX_CHANGES:
        await _make_room(registry.store, known)
    await _write(registry, _ADDED, spec.name)
    await registry.store.change(spec.name, Change(spec=spec))
    again = " It was removed before; what is said of it now holds." if removed else ""
    return f"{spec.name} is added to the pool.{again}", known.heard


async def changed(registry: Registry, name: str, wish: Wish) -> tuple[str, bool | None]:
    """Change what is wanted of a server; returns what to say, and whether any process heard it. Raises ConfigError."""
    known = await look_at(registry)
    if name not in known.names:
        raise ConfigError([unknown(name, known.names, _NONE)])
    before = known.changes.get(name, Change())
    decided = wished(name, before, wish, resume=_RESUME.format(name))
    if not decided.is_new:
        return decided.sentence, True
    spec = before.spec or known.seeds.get(name)
    if before.wish is Wish.REMOVE and spec is not None and (place := _place(spec)):
        _alone(known, name, place)
    await _write(registry, _CALLED[wish], name)
    await registry.store.change(name, decided.change)
    return decided.sentence, known.heard


async def _write(registry: Registry, what: str, name: str) -> None:
    """Write down what the operator does, before it is done: from a chat it is in the audit, too."""
    entry = AuditEntry(author=author_of(operator()), measure=what, tenant=None, details={"name": name})
    await registry.audit.add(entry)


def _described(said: Mapping[str, object]) -> tuple[ServerSpec, str]:
    """Return a server and the place where it is; raises ConfigError with what is wrong with either."""
    problems: list[str] = []
    try:
        place = place_of(checked(str(said["url"])))
    except ConfigError as error:
        problems += error.problems
    try:
        spec = read_server(said).spec
        if spec.credential_env and not LENDABLE.fullmatch(spec.credential_env):
            problems.append(_NOT_LENT)
    except ConfigError as error:
        problems += error.problems
    if problems:
        raise ConfigError(problems)
    return spec, place


def _told(sentence: str, heard: bool | None) -> None:
    say(sentence)
    if not heard:
        note(_UNHEARD[heard])


def _alone(known: Known, name: str, place: str) -> None:
    """See to it that no other server is at that place; raises ConfigError."""
    pool = pool_of(known.seeds, known.changes)
    for other, each in pool.items():
        if other != name and _place(each.spec) == place:
            raise ConfigError([f"That GPU is in the pool already, as {other}."])


def _place(spec: ServerSpec) -> str | None:
    try:
        return place_of(checked(spec.url))
    except ConfigError:  # The file's, which nobody can reach: `check` says so.
        return None


async def _make_room(store: ServerStore, known: Known) -> None:
    """Forget those that were added and removed again: pools that grow and shrink leave heaps of them."""
    for name, change in known.changes.items():
        if change.wish is Wish.REMOVE and change.spec is not None and name not in known.seeds:
            await store.change(name, None)


def _with_store(work: Callable[[Registry], Awaitable[_Result]], state: Path | None) -> _Result:
    settings = load_settings()
    return asyncio.run(_opened(work, settings, state_folder(state or settings.state_dir)))


async def _opened(work: Callable[[Registry], Awaitable[_Result]], settings: Settings, state: Path) -> _Result:
    """Do it in the store of the running service; where none runs, the engine of our own is started for it."""
    async with opened_store(settings, state) as (pool, is_running):
        seeds = {server.name: server.spec for server in settings.servers}
        return await work(Registry(store=pool.servers, audit=pool.audit, seeds=seeds, served=is_running))
