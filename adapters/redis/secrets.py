"""Secrets that have to be stored, such as reply tokens: encrypted before they leave the process, gone by themselves."""

import hashlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass

from cryptography.fernet import Fernet, InvalidToken

from adapters.redis import answers
from adapters.redis.edge import Edge


class SecretKey:
    """What secrets are encrypted with; any long random text may be one. Stands in no repr."""

    def __init__(self, text: str) -> None:
        # Random text of full strength needs no slow derivation; this only brings it into Fernet's form.
        self._fernet = Fernet(urlsafe_b64encode(hashlib.sha256(text.encode()).digest()))

    @staticmethod
    def fresh() -> str:
        """Draw a new one."""
        return Fernet.generate_key().decode()

    def seal(self, name: str, secret: str) -> bytes:
        """Encrypt a secret under its name, so that it cannot be passed off as another one."""
        return self._fernet.encrypt(f"{len(name)}:{name}{secret}".encode())

    def unseal(self, name: str, sealed: bytes) -> str | None:
        """Decrypt; None when another key, or another name, was used."""
        try:
            opened = self._fernet.decrypt(sealed).decode()
        except InvalidToken:
            return None
        mark = f"{len(name)}:{name}"
        return opened.removeprefix(mark) if opened.startswith(mark) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisSecrets:
    """Secrets by name, each with an expiry."""

    edge: Edge
    key: SecretKey

    async def put(self, name: str, secret: str, *, for_s: float) -> None:
        """Keep a secret for so long."""
        kept = self.edge.keys.key("secret", name)
        await self.edge.ask("SET", kept, self.key.seal(name, secret), "PX", max(1, round(for_s * 1000)))

    async def get(self, name: str) -> str | None:
        """Return a secret; None when it has expired, or was encrypted with another key."""
        sealed = answers.data(await self.edge.ask("GET", self.edge.keys.key("secret", name)))
        return self.key.unseal(name, sealed) if sealed is not None else None

    async def forget(self, name: str) -> None:
        """Forget a secret before its time."""
        await self.edge.ask("DEL", self.edge.keys.key("secret", name))
