"""auth.*, apps.* and oauth.v2.access: tokens tried, given, taken back."""

from . import oauth
from .given import Given, refused
from .shapes import Json


async def api_test(given: Given) -> Json:
    """Say back what was said."""
    if error := given.text("error"):
        raise refused(error)
    return {"args": dict(given.args)}


async def test(given: Given) -> Json:
    """Say whose token it is."""
    team, bot = given.team, given.team.bot
    url = f"https://{team.domain}.slack.com/"
    told: Json = {"url": url, "team": team.name, "user": bot.name, "team_id": team.id, "user_id": bot.id}
    return {**told, "bot_id": bot.bot_id, "is_enterprise_install": False}


async def revoke(given: Given) -> Json:
    """Let the token be good for nothing any more."""
    if given.flag("test"):
        return {"revoked": False}
    assert given.token is not None
    given.token.revoked = "token_revoked"
    given.world.changed()
    return {"revoked": True}


async def open_connection(given: Given) -> Json:
    """Return where a socket can be opened."""
    return {"url": given.socket.address()}


async def uninstall(given: Given) -> Json:
    """Throw the application out of the team."""
    if given.needed("client_id") != given.world.app.client_id:
        raise refused("invalid_client_id")
    if given.needed("client_secret") != given.world.app.client_secret:
        raise refused("bad_client_secret")
    oauth.uninstall(given.world, given.team)
    return {}


async def exchange(given: Given) -> Json:
    """Give a token for a code."""
    return oauth.exchange(given)
