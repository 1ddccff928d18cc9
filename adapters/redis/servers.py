"""What operators changed about the servers at run time, and how each of them is: two small hashes, shared by all.

An entry that cannot be read (a newer version wrote it, or a hand) is passed over: one server less must not take the
others away from a pool.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from secrets import token_hex
from typing import TypeVar, cast

from adapters.redis import answers
from adapters.redis.edge import Edge, Reply
from adapters.redis.serial import Json, read, written
from bot.errors import ConfigError, StoreLost
from bot.servers import LENDABLE, MAX_CHANGES, Change, ServerSpec, ServerState, ServerStatus, Wish
from bot.settings import read_server

_log = logging.getLogger(__name__)

MAX_ENTRY_BYTES = 8192
GONE_MS = 86_400_000
"""After how long without news a server's status is left out."""

_Entry = TypeVar("_Entry")


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisServers:
    """ServerStore on Redis."""

    edge: Edge
    _passed_over: set[tuple[str, bytes, str]] = field(default_factory=set)  #: of which entries the log knows, and why

    async def changes(self) -> Mapping[str, Change]:
        """Return every change by the server's name."""
        return await self._all("servers", _change)

    async def change(self, name: str, change: Change | None) -> None:
        """Keep a change, or forget it; raises ConfigError for one that is too large, or one too many."""
        key = self.edge.keys.key("servers")
        if change is None:
            await self.edge.ask("HDEL", key, name)
            return
        known = await self.edge.ask("HEXISTS", key, name)
        if not known and answers.number(await self.edge.ask("HLEN", key)) >= MAX_CHANGES:
            raise ConfigError([f"{MAX_CHANGES} GPUs were changed at run time, and there is room for no more."])
        await self._keep(key, name, {"wish": change.wish, "spec": asdict(change.spec) if change.spec else None})

    async def tell(self, name: str, status: ServerStatus) -> None:
        """Publish how a server is."""
        await self._keep(self.edge.keys.key("statuses"), name, asdict(status))

    async def forget(self, name: str) -> None:
        """Forget how a server was."""
        await self.edge.ask("HDEL", self.edge.keys.key("statuses"), name)

    async def statuses(self) -> Mapping[str, ServerStatus]:
        """Return how each server was when it was told last; forgets those that nobody told of for a day."""
        found, late = await self._all("statuses", _status), await self.now_ms() - GONE_MS
        gone = [name for name, status in found.items() if status.seen_ms < late]
        if gone:
            await self.edge.ask("HDEL", self.edge.keys.key("statuses"), *gone)
        return {name: status for name, status in found.items() if name not in gone}

    async def now_ms(self) -> int:
        """Return the store's clock."""
        return answers.number(await self.edge.run("clock"))

    async def _keep(self, key: str, name: str, content: Mapping[str, object]) -> None:
        text = written(content)
        if len(text.encode()) > MAX_ENTRY_BYTES:
            raise ConfigError([f"What is said of {name} is too long."])
        await self.edge.ask("HSET", key, name, text)

    async def _all(self, hash_name: str, parse: Callable[[str, Json], _Entry]) -> dict[str, _Entry]:
        found = cast("dict[bytes, Reply]", await self.edge.ask("HGETALL", self.edge.keys.key(hash_name)))
        entries: dict[str, _Entry] = {}
        for name, reply in found.items():
            text = answers.data(reply) or b""
            try:
                entries[name.decode()] = parse(name.decode(), read(text))
            # Whatever a hand or a newer version can have written: no JSON, no object, another type, another word.
            except (StoreLost, ConfigError, ValueError, KeyError, TypeError, AttributeError) as error:
                self._pass_over(hash_name, name, error)
        return dict(sorted(entries.items()))

    def _pass_over(self, hash_name: str, name: bytes, error: Exception) -> None:
        # Not by its text: what a newer version tells of a server has another one every few seconds.
        known = (hash_name, name, type(error).__name__)
        if known not in self._passed_over:
            self._passed_over.add(known)
            _log.warning("an entry is passed over server=%r error=%s", name, type(error).__name__)


async def identity_of(edge: Edge) -> str:
    """Return what this pool's runs are marked with on servers: random, made once, the same for all processes."""
    key = edge.keys.key("pool")
    await edge.ask("HSETNX", key, "identity", token_hex(16))
    return answers.text(await edge.ask("HGET", key, "identity"))


def _change(name: str, content: Json) -> Change:
    spec = content["spec"]
    return Change(wish=Wish(str(content["wish"])), spec=_spec(name, cast(Json, spec)) if spec else None)


def _spec(name: str, content: Json) -> ServerSpec:
    """Check a server as the file is checked, and that it asks for no secret that is not lent; raises ConfigError."""
    known = {each.name for each in fields(ServerSpec)}
    said = {key: value for key, value in content.items() if key in known}
    spec = read_server({**said, "name": name, "ca_file": said.get("ca_file") or None}).spec
    if spec.credential_env and not LENDABLE.fullmatch(spec.credential_env):
        raise ConfigError(["This variable is not lent to a server that was added at run time."])
    return spec


def _status(_: str, content: Json) -> ServerStatus:
    told = ("since_ms", "seen_ms", "memory", "others", "jobs", "slots")
    numbers = {name: int(cast(int, content[name])) for name in told}
    return ServerStatus(
        state=ServerState(str(content["state"])),
        reason=str(content["reason"]),
        version=str(content["version"]),
        labels=tuple(str(label) for label in cast("list[Json]", content["labels"])),
        attended=content["attended"] is True,
        # What earlier versions do not tell.
        models=tuple(str(model) for model in cast("list[Json]", content.get("models", []))),
        errors=tuple((int(cast(int, at_ms)), str(reason)) for at_ms, reason in _pairs(content.get("errors", []))),
        **numbers,
    )


def _pairs(content: object) -> list[tuple[object, object]]:
    return [(at_ms, sentence) for at_ms, sentence in cast("list[list[object]]", content)]
