"""Where a server is, and what opens it: its credential is looked up in this process's environment when it is needed."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from adapters.comfyui.address import ComfyAddress, trust
from adapters.comfyui.limits import ComfyLimits
from adapters.comfyui.server import ComfyServer
from bot.errors import ConfigError
from bot.servers import Listed, ServerSpec
from bot.settings import Settings

_UNREADABLE = (
    "A ComfyUI address looks like http://127.0.0.1:8188 or https://gpu.example.org/comfy: this one cannot be read."
)

_OURS = frozenset({"localhost", "127.0.0.1", "::1"})
"""This machine, however it is called."""


def address_of(spec: ServerSpec) -> ComfyAddress:
    """Return where a server is; raises ConfigError with everything that is wrong with it, its secrets unrepeated."""
    problems: list[str] = []
    headers: Mapping[str, str] = {}
    try:
        headers = _credential(spec)
    except ConfigError as error:
        problems.extend(error.problems)
    try:
        address = checked(spec.url, headers, spec.ca_file)
    except ConfigError as error:
        problems.extend(error.problems)
    else:
        if not problems:
            return address
    raise ConfigError(problems)


def checked(url: str, headers: Mapping[str, str] | None = None, ca_file: str = "") -> ComfyAddress:
    """Return the address of a URL that somebody typed; raises ConfigError."""
    try:
        parts = urlsplit(url.strip())
        # Both only fail when they are looked at: a port of five nines, a host name of two dots.
        _ = parts.port, (parts.hostname or "").encode("idna")
    except ValueError as error:
        raise ConfigError([_UNREADABLE]) from error
    return ComfyAddress.of(url, headers=headers or {}, tls=trust(Path(ca_file)) if ca_file else None)


def place_of(address: ComfyAddress) -> str:
    """Return where an address leads, alike for every way to write it that needs no name server."""
    parts = urlsplit(address.url)
    host = (parts.hostname or "").rstrip(".")
    port = parts.port or (443 if address.secure else 80)
    return f"{parts.scheme}://{'localhost' if host in _OURS else host}:{port}{parts.path}"


def connecting(settings: Settings, identity: str) -> Callable[[Listed], ComfyServer]:
    """Return what makes a server, still to be entered, of one that is listed; raises ConfigError then.

    `identity` marks the pool's runs on servers.
    """

    def connect(listed: Listed) -> ComfyServer:
        try:
            address = address_of(listed.spec)
        except ConfigError as error:  # What stands behind a key in the file is a sentence by itself here.
            raise ConfigError(problem[:1].upper() + problem[1:] for problem in error.problems) from error
        return server_at(settings, listed.spec.name, address, identity)

    return connect


def server_at(settings: Settings, name: str, address: ComfyAddress, identity: str = "") -> ComfyServer:
    """Return a server, still to be entered, with the limits that the settings say."""
    limits = ComfyLimits(file_bytes=settings.max_result_mb * 1024**2)
    return ComfyServer(name, address, limits=limits, pool=identity)


def _credential(spec: ServerSpec) -> Mapping[str, str]:
    if not spec.credential_env:
        return {}
    # Whoever reads a secret from a file gets its last line break, too, which no header may hold.
    credential = os.environ.get(spec.credential_env, "").strip()
    if not credential:
        raise ConfigError([f"the variable {spec.credential_env} is not set."])
    if not credential.isprintable():
        raise ConfigError([f"the variable {spec.credential_env} holds a line break or a control character."])
    return {spec.credential_header: credential}
