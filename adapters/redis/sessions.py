"""Who may sign in to the console, and who has. Tokens come as digests, and nothing here lets anybody in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from adapters.redis import answers
from adapters.redis.edge import Edge
from adapters.redis.keys import quoted
from adapters.redis.serial import Json, read, written
from bot.console.sessions import LINK_S, MOST, SESSION_S, ConsoleSession
from bot.jobs import Tenant
from bot.policy.measures import Actor, Rank

_LINK_MS, _SESSION_MS = round(LINK_S * 1000), round(SESSION_S * 1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisSessions:
    """SessionStore on Redis."""

    edge: Edge

    async def offer(self, link: str, actor: Actor) -> None:
        """Keep a link for LINK_S, of one person the last MOST."""
        await self.edge.run("offer_link", link, _whose(actor), _actor_text(actor), _LINK_MS, MOST)

    async def begin(self, link: str, session: str) -> ConsoleSession | None:
        """Consume a link and begin a session with it, in one step."""
        kept = answers.data(await self.edge.run("begin_session", link, session, _LINK_MS, _SESSION_MS, MOST))
        return _session(session, kept) if kept else None

    async def read(self, session: str) -> tuple[ConsoleSession | None, int]:
        """Return a session, if it is open, and the store's time in ms."""
        kept, now = answers.rows(await self.edge.run("read_session", session, _SESSION_MS))
        return (_session(session, cast(bytes, kept)) if kept else None), answers.number(now)

    async def vouch(self, session: str, actor: Actor) -> bool:
        """Note who they are by their platform's word of now; False: the session is over."""
        return bool(answers.number(await self.edge.run("vouch_session", session, _actor_text(actor), _SESSION_MS)))

    async def end(self, session: str) -> None:
        """End a session."""
        await self.edge.ask("HDEL", self.edge.keys.key("sessions"), session)

    async def end_all(self) -> None:
        """End every session, and void every link."""
        await self.edge.run("end_sessions")

    async def of_platform(self, platform: str) -> tuple[Sequence[ConsoleSession], int]:
        """Return every open session of people who speak by that platform, and the store's time in ms."""
        found, now = answers.rows(await self.edge.run("sessions_of", quoted(platform), _SESSION_MS))
        pairs = (answers.rows(each) for each in answers.rows(found))
        return [_session(answers.text(name), cast(bytes, kept)) for name, kept in pairs], answers.number(now)


def _whose(actor: Actor) -> str:
    """Name whose a session is: their platform first."""
    tenant = (actor.tenant.platform, actor.tenant.id) if actor.tenant else ("", "")
    return quoted(actor.platform, *tenant, actor.id)


def _actor_text(actor: Actor) -> str:
    tenant = {"platform": actor.tenant.platform, "id": actor.tenant.id} if actor.tenant else None
    said = {"id": actor.id, "name": actor.name, "platform": actor.platform, "tenant": tenant, "rank": actor.rank.value}
    return written(said)


def _session(name: str, kept: bytes) -> ConsoleSession:
    _, checked, _, _, actor = kept.split(b" ", 4)
    return ConsoleSession(id=name, actor=_actor_of(actor), checked_ms=int(checked))


def _actor_of(text: bytes) -> Actor:
    content = read(text)
    tenant = cast("Json | None", content["tenant"])
    return Actor(
        id=str(content["id"]),
        name=str(content["name"]),
        platform=str(content["platform"]),
        tenant=Tenant(platform=str(tenant["platform"]), id=str(tenant["id"])) if tenant else None,
        rank=Rank(cast(int, content["rank"])),
    )
