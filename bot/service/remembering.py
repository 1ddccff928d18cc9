"""Small texts that a chat platform remembers, the same for all processes: in the store, beside other settings."""

from dataclasses import dataclass

from adapters.redis.settings import RedisSettings
from bot.jobs import Tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembering:
    """They, by name."""

    settings: RedisSettings
    platform: str

    async def get(self, name: str) -> str | None:
        """Return a text; None when there is none. Raises StoreLost."""
        found = (await self.settings.all(self._scope)).get(name)
        return None if found is None else str(found)

    async def put(self, name: str, value: str) -> None:
        """Keep a text; raises StoreLost."""
        await self.settings.set(self._scope, name, value)

    @property
    def _scope(self) -> Tenant:
        # No community of any platform is called so.
        return Tenant(platform=self.platform, id="-")
