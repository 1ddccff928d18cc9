"""Where the GPUs are: what operators wrote, made into addresses, with every problem of every one of them."""

import os
from collections.abc import Mapping
from urllib.parse import urlsplit

from adapters.comfyui.address import ComfyAddress, trust
from bot.errors import ConfigError
from bot.settings import ServerSettings, Settings

_UNREADABLE = (
    "A ComfyUI address looks like http://127.0.0.1:8188 or https://gpu.example.org/comfy: this one cannot be read."
)

Reach = ComfyAddress | ConfigError
"""Where a server is, or what is wrong with what its settings say about that."""


def reaches(settings: Settings, comfyui: str | None) -> dict[str, Reach]:
    """Return the servers in question by name: the one that was named, by its name or its URL, else all."""
    configured = {server.name: server for server in settings.servers}
    if comfyui is not None and comfyui not in configured:
        return {"the GPU": _reach_of_url(comfyui)}
    return {name: _reach_of(server) for name, server in configured.items() if comfyui in {None, name}}


def addresses(settings: Settings, comfyui: str | None) -> dict[str, ComfyAddress]:
    """Return the addresses of the servers in question; raises ConfigError with every problem of all of them."""
    found = reaches(settings, comfyui)
    problems = [problem for each in found.values() if isinstance(each, ConfigError) for problem in each.problems]
    if problems:
        raise ConfigError(problems)
    return {name: each for name, each in found.items() if isinstance(each, ComfyAddress)}


def address_at(url: str) -> ComfyAddress:
    """Return the address of a URL that somebody typed; raises ConfigError."""
    return _checked(url, {}, None)


def _reach_of_url(url: str) -> Reach:
    try:
        return address_at(url)
    except ConfigError as error:
        return error


def _reach_of(server: ServerSettings) -> Reach:
    problems: list[str] = []
    try:
        headers = _credential(server)
    except ConfigError as error:
        headers = {}
        problems.extend(error.problems)
    try:
        address = _checked(server.url, headers, server)
    except ConfigError as error:
        problems.extend(error.problems)
    else:
        if not problems:
            return address
    return ConfigError(f"servers.{server.name}: {problem}" for problem in problems)


def _credential(server: ServerSettings) -> Mapping[str, str]:
    if not server.credential_env:
        return {}
    # Whoever reads a secret from a file gets its last line break, too, which no header may hold.
    credential = os.environ.get(server.credential_env, "").strip()
    if not credential:
        raise ConfigError([f"the variable {server.credential_env} is not set."])
    if not credential.isprintable():
        raise ConfigError([f"the variable {server.credential_env} holds a line break or a control character."])
    return {server.credential_header: credential}


def _checked(url: str, headers: Mapping[str, str], server: ServerSettings | None) -> ComfyAddress:
    try:
        parts = urlsplit(url.strip())
        # Both only fail when they are looked at: a port of five nines, a host name of two dots.
        _ = parts.port, (parts.hostname or "").encode("idna")
    except ValueError as error:
        raise ConfigError([_UNREADABLE]) from error
    tls = trust(server.ca_file) if server and server.ca_file else None
    return ComfyAddress.of(url, headers=headers, tls=tls)
