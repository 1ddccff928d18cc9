"""`fairbrush slack manifest`: the app as Slack takes it, from settings and workflows alone."""

from collections.abc import Iterator

from adapters.slack.manifest import EVENTS_PATH, INSTALL_PATH, manifest_of
from bot.cli.setting_up import load_settings, open_catalog
from bot.cli.terminal import note, say_json
from bot.commands import all_left_out
from bot.errors import ConfigError
from bot.service.slack_access import by_installing, by_socket
from bot.settings import Settings, address

_NO_ADDRESS = (
    "For this Slack has to reach us: set public_url to the https:// address that leads to the page's server. With one "
    "workspace over a socket none is needed: --one --socket."
)
_PASTE = "Paste this at https://api.slack.com/apps: Create New App, From a manifest. It is JSON."
_SOCKET = "Then make an app-level token with connections:write: it is FAIRBRUSH_SLACK_APP_TOKEN."
_HTTP = "Then take the signing secret: it is FAIRBRUSH_SLACK_SIGNING_SECRET. Slack delivers to {0} once we serve there."
_ONE = "Install the app in the workspace: its bot's token is FAIRBRUSH_SLACK_TOKEN."
_MANY = (
    "Take the client id and secret: FAIRBRUSH_SLACK_CLIENT_ID and FAIRBRUSH_SLACK_CLIENT_SECRET. Workspaces install "
    "the app at {0}."
)


def print_manifest(name: str, *, http: bool | None, many: bool | None) -> None:
    """Print the manifest, which can be piped as it is, and beside it what to do with it; raises ConfigError."""
    settings = load_settings()
    catalog = open_catalog(settings)
    by_http = _delivers_by_http(settings) if http is None else http
    for_many = by_installing(settings) if many is None else many
    base = _address(settings) if by_http or for_many else ""
    manifest = manifest_of(
        catalog, name=name, address=base if by_http else None, installed_at=base if for_many else None
    )
    say_json(manifest.body)
    for line in (_PASTE, *_next_steps(base, by_http=by_http, for_many=for_many)):
        note(line)
    for each in all_left_out(catalog, manifest.left_out):
        note(f"Left out: {each}")


def _delivers_by_http(settings: Settings) -> bool:
    # Whoever has set neither begins with the way that needs no public address.
    return settings.slack_signing_secret is not None and not by_socket(settings)


def _address(settings: Settings) -> str:
    if (base := address(settings)) is None:
        raise ConfigError([_NO_ADDRESS])
    return base


def _next_steps(base: str, *, by_http: bool, for_many: bool) -> Iterator[str]:
    yield _HTTP.format(base + EVENTS_PATH) if by_http else _SOCKET
    yield _MANY.format(base + INSTALL_PATH) if for_many else _ONE
