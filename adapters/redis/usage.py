"""GPU time by person and hour, which the scripts add up where a job ends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from adapters.redis import answers
from adapters.redis.edge import Edge, Reply
from adapters.redis.keys import name_of, tenant_name, where_name
from adapters.redis.serial import requester_of
from bot.console.hours import HOUR_MS
from bot.console.views import HourlyUsage
from bot.jobs import Requester, Tenant

_HOURS = 24
"""Hours of a tenant that one script looks at."""

_PEOPLE = 200
"""Whose names one script looks for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisUsage:
    """UsageStore on Redis."""

    edge: Edge

    async def hourly(self, tenant: Tenant | None, *, since_ms: int, user: str | None = None) -> Sequence[HourlyUsage]:
        """Return what was used since then, by everybody or by one."""
        whose = name_of(user) if user else ""
        found = await self._rows(where_name(tenant), since_ms - since_ms % HOUR_MS, whose)
        people = await self._people(sorted({f"{where}/{user}" for where, _, used in found for user in used}))
        return [
            HourlyUsage(tenant=who.tenant, user=who.id, name=who.name, hour_ms=hour_ms, gpu_ms=int(gpu_ms))
            for where, hour_ms, used in found
            for user, gpu_ms in used.items()
            for who in [people[f"{where}/{user}"]]
        ]

    async def forget(self, tenant: Tenant, user: str) -> None:
        """Forget what somebody used."""
        await self.edge.run("forget_used", tenant_name(tenant), name_of(user))

    async def _rows(self, where: str, since_ms: int, whose: str) -> list[tuple[str, int, Mapping[str, str]]]:
        found: list[tuple[str, int, Mapping[str, str]]] = []
        left_out, full = 0, True
        while full:
            looked, *some = answers.rows(await self.edge.run("used", where, since_ms, left_out, _HOURS, whose))
            found += [_row(*answers.rows(each)) for each in some]
            left_out, full = left_out + _HOURS, looked == _HOURS
        return found

    async def _people(self, names: Sequence[str]) -> Mapping[str, Requester]:
        """Return who people are by their whole names, as their latest jobs tell."""
        found: dict[str, Requester] = {}
        for begin in range(0, len(names), _PEOPLE):
            some = names[begin : begin + _PEOPLE]
            told = map(answers.data, answers.rows(await self.edge.run("latest", *some)))
            found |= {name: requester_of(text) if text else _by(name) for name, text in zip(some, told, strict=True)}
        return found


def _row(where: Reply, hour: Reply, used: Reply) -> tuple[str, int, Mapping[str, str]]:
    return answers.text(where), answers.number(hour), answers.fields(used)


def _by(name: str) -> Requester:
    """Return whom a whole name is of, none of whose jobs is kept any more."""
    platform, where, user = (unquote(part) for part in name.split("/"))
    return Requester(tenant=Tenant(platform=platform, id=where), id=user, name=user)
