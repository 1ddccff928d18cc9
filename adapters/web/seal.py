"""Short texts that we hand out and want back unchanged; they outlive a restart."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256

from bot.errors import ConfigError

LEAST_KEY_BYTES = 32
MAX_SEALED = 2048


@dataclass(frozen=True, slots=True)
class Seal:
    """Signs with one key; a text sealed for one purpose opens for no other."""

    key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.key) < LEAST_KEY_BYTES:
            raise ConfigError([f"The web page's signing key needs at least {LEAST_KEY_BYTES} bytes."])

    def close(self, purpose: str, text: str) -> str:
        """Return the text with its signature, fit for a cookie or a JSON value."""
        content = urlsafe_b64encode(text.encode()).decode().rstrip("=")
        return f"{content}.{self._signature(purpose, content)}"

    def open(self, purpose: str, sealed: str) -> str | None:
        """Return the text; None when it is not ours, was changed, or was sealed for something else."""
        content, _, signature = sealed.partition(".")
        if len(sealed) > MAX_SEALED or not sealed.isascii():
            return None
        if not hmac.compare_digest(signature, self._signature(purpose, content)):
            return None
        return urlsafe_b64decode(content + "=" * (-len(content) % 4)).decode()

    def _signature(self, purpose: str, content: str) -> str:
        return hmac.new(self.key, f"{purpose}:{content}".encode(), sha256).hexdigest()
