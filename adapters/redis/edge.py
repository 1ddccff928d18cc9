"""The way to Redis: scripts share a connection, a deadline on every call, foreign errors translated once.

A lost reply is asked for again within the deadline: every script is made for that, and so is every plain command used.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import cast

from hiredis import pack_command
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import (
    AskError,
    AuthenticationError,
    AuthorizationError,
    BusyLoadingError,
    ClusterDownError,
    NoPermissionError,
    NoScriptError,
    ReadOnlyError,
    RedisError,
    TryAgainError,
)
from redis.exceptions import ConnectionError as Broken
from redis.exceptions import TimeoutError as Silent

from adapters.redis.keys import Keys
from adapters.redis.owned import beside
from adapters.redis.scripts import Scripts
from adapters.redis.wire import Reply as Reply
from adapters.redis.wire import Wire, writing
from bot.errors import ConfigError, StoreLost

DEADLINE_S = 10.0
"""For a call with all its repetitions; an engine that was killed is back within a second."""
ANSWER_S = 3.0
"""For one connection or reply: scripts take well under a millisecond, so whoever is silent for so long is gone."""
PAUSE_S = 0.05
MAX_CONNECTIONS = 16

BULKY_BYTES = 16 * 1024
"""A preview or a graph takes the other connection, so that nobody's claim waits behind megabytes."""

_REFUSED = (AuthenticationError, AuthorizationError)
"""The client counts these among lost connections."""
_PASSING = (Broken, Silent, BusyLoadingError, ClusterDownError, ReadOnlyError, TryAgainError, OSError)
"""What is over when another node has taken over, a slot has moved or everything is loaded. (A ClusterDownError is also
what a replica says whose master is down.)"""


def _said(error: Exception) -> Exception:
    """Return what Redis said: while a connection is being made the client puts it into an error of its own."""
    inner = error.args[0] if error.args else None
    return inner if isinstance(inner, RedisError) else error


def misconfigured(lost: StoreLost) -> ConfigError | None:
    """Return what the operator has to mend, where waiting is in vain: by what a lost store was caused."""
    match lost.__cause__:
        case AskError():  # a MovedError is one, too
            problem = (
                "This Redis node does not have the pool's keys: name the node that has them in FAIRBRUSH_REDIS_URL."
            )
        case AuthenticationError() | AuthorizationError():
            problem = "Redis refused the user or the password in FAIRBRUSH_REDIS_URL."
        case NoPermissionError():
            problem = "The user in FAIRBRUSH_REDIS_URL may not do in Redis what Fairbrush needs."
        case _:
            return None
    return ConfigError([problem])


def client_of(url: str, *, max_connections: int = MAX_CONNECTIONS) -> Redis:
    """Make a client; raises ConfigError for a URL that is none, without repeating it: it may hold a password."""
    try:
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=max_connections,
            timeout=DEADLINE_S,
            # With one the client writes through asyncio.wait_for, which in Python 3.11 swallows a cancellation that
            # comes just then: a task that was to end goes on for ever. Whoever asks sets the deadline.
            socket_timeout=None,
            socket_connect_timeout=ANSWER_S,
            retry=Retry(NoBackoff(), 0),  # repeating is done here, with a deadline
            protocol=2,
        )
    except ValueError as error:
        problem = "FAIRBRUSH_REDIS_URL looks like redis://127.0.0.1:6379/0 or unix:///run/redis.sock."
        raise ConfigError([problem]) from error
    return Redis.from_pool(pool)


def connection_of(url: str) -> AbstractConnection:
    """Make a single connection, which somebody opens and closes; raises ConfigError as `client_of` does."""
    pool = client_of(url, max_connections=1).connection_pool
    return cast(AbstractConnection, pool.make_connection())  # type: ignore[no-untyped-call]


class Edge:
    """One pool's keys and scripts on one Redis."""

    def __init__(
        self, client: Redis, keys: Keys, scripts: Scripts, *, wire: Wire, bulky: Wire, deadline_s: float = DEADLINE_S
    ) -> None:
        self.client = client
        self.keys = keys
        self._scripts = scripts
        self._wire = wire
        self._bulky = bulky
        self._deadline_s = deadline_s
        self._pool = keys.key("pool")

    async def ask(self, command: str, *arguments: str | bytes | int) -> Reply:
        """Give a plain command, one that may be repeated; raises StoreLost.

        It has a connection to itself: what it answers may be large.
        """
        return await self._answer(lambda: self._command(command, *arguments))

    async def run(self, script: str, *arguments: str | bytes | int) -> Reply:
        """Run a script, whose answer is small; raises StoreLost when no answer comes in time."""
        return await self._answer(lambda: self._evaluate(script, arguments))

    async def _answer(self, ask: Callable[[], Awaitable[Reply]]) -> Reply:
        last = "silence"
        try:
            async with asyncio.timeout(self._deadline_s):
                while True:
                    try:
                        return await ask()
                    except (RedisError, OSError) as error:
                        said = _said(error)
                        if isinstance(said, _REFUSED) or not isinstance(said, _PASSING):
                            raise said from error
                        last = type(said).__name__
                    await asyncio.sleep(PAUSE_S)
        except TimeoutError as error:
            raise StoreLost(detail=f"no answer within the deadline, last {last}") from error
        except RedisError as error:
            raise StoreLost(detail=f"{type(error).__name__}: {error}") from error

    async def _command(self, *words: str | bytes | int) -> Reply:
        with writing():
            async with asyncio.timeout(ANSWER_S):
                return cast(Reply, await self.client.execute_command(*words))  # type: ignore[no-untyped-call]

    async def _evaluate(self, script: str, arguments: tuple[str | bytes | int, ...]) -> Reply:
        try:
            return await self._carry("EVALSHA", self._scripts.sha(script), arguments)
        except NoScriptError:
            return await self._carry("EVAL", self._scripts.text(script), arguments)

    async def _carry(self, command: str, script: str, arguments: tuple[str | bytes | int, ...]) -> Reply:
        words = (command, script, 1, self._pool, *arguments)
        packed = pack_command(words)  # type: ignore[arg-type]  # its types know tuples of one word only
        wire = self._wire if len(packed) <= BULKY_BYTES else self._bulky
        return await wire.ask(packed)


@asynccontextmanager
async def open_edge(
    url: str, pool: str, *, scripts: Scripts | None = None, deadline_s: float = DEADLINE_S
) -> AsyncIterator[Edge]:
    """Connect when first asked; close every connection at the end."""
    client = client_of(url)
    wire, bulky = (Wire(connection_of(url), answer_s=ANSWER_S) for _ in range(2))
    try:
        async with beside(wire.serve()), beside(bulky.serve()):
            yield Edge(client, Keys(pool), scripts or Scripts(), wire=wire, bulky=bulky, deadline_s=deadline_s)
    finally:
        await client.aclose()
        await client.connection_pool.disconnect()
