"""Settings that were changed at run time: they win over the files, for a channel before its tenant."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from adapters.redis import answers
from adapters.redis.edge import Edge, Reply
from adapters.redis.serial import read, written
from bot.jobs import Place, Tenant

Setting = str | int | float | bool
MAX_SETTING_BYTES = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisSettings:
    """Name and value per tenant or place."""

    edge: Edge

    async def set(self, scope: Tenant | Place, name: str, value: Setting) -> None:
        """Set a value; raises ValueError for one that is too long to be a setting."""
        text = written({"value": value})
        if len(text.encode()) > MAX_SETTING_BYTES:
            raise ValueError("That is too long for a setting.")
        await self.edge.ask("HSET", self._key(scope), name, text)

    async def unset(self, scope: Tenant | Place, name: str) -> None:
        """Forget a value, so that what is below it holds again."""
        await self.edge.ask("HDEL", self._key(scope), name)

    async def all(self, scope: Tenant | Place) -> Mapping[str, Setting]:
        """Return what was set for exactly this scope."""
        found = cast("dict[bytes, Reply]", await self.edge.ask("HGETALL", self._key(scope)))
        return {name.decode(): _setting(value) for name, value in found.items()}

    async def look_up(self, place: Place, name: str) -> Setting | None:
        """Return what holds in a place: the channel's value, else its tenant's; None: neither was set."""
        for scope in (place, place.tenant):
            value = await self.edge.ask("HGET", self._key(scope), name)
            if value is not None:
                return _setting(value)
        return None

    def _key(self, scope: Tenant | Place) -> str:
        if isinstance(scope, Place):
            return self.edge.keys.key("settings", scope.tenant.platform, scope.tenant.id, scope.channel)
        return self.edge.keys.key("settings", scope.platform, scope.id)


def _setting(answer: Reply) -> Setting:
    return cast(Setting, read(answers.data(answer) or b"")["value"])
