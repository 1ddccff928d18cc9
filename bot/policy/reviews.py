"""Whether what somebody asks for is shown only once a moderator has let it pass. Pure.

It is decided when they ask, and stays so: whoever changes the settings later publishes nothing that was withheld.
"""

from collections.abc import Sequence

from bot.policy.places import PlaceRule, Spot, reviewed
from bot.policy.tiers import Tier


def is_for_review(rules: Sequence[PlaceRule], spot: Spot, tier: Tier | None) -> bool:
    """Tell whether a moderator looks first: the closest rule of the place says so, or the tier of whoever asks.

    Neither takes back what the other says: a trusted place does not make somebody trusted, nor the other way round.
    """
    return reviewed(rules, spot) or (tier is not None and tier.review)
