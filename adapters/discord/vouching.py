"""Who somebody at the console is to Discord now: asked of it itself, by the same rule as when they use a command."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce
from operator import or_
from time import time

from adapters.discord.origins import Right, may_govern
from adapters.discord.refusals import Refusal, Refused
from adapters.discord.rest import Rest
from adapters.discord.shapes import Json
from bot.desk import Desk
from bot.jobs import DIRECT, Requester
from bot.policy.measures import Actor, Rank

_GONE = frozenset({Refusal.GONE, Refusal.FORBIDDEN})
"""They left that server, or we did: nobody there can tell who they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Discords:
    """The word of Discord's servers on their members."""

    desk: Desk
    rest: Rest
    now: Callable[[], float] = time  #: seconds since 1970

    async def actor(self, actor: Actor) -> Actor | None:
        """Return somebody with their rank of now; None: they are not there. Raises Refused while Discord is away."""
        if actor.tenant is None:
            return None
        requester = Requester(tenant=actor.tenant, id=actor.id, name=actor.name)
        by_settings = self.desk.rank(requester, (), moderates=False)
        if by_settings is Rank.OPERATOR or actor.tenant.id == DIRECT:
            return replace(actor, rank=by_settings)
        try:
            member = await self.rest.member(actor.tenant.id, actor.id)
            guild = await self.rest.guild(actor.tenant.id)
        except Refused as refused:
            if refused.refusal in _GONE:
                return None
            raise
        roles = tuple(map(str, member.get("roles") or ()))
        is_silent = _is_timed_out(member, self.now())
        governs = may_govern({"permissions": _permissions(guild, actor.id, roles, is_silent=is_silent)})
        return replace(actor, rank=self.desk.rank(requester, () if is_silent else roles, moderates=governs))


def _permissions(guild: Json, user: str, roles: tuple[str, ...], *, is_silent: bool) -> int:
    """Return what somebody may do: the roles' permissions together, of which a timeout leaves those of administrators.

    https://docs.discord.com/developers/topics/permissions
    """
    if str(guild.get("owner_id")) == user:
        return int(Right.ADMINISTRATOR)
    theirs = {str(guild.get("id")), *roles}  # the role of everybody has the server's own id
    held = (int(each.get("permissions") or 0) for each in guild.get("roles") or () if str(each.get("id")) in theirs)
    permissions = reduce(or_, held, 0)
    return permissions & Right.ADMINISTRATOR if is_silent else permissions


def _is_timed_out(member: Json, now: float) -> bool:
    until = member.get("communication_disabled_until")
    with suppress(ValueError):
        return bool(until) and datetime.fromisoformat(str(until)).timestamp() > now
    return True  # a time that cannot be read is none that is over
