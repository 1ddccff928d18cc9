"""What `fairbrush check` says of settings that are well formed, and still may not do what somebody wants of them."""

from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from bot.cli.findings import Finding
from bot.cli.service import KEY_BYTES
from bot.cli.terminal import WRONG
from bot.settings import Settings
from workflows.catalog import Catalog


def settings_findings(settings: Settings, catalog: Catalog) -> list[Finding]:
    """Look at what belongs together."""
    return [*_key(settings), *_public(settings), *_places(settings, catalog), *_tiers(settings, catalog)]


def _key(settings: Settings) -> Iterator[Finding]:
    if settings.key:
        short = len(settings.key.get_secret_value().encode()) < KEY_BYTES
        text = f"FAIRBRUSH_KEY is too short: it needs {KEY_BYTES} random characters at least" if short else "set"
        yield Finding(subject="key", text=text, exit_code=WRONG if short else 0)
    elif settings.redis_url:
        text = (
            "the state folder's own. Processes that do not share that folder need the same FAIRBRUSH_KEY: without it "
            "none opens another's links and replies"
        )
        yield Finding(subject="key", text=text)


def _public(settings: Settings) -> Iterator[Finding]:
    if settings.public_url is None:
        return
    parts = urlsplit(settings.public_url)
    if _is_ours_alone(parts.hostname or ""):
        yield Finding(subject="public_url", text="only this machine reaches that address", exit_code=WRONG)
        return
    plain = "" if parts.scheme == "https" else "; without https whoever is on the way sees the pictures"
    yield Finding(subject="public_url", text=f"{settings.public_url}/files/ has to lead to the page's /files/{plain}")


def _is_ours_alone(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    return address.is_loopback or address.is_unspecified


def _places(settings: Settings, catalog: Catalog) -> Iterator[Finding]:
    for place in settings.places:
        where = f"{place.platform} {place.community}" + (f", channel {place.channel}" if place.channel else "")
        named = {*(place.workflows or ()), *filter(None, [place.default_workflow])}
        if missing := sorted(named - catalog.workflows.keys()):
            text = f"there is no workflow {', '.join(missing)}"
            yield Finding(subject=where, text=text, exit_code=WRONG)
        elif place.workflows is not None:
            only = (
                f"only {', '.join(place.workflows)}" if place.workflows else "nothing may be asked for: workflows = []"
            )
            yield Finding(subject=where, text=only)


def _tiers(settings: Settings, catalog: Catalog) -> Iterator[Finding]:
    """Look at what tiers name: a word that is nowhere would keep nobody from anything, or from everything."""
    parameters = {name for each in catalog.workflows.values() for name in each.manifest.parameters}
    for tier in settings.tiers:
        if missing := sorted({*(tier.workflows or ())} - catalog.workflows.keys()):
            text = f"there is no workflow {', '.join(missing)}"
            yield Finding(subject=f"tier {tier.name}", text=text, exit_code=WRONG)
        if missing := sorted({*(tier.max or ())} - parameters):
            text = f"max: no workflow has a parameter {', '.join(missing)}"
            yield Finding(subject=f"tier {tier.name}", text=text, exit_code=WRONG)
