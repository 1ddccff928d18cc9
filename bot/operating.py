"""What only whoever runs the bot sees and does from a chat: the GPUs of the pool, and all communities."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from bot import operators
from bot.answers import Answer, Tone, note
from bot.errors import SubmissionError
from bot.gpus import Seen, seen
from bot.houserules import HouseRules
from bot.jobs import JobRecord, Tenant
from bot.operators import CommunityLine
from bot.policy.entitlements import ceiling_of
from bot.policy.measures import DrainServer, ResumeServer
from bot.ports import CommunityNames, JobStore, Overview, ServerStore
from bot.servers import Change, ServerSpec, Wish, slots_named
from bot.wishes import Wished, unknown, wished

_LISTED = 50
"""Communities that are listed: what an answer in a chat holds."""

_LOOKED_AT = 500
"""Entries of the audit in which communities are looked for that have nothing in the queue."""

_NO_GPU = "The pool has none yet."
_ON_THE_MACHINE = "It was removed: fairbrush servers resume {} puts it back, on the machine that runs Fairbrush."


@dataclass(frozen=True, slots=True, kw_only=True)
class Operating:
    """Where it is read and done."""

    servers: ServerStore
    store: JobStore
    overview: Overview
    rules: HouseRules
    names: CommunityNames
    seeds: Mapping[str, ServerSpec] = field(default_factory=dict)  #: servers of the settings, by name
    known: Collection[Tenant] = ()  #: communities that the settings name

    async def gpus(self) -> Answer:
        """Tell how each GPU is, why, and what it runs; raises StoreLost."""
        servers = self.servers
        changes, statuses = await servers.changes(), await servers.statuses()
        found = [each for each in seen(self.seeds, changes, statuses, await servers.now_ms()) if not each.removed]
        return operators.gpus([(each, await self._runs(each)) for each in found])

    async def _runs(self, server: Seen) -> Sequence[JobRecord]:
        held = [each for slot in slots_named(server.name, server.slots or 1) for each in await self.store.held_by(slot)]
        return [each.record for each in held]

    async def decide(self, measure: DrainServer | ResumeServer) -> Wished:
        """Decide what draining or resuming a GPU changes; raises SubmissionError where there is none of that name."""
        name, wish = measure.name, Wish.DRAIN if isinstance(measure, DrainServer) else Wish.SERVE
        changes, statuses = await self.servers.changes(), await self.servers.statuses()
        names = sorted({*self.seeds, *changes, *statuses})
        if name not in names:
            raise SubmissionError(unknown(name, names, _NO_GPU))
        before = changes.get(name, Change())
        if before.wish is Wish.REMOVE:
            # Whether its place is another's by now can be seen where addresses are read.
            raise SubmissionError(_ON_THE_MACHINE.format(name))
        return wished(name, before, wish, resume=f"server resume {name}")

    async def wish(self, measure: DrainServer | ResumeServer, decided: Wished) -> Answer:
        """Keep what was decided, and say it; raises StoreLost."""
        if decided.is_new:
            await self.servers.change(measure.name, decided.change)
        return note(decided.sentence, tone=Tone.GOOD)

    async def communities(self) -> Answer:
        """Tell which communities there are, what they have in the queue, and what holds for each; raises StoreLost."""
        facts = await self.overview.facts(limit=_LISTED)
        queue = {each.tenant: (each.waiting, each.running) for each in facts.communities}
        heard = [each.tenant for each in await self.rules.audit.newest(None, limit=_LOOKED_AT) if each.tenant]
        tenants = list(dict.fromkeys([*queue, *self.known, *heard]))
        names = await self.names.called(tenants[:_LISTED])
        lines = [await self._line(each, names.get(each, ""), *queue.get(each, (0, 0))) for each in tenants[:_LISTED]]
        return operators.communities(lines, more=len(tenants) - len(lines))

    async def _line(self, tenant: Tenant, name: str, waiting: int, running: int) -> CommunityLine:
        books, now_ms = await self.rules.books.opened(tenant)
        ban, pause = books.community.ban(None), books.community.pause(None)
        return CommunityLine(
            tenant=tenant,
            name=name,
            waiting=waiting,
            running=running,
            ceiling=ceiling_of(books, self.rules.standard, tenant),
            is_banned=ban is not None and (ban.until_ms is None or ban.until_ms > now_ms),
            is_paused=pause is not None,
        )
