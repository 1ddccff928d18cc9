"""views.*: https://docs.slack.dev/reference/methods/views.open and its neighbours."""

from . import bodies, views
from .given import Given, refused
from .shapes import Json
from .state import Trigger, View


def _trigger(given: Given) -> Trigger:
    """Return what the view is opened with, used up by that; raises what is wrong with it."""
    found = given.world.triggers.get(given.needed("trigger_id"))
    if found is None or found.team is not given.team:
        raise refused("invalid_trigger_id")
    if given.world.clock.now() > found.born + given.world.limits.trigger_s:
        raise refused("expired_trigger_id")
    if found.used:
        raise refused("exchanged_trigger_id")
    return found


def _shape(given: Given, kind: str) -> Json:
    shape = given.json("view")
    if shape is None:
        raise refused("invalid_arguments", ["missing required field: view"])
    return views.judged(given.world, given.team, shape, "modal" if kind == "modal" else "home")


async def open_view(given: Given) -> Json:
    """Open a modal for whoever did something less than three seconds ago."""
    shape, trigger = _shape(given, "modal"), _trigger(given)
    view = views.show(given.world, trigger.user, shape)
    trigger.used = True
    return {"view": bodies.view(given.world, view)}


async def push(given: Given) -> Json:
    """Lay a modal on the one in which something was done."""
    shape, trigger = _shape(given, "modal"), _trigger(given)
    if trigger.view is None or not trigger.view.is_open or trigger.view.kind != "modal":
        raise refused("not_found")
    view = views.push(given.world, trigger.view, shape)
    trigger.used = True
    return {"view": bodies.view(given.world, view)}


async def update(given: Given) -> Json:
    """Change a modal that is still open."""
    view = _named(given)
    shape = _shape(given, view.kind)
    _must_match(given, view)
    views.change(given.world, view, shape)
    return {"view": bodies.view(given.world, view)}


def _named(given: Given) -> View:
    number, name = given.text("view_id"), given.text("external_id")
    if not number and not name:
        raise refused("invalid_arguments", ["missing required field: view_id"])
    for each in given.world.views.values():
        is_it = each.id == number if number else each.shape.get("external_id") == name
        if is_it and each.team is given.team and each.is_open:
            return each
    raise refused("not_found")


def _must_match(given: Given, view: View) -> None:
    if given.text("hash") and given.text("hash") != view.hash:
        raise refused("hash_conflict")


async def publish(given: Given) -> Json:
    """Show somebody their App Home."""
    user = given.team.users.get(given.needed("user_id"))
    if user is None:
        raise refused("invalid_arguments", ["invalid user [json-pointer:/user_id]"])
    if not given.world.is_home_enabled:
        raise refused("not_enabled")
    shape, view = _shape(given, "home"), views.home(given.world, user)
    if view is None:
        view = views.show(given.world, user, shape)
    else:
        _must_match(given, view)
        views.change(given.world, view, shape)
    return {"view": bodies.view(given.world, view)}
