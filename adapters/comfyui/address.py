"""Where a server is: its URL with any path prefix, the headers and the TLS that a proxy in front of it asks for."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

from bot.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class ComfyAddress:
    """One server's address. Headers are secrets: they stand in no repr and in no log."""

    url: str  #: without a slash at the end; may hold a path, which then precedes every route
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    tls: ssl.SSLContext | None = field(default=None, repr=False)  #: None: what the system trusts

    @classmethod
    def of(
        cls, url: str, *, headers: Mapping[str, str] | None = None, tls: ssl.SSLContext | None = None
    ) -> "ComfyAddress":
        """Check an operator's URL; raises ConfigError, which never repeats the URL's own secrets."""
        parts = urlsplit(url.strip())
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ConfigError(["A ComfyUI address looks like http://127.0.0.1:8188 or https://gpu.example.org/comfy."])
        if parts.username or parts.password:
            raise ConfigError(["A ComfyUI address holds no password: give it as a header (Authorization)."])
        if parts.query or parts.fragment:
            raise ConfigError(["A ComfyUI address has no query: give a token as a header."])
        if tls is not None and parts.scheme == "http":
            raise ConfigError(["A ComfyUI address with TLS files begins with https://."])
        return cls(url=f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}", headers=dict(headers or {}), tls=tls)

    @property
    def secure(self) -> bool:
        """Whether the server is spoken to by TLS."""
        return self.url.startswith("https:")

    def route(self, path: str) -> str:
        """Return the URL of a route such as `/prompt`."""
        return self.url + path

    def socket(self, client_id: str) -> str:
        """Return the URL of the event socket."""
        return f"ws{self.url.removeprefix('http')}/ws?clientId={quote(client_id)}"


def trust(ca_file: Path) -> ssl.SSLContext:
    """Make a TLS context that trusts a private authority; raises ConfigError."""
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(["The TLS files for a ComfyUI server cannot be read."]) from error
