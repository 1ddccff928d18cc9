"""`/mod …` on the page: whom the settings name a moderator or an operator there, and nobody by sitting at it."""

from bot.answers import Answer
from bot.desk import Desk
from bot.jobs import Requester
from bot.policy.measures import Rank
from bot.presiding import MOD, Presiding, actor_of


async def moderated(desk: Desk, requester: Requester, words: str) -> Answer:
    """Do what a moderator says; raises what they have to be told."""
    actor = actor_of(requester, rank_of(desk, requester))
    return await Presiding(bench=desk, command=f"/{MOD}").hear(actor, words)


def moderates(desk: Desk, requester: Requester) -> bool:
    """Tell whether somebody may moderate there."""
    return rank_of(desk, requester) >= Rank.MODERATOR


def rank_of(desk: Desk, requester: Requester) -> Rank:
    """Return how far somebody's word reaches."""
    # The page has no roles of its own: whoever may open it may still only paint.
    return desk.rank(requester, (), moderates=False)
