"""users.info, bots.info, team.info and usergroups.users.list: who is who."""

from . import bodies
from .given import Given, refused
from .shapes import Json


async def user(given: Given) -> Json:
    """Return a user."""
    return {"user": bodies.user(given.user(), with_locale=given.flag("include_locale"))}


async def bot(given: Given) -> Json:
    """Return the application's bot."""
    if given.needed("bot") != given.team.bot.bot_id:
        raise refused("bot_not_found")
    found = given.team.bot
    told = {"id": found.bot_id, "deleted": False, "name": found.name, "user_id": found.id, "app_id": given.world.app.id}
    return {"bot": told}


async def team(given: Given) -> Json:
    """Return the team of the token; others are not known to it."""
    if given.text("team") not in {None, given.team.id}:
        raise refused("team_not_found")
    return {"team": bodies.team(given.team)}


async def usergroup(given: Given) -> Json:
    """Return who is in a group of users."""
    found = given.team.usergroups.get(given.needed("usergroup"))
    if found is None:
        raise refused("no_such_subteam")
    return {"users": [*found[1]]}
