"""What somebody has begun and not ended: kept for them alone until they go on. Addresses and words stand in it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from adapters.discord.answering import Answering
from bot.errors import SubmissionError
from bot.ports import SecretStore
from bot.reimagining import TOO_OLD

FILLING_S = 15 * 60.0
"""How long a form may be open: Discord's own token for it lives no longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asides:
    """Keeps JSON by the interaction in which it was begun: one thing for each."""

    secrets: SecretStore

    async def keep(self, answering: Answering, about: Mapping[str, object]) -> str:
        """Keep it for whoever is answered; returns the source, by which they find it again. Raises StoreLost."""
        origin = answering.origin
        kept = json.dumps({**about, "for": origin.requester.id})
        await answering.in_time(self.secrets.put(_name(origin.id), kept, for_s=FILLING_S))
        return origin.id

    async def recall(self, answering: Answering, source: str) -> Mapping[str, object]:
        """Return what was kept for whoever is answered; raises SubmissionError where nothing is, or StoreLost."""
        kept = await answering.in_time(self.secrets.get(_name(source)))
        found: dict[str, object] = json.loads(kept or "{}")
        if found.pop("for", None) != answering.origin.requester.id:
            raise SubmissionError(TOO_OLD)
        return found


def _name(source: str) -> str:
    return f"discord/aside/{source}"
