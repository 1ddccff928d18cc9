"""Where the GPUs are: what operators wrote, made into addresses, with every problem of every one of them."""

from collections.abc import Iterable, Iterator

from adapters.comfyui.address import ComfyAddress
from bot.errors import ConfigError
from bot.servers import ServerSpec
from bot.service.reaching import address_of, checked, place_of
from bot.settings import Settings

Located = ComfyAddress | ConfigError
"""Where a server is, or what is wrong with what its settings say about that."""


def located(settings: Settings, comfyui: str | None) -> dict[str, Located]:
    """Return the servers in question by name: the one that was named, by its name or its URL, else all."""
    configured = {server.name: server.spec for server in settings.servers}
    if comfyui is not None and comfyui not in configured:
        return {"the GPU": _located_by_url(comfyui)}
    return {name: _located(server) for name, server in configured.items() if comfyui in {None, name}}


def addresses(settings: Settings, comfyui: str | None) -> dict[str, ComfyAddress]:
    """Return the addresses of the servers in question; raises ConfigError with every problem of all of them."""
    found = located(settings, comfyui)
    problems = [problem for each in found.values() if isinstance(each, ConfigError) for problem in each.problems]
    if problems:
        raise ConfigError(problems)
    return {name: each for name, each in found.items() if isinstance(each, ComfyAddress)}


def mistakes(servers: Iterable[ServerSpec]) -> Iterator[str]:
    """Tell what is wrong with where a file says that servers are, on whatever machine it is read."""
    named: dict[str, str] = {}
    for spec in servers:
        try:
            place = place_of(checked(spec.url))
        except ConfigError as error:
            yield from (f"servers.{spec.name}: {problem}" for problem in error.problems)
        else:
            if place in named:
                yield f"servers.{spec.name}: that GPU is {named[place]} already. It takes one job at a time."
            named.setdefault(place, spec.name)


def _located_by_url(url: str) -> Located:
    try:
        return checked(url)
    except ConfigError as error:
        return error


def _located(server: ServerSpec) -> Located:
    try:
        return address_of(server)
    except ConfigError as error:
        return ConfigError(f"servers.{server.name}: {problem}" for problem in error.problems)
