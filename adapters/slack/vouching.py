"""Who somebody at the console is to Slack now: asked of it itself, by the same rule as when they use a command."""

from dataclasses import dataclass, replace

from adapters.slack.persons import Persons, person_of
from adapters.slack.refusals import SHUT, Refused
from bot.desk import Desk
from bot.jobs import Requester
from bot.policy.measures import Actor, Rank
from bot.policy.tiers import GUEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspaces:
    """The word of Slack's workspaces on their members."""

    desk: Desk
    persons: Persons

    async def actor(self, actor: Actor) -> Actor | None:
        """Return somebody with their rank of now; None: they are not there. Raises Refused while Slack is away."""
        if actor.tenant is None:
            return None
        requester = Requester(tenant=actor.tenant, id=actor.id, name=actor.name)
        if self.desk.rank(requester, (), moderates=False) is Rank.OPERATOR:
            return replace(actor, rank=Rank.OPERATOR)
        try:
            # What is remembered of a person may be a minute old already.
            told = await self.persons.calls.ask(actor.tenant.id, "users.info", {"user": actor.id})
        except Refused as refused:
            if refused.refusal in SHUT:
                return None  # they left that workspace, or we did
            raise
        user = told.get("user") or {}
        if user.get("deleted"):
            return None
        person = person_of(user, actor.tenant.id)
        roles = (GUEST,) if person.is_guest else ()
        rank = self.desk.rank(requester, roles, moderates=person.moderates)
        if rank < Rank.MODERATOR:
            # Only now: Slack is asked about groups seldom.
            groups = await self.persons.groups.of(actor.tenant.id, actor.id, is_vital=True)
            rank = self.desk.rank(requester, (*roles, *groups), moderates=person.moderates)
        return replace(actor, rank=rank)
