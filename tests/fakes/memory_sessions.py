"""Who may sign in to the console, and who has, in memory. One object is one store."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from bot.console.sessions import LINK_S, MOST, SESSION_S, ConsoleSession
from bot.policy.measures import Actor


@dataclass(frozen=True, slots=True)
class _Kept:
    link: str
    begun_ms: int
    session: ConsoleSession


@dataclass(slots=True, kw_only=True)
class MemorySessions:
    """SessionStore in memory; `clock` is milliseconds."""

    clock: Callable[[], int] = lambda: 0
    _links: dict[str, tuple[int, Actor]] = field(default_factory=dict)
    _sessions: dict[str, _Kept] = field(default_factory=dict)

    async def offer(self, link: str, actor: Actor) -> None:
        self._links.pop(link, None)
        self._links[link] = (self.clock(), actor)
        theirs = [name for name, (_, each) in self._links.items() if _whose(each) == _whose(actor)]
        for name in theirs[:-MOST]:
            del self._links[name]

    async def begin(self, link: str, session: str) -> ConsoleSession | None:
        if kept := self._open(session):
            return kept if self._sessions[session].link == link else None
        at, actor = self._links.pop(link, (0, None))
        if actor is None or self.clock() - at >= LINK_S * 1000:
            return None
        begun = ConsoleSession(id=session, actor=actor, checked_ms=at)
        self._sessions[session] = _Kept(link, self.clock(), begun)
        theirs = [name for name, each in self._sessions.items() if _whose(each.session.actor) == _whose(actor)]
        for name in theirs[:-MOST]:
            del self._sessions[name]
        return begun

    async def read(self, session: str) -> tuple[ConsoleSession | None, int]:
        return self._open(session), self.clock()

    async def vouch(self, session: str, actor: Actor) -> bool:
        kept = self._open(session)
        if kept is None:
            return False
        now = replace(kept, actor=actor, checked_ms=self.clock())
        self._sessions[session] = replace(self._sessions[session], session=now)
        return True

    async def end(self, session: str) -> None:
        self._sessions.pop(session, None)

    async def end_all(self) -> None:
        self._links.clear()
        self._sessions.clear()

    async def of_platform(self, platform: str) -> tuple[Sequence[ConsoleSession], int]:
        opened = (self._open(name) for name in self._sessions)
        return [each for each in opened if each and each.actor.platform == platform], self.clock()

    def _open(self, session: str) -> ConsoleSession | None:
        kept = self._sessions.get(session)
        return kept.session if kept and self.clock() - kept.begun_ms < SESSION_S * 1000 else None


def _whose(actor: Actor) -> tuple[object, ...]:
    return actor.platform, actor.tenant, actor.id
