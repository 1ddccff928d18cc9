"""A small crowd in which everything happens: people in two tenants, overlapping lanes, every kind of share."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.shares import Caps, Share

USERS = tuple(
    (tenant, user) for tenant, users in zip("tuvw", ("abc", "ade", "dfg", "hij"), strict=True) for user in users
)
"""Tenant and user; a and d are each one person in two tenants."""

NEEDS = ("ink.fine", "ink.wide", "oil.fine", "oil.wide", "wax", "")
"""Requirements: three models, and what needs none."""
WARM: tuple[tuple[str, ...], ...] = ((), (), ("ink",), ("oil",), ("ink", "wax"), ("wax", "oil"), ("gone",))

SERVERS = ("one", "two", "three", "four")
SPEEDS = (1000, 1000, 500, 1700)


@dataclass(frozen=True, slots=True)
class Layout:
    """Lanes as they might be laid."""

    routes: Mapping[str, tuple[str, ...]]
    lanes: Mapping[str, str]


LAYOUTS = (
    Layout({}, {}),
    Layout(dict.fromkeys(NEEDS, ("east",)), dict.fromkeys(SERVERS, "east")),
    Layout(
        {"ink.fine": ("east",), "ink.wide": ("east",), "oil.fine": ("east", "west"), "oil.wide": ("west",), "wax": ()},
        {"one": "east", "two": "east", "three": "west"},
    ),
    Layout(
        {
            "ink.fine": ("east", "north"),
            "ink.wide": ("north",),
            "oil.fine": ("west",),
            "oil.wide": ("east", "north", "west"),
            "wax": ("north", "west"),
            "": ("east", "north", "west"),
        },
        {"one": "east", "two": "north", "three": "west", "four": "west"},
    ),
    Layout({"ink.fine": ("north",), "oil.fine": ("north",), "wax": ("any",)}, {"one": "north", "four": "any"}),
)
"""The first is a pool that was told nothing: one lane."""

WEIGHTS = (1000, 1000, 2000, 333, 7)
RUNNING = (
    Caps(),
    Caps(),
    Caps(user=1),
    Caps(user=2, tenant=2),
    Caps(person=1),
    Caps(person=2, tenant=3),
    Caps(tenant=1),
)
DEPTHS = (Caps(), Caps(), Caps(user=4), Caps(person=5), Caps(tenant=8), Caps(everybody=20))

ESTIMATES_MS = (0, 1, 900, 1_000, 5_000, 8_000, 10_000, 20_000, 20_000, 60_000, 1_000_000)
USED_MS = (0, 1, 500, 5_000, 8_000, 19_999, 25_000, 90_000, 2_000_000, 700_000_000)


def share_of(weight: int, tenant_weight: int, running: int, waiting: int) -> Share:
    """Return the share that these numbers choose, whatever they are."""
    return Share(
        weight=WEIGHTS[weight % len(WEIGHTS)],
        tenant_weight=WEIGHTS[tenant_weight % len(WEIGHTS)],
        running=RUNNING[running % len(RUNNING)],
        waiting=DEPTHS[waiting % len(DEPTHS)],
    )


def person_of(user: str) -> str:
    """Return whose account a user is."""
    return f"person/{user}"
