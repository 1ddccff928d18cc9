"""What moderators do with /mod: as whoever they are at each use, and seen by them alone."""

from collections.abc import Iterable
from dataclasses import dataclass

from adapters.discord import answers
from adapters.discord.answering import Answering
from adapters.discord.options import MOST_CHOICES, MOST_SAID
from adapters.discord.origins import Origin
from adapters.discord.reading import read_name
from adapters.discord.verbs import read_verb, typed_into
from bot.desk import Desk
from bot.policy.measures import Rank
from bot.policy.verbs import Kind
from bot.presiding import MOD, Presiding, actor_of
from bot.suggesting import best


@dataclass(frozen=True, slots=True, kw_only=True)
class Moderating:
    """Takes measures."""

    desk: Desk

    async def moderate(self, answering: Answering) -> None:
        """Do what a moderator filled in. Raises what they have to be told."""
        origin = answering.origin
        verb, raw = read_verb(origin.data)
        # Nothing of it may end half-way for Discord's three seconds.
        if await answering.later_ephemeral():
            actor = actor_of(origin.requester, self._rank(origin))
            called = read_name(origin.data, raw.get("user", ""))
            answer = await Presiding(bench=self.desk, command=f"/{MOD}").do(actor, verb, raw, called=called)
            await answering.whisper(answers.answered(answer))

    async def suggest(self, answering: Answering) -> None:
        """Offer workflows and tiers to those who may use them; from memory."""
        origin = answering.origin
        each, typed = typed_into(origin.data)
        may = each is not None and self._rank(origin) >= Rank.MODERATOR
        found = best(typed, tuple(self._offered(each.kind, origin)), MOST_CHOICES) if each and may else ()
        await answering.suggest([{"name": name[:MOST_SAID], "value": name[:MOST_SAID]} for name in found])

    def _offered(self, kind: Kind, origin: Origin) -> Iterable[str]:
        match kind:
            case Kind.WORKFLOW:
                return self.desk.catalog().workflows
            case Kind.TIER:
                return [tier.name for tier in self.desk.limits.tiers_in(origin.requester.tenant)]
        return ()

    def _rank(self, origin: Origin) -> Rank:
        return self.desk.rank(origin.requester, origin.roles, moderates=origin.governs)
