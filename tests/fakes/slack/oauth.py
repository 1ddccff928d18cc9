"""Installing and uninstalling: what somebody agrees to, the code for it, the token for that.

https://docs.slack.dev/authentication/installing-with-oauth.
"""

import secrets
from urllib.parse import parse_qs, urlencode, urlsplit

from aiohttp import web

from .events import tell_tokens_revoked, tell_uninstalled
from .given import Given, refused
from .record import Call
from .shapes import Json
from .state import Consent, Team, User, World


class CannotInstall(Exception):
    """The member reads that something is wrong with the address they came to."""


def agree(world: World, user: User, address: str) -> str:
    """Let somebody agree to what an address of `/oauth/v2/authorize` asks for; returns where they are sent then."""
    asked = _asked(world, address)
    code = secrets.token_hex(16)
    scopes = {each for each in asked.get("scope", "").replace(" ", ",").split(",") if each}
    if not scopes:
        raise CannotInstall("invalid_scope")
    world.codes[code] = Consent(
        user=user, scopes=scopes, redirect_uri=asked.get("redirect_uri"), born=world.clock.now()
    )
    return _sent_back(asked, code=code)


def decline(world: World, address: str) -> str:
    """Let somebody say no; returns where they are sent then."""
    return _sent_back(_asked(world, address), error="access_denied")


def _asked(world: World, address: str) -> dict[str, str]:
    asked = {key: values[0] for key, values in parse_qs(urlsplit(address).query).items()}
    if asked.get("client_id") != world.app.client_id:
        raise CannotInstall("invalid_client_id")
    return asked


def _sent_back(asked: dict[str, str], **said: str) -> str:
    state = {"state": asked["state"]} if "state" in asked else {}
    return f"{asked.get('redirect_uri', 'https://example.com/slack/oauth_redirect')}?{urlencode({**said, **state})}"


async def ask(world: World, request: web.Request, call: Call) -> web.StreamResponse:
    """Show the page on which somebody would agree; `agree` is what clicking there does."""
    try:
        call.args = {**_asked(world, str(request.url))}
    except CannotInstall as no:
        return web.Response(status=400, text=f"Something went wrong: {no}")
    return web.Response(text="Allow?", content_type="text/html")


def exchange(given: Given) -> Json:
    """Return a token for a code, which is good once and for ten minutes."""
    world = given.world
    if given.text("client_id") != world.app.client_id:
        raise refused("invalid_client_id")
    if given.text("client_secret") != world.app.client_secret:
        raise refused("bad_client_secret")
    if given.text("grant_type") not in {None, "authorization_code"}:
        raise refused("invalid_grant_type")
    consent = world.codes.pop(given.text("code") or "", None)
    if consent is None or world.clock.now() > consent.born + world.limits.code_s:
        raise refused("invalid_code")
    if consent.redirect_uri is not None and given.text("redirect_uri") != consent.redirect_uri:
        raise refused("bad_redirect_uri")
    return _installed(world, consent)


def _installed(world: World, consent: Consent) -> Json:
    team = consent.user.team
    token = world.issue(team, consent.scopes)
    world.changed()
    return {
        "app_id": world.app.id,
        "authed_user": {"id": consent.user.id},
        "scope": ",".join(sorted(token.scopes)),
        "token_type": "bot",
        "access_token": token.text,
        "bot_user_id": team.bot.id,
        "team": {"id": team.id, "name": team.name},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def revoke(world: World, team: Team) -> None:
    """Take back the tokens of a team and tell of it."""
    for each in team.tokens:
        each.revoked = each.revoked or "token_revoked"
    tell_tokens_revoked(world, team)


def uninstall(world: World, team: Team) -> None:
    """Throw the application out of a team and tell of it: tokens first, as Slack does."""
    for each in team.tokens:
        each.revoked = each.revoked or "account_inactive"
    tell_tokens_revoked(world, team)
    tell_uninstalled(world, team)
