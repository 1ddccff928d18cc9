"""What somebody has begun and not ended: kept for them alone until they go on. Addresses and words stand in it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from bot.errors import SubmissionError
from bot.ports import SecretStore
from bot.reimagining import TOO_OLD
from bot.submissions import Occasion

KEPT_S = 15 * 60.0
"""How long somebody may fill in or choose: Discord's own token for a form lives no longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asides:
    """Keeps JSON by the occasion on which it was begun: one thing for each."""

    secrets: SecretStore

    async def keep(self, occasion: Occasion, about: Mapping[str, object]) -> str:
        """Keep it for whoever that is; returns the source, by which they find it again. Raises StoreLost."""
        source = occasion.job_id.hex
        await self.secrets.put(_name(occasion, source), json.dumps({**about, "for": _whose(occasion)}), for_s=KEPT_S)
        return source

    async def recall(self, occasion: Occasion, source: str) -> Mapping[str, object]:
        """Return what was kept for whoever that is; raises SubmissionError where nothing is, or StoreLost."""
        kept = await self.secrets.get(_name(occasion, source))
        found: dict[str, object] = json.loads(kept or "{}")
        if found.pop("for", None) != _whose(occasion):
            raise SubmissionError(TOO_OLD)
        return found


def _whose(occasion: Occasion) -> str:
    # With the community: on Slack two workspaces may call two people the same.
    return f"{occasion.requester.tenant.id}/{occasion.requester.id}"


def _name(occasion: Occasion, source: str) -> str:
    return f"{occasion.place.tenant.platform}/aside/{source}"
