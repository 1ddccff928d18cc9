"""Modals and App Homes: opened, laid on one another, changed, closed."""

import secrets
from typing import Literal

from . import blocks as block_kit
from . import files
from .given import refused
from .shapes import Json
from .state import Team, User, View, World


def judged(world: World, team: Team, shape: object, kind: Literal["modal", "home"] | None = None) -> Json:
    """Return a view with the ids of its blocks; raises invalid_arguments with what is wrong, and view_too_large."""
    faults = block_kit.view_faults(shape, world.limits, lambda name: files.can_show(world, team, name))
    if faults:
        raise refused("invalid_arguments", faults)
    assert isinstance(shape, dict)
    if kind is not None and shape["type"] != kind:
        raise refused("invalid_arguments", [f"must be a {kind} [json-pointer:/view/type]"])
    if block_kit.size(shape) > world.limits.view_bytes:
        raise refused("view_too_large")
    return {**shape, "blocks": [*block_kit.identified(shape["blocks"])]}


def _take_name(world: World, shape: Json, team: Team, itself: View | None = None) -> None:
    """Raise duplicate_external_id when another view that is still there has the same."""
    name = shape.get("external_id")
    taken = (each for each in world.views.values() if name and each.shape.get("external_id") == name)
    if any(each.is_open and each.team is team and each is not itself for each in taken):
        raise refused("duplicate_external_id")


def _hash(world: World) -> str:
    return f"{int(world.clock.now())}.{secrets.token_hex(4)}"


def show(world: World, user: User, shape: Json, *, on: View | None = None) -> View:
    """Put a view before somebody: their App Home, or a modal, on top of another perhaps."""
    _take_name(world, shape, user.team)
    number = world.clock.name("V")
    view = View(
        id=number,
        team=user.team,
        user=user,
        kind=shape["type"],
        shape=shape,
        hash=_hash(world),
        root=on.root if on else number,
        previous=on.id if on else None,
        versions=[shape],
    )
    world.views[number] = view
    world.changed()
    return view


def push(world: World, on: View, shape: Json) -> View:
    """Lay a modal on another; raises push_limit_reached when there are three."""
    if len(stack(world, on)) >= world.limits.views_stacked:
        raise refused("push_limit_reached")
    return show(world, on.user, shape, on=on)


def stack(world: World, view: View) -> list[View]:
    """Return the modals that are open on one another, the lowest first."""
    return [each for each in world.views.values() if each.root == view.root and each.is_open]


def change(world: World, view: View, shape: Json) -> None:
    """Let a view show something else."""
    _take_name(world, shape, view.team, view)
    view.shape, view.hash = shape, _hash(world)
    view.versions.append(shape)
    world.changed()


def close(world: World, view: View, *, whole: bool = False) -> None:
    """Take a modal away: it alone, or the whole stack."""
    for each in stack(world, view) if whole else [view]:
        each.is_open = False
    world.changed()


def home(world: World, user: User) -> View | None:
    """Return somebody's App Home, if one was published."""
    found = (each for each in world.views.values() if each.kind == "home" and each.user is user)
    return next(found, None)
