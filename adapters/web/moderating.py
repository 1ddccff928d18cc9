"""`/mod …` on the page: whom the settings name a moderator or an operator there, and nobody by sitting at it."""

from collections.abc import Collection

from bot.answers import Answer
from bot.desk import Desk
from bot.jobs import Requester
from bot.policy.measures import Rank
from bot.presiding import MOD, Presiding, actor_of
from workflows.choices import listed


async def moderated(desk: Desk, requester: Requester, words: str, people: Collection[str]) -> Answer:
    """Do what a moderator says; raises what they have to be told. `people`: the ids of all who are here."""
    actor = actor_of(requester, rank_of(desk, requester))
    presiding = Presiding(bench=desk, command=f"/{MOD}", misnamed=lambda name: misnamed(name, people))
    return await presiding.hear(actor, words)


def misnamed(name: str, people: Collection[str]) -> str:
    """Say that a name is nobody's here, and whose there are: what is done to nobody looks like done otherwise."""
    said = name.removeprefix("@")
    if said in people:
        return ""
    near = [each for each in people if each.lower() == said.lower()] or sorted(people)
    return f"is nobody here. There is {listed(near)}."


def moderates(desk: Desk, requester: Requester) -> bool:
    """Tell whether somebody may moderate there."""
    return rank_of(desk, requester) >= Rank.MODERATOR


def rank_of(desk: Desk, requester: Requester) -> Rank:
    """Return how far somebody's word reaches."""
    # The page has no roles of its own: whoever may open it may still only paint.
    return desk.rank(requester, (), moderates=False)
