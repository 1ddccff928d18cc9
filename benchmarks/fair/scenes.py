"""The scenes that are played. Every one is the same in every run: chance is seeded."""

from collections.abc import Mapping
from dataclasses import replace
from random import Random

from benchmarks.fair.scene import Scene, Who, Work, gpus
from bot.shares import ONE, Caps, FairPolicy, Share

HOG: Who = ("north", "hog")
HOG_JOBS, HOG_MS = 1000, 20_000
LIGHT_MS = (8_000, 12_000, 20_000)
OFTEN_MS, NEWCOMERS = 20_000, 20
RARELY_MS = 90_000

WEIGHTS = (1, 1, 2, 4)
SIZES_MS = (8_000, 15_000, 40_000, 60_000)

LARGE, SMALL = 200, 2
PICTURE_MS = 10_000

MODELS, LOAD_MS = 6, 15_000
MANY, FEW, MODEL_TENANTS = 24, 6, 3
KEEPS = 4
"""How many jobs each user of a mix has waiting all the while: below the usual cap of ten."""
UNLIMITED_MS = 10**9
SLACKS_MS = (0, 15_000, 30_000, 60_000, 120_000, UNLIMITED_MS)

HEARTBEAT_MS = 5_000

NO_MODELS = FairPolicy(slack_ms=0)
"""Where nothing has to be loaded the slack has no say; so its bound is the one without."""


def hog(*, jobs: int = HOG_JOBS) -> Scene:
    """Somebody queues a thousand pictures; every twenty seconds or so somebody else wants one."""
    chance = Random(1)
    works = [_work(HOG, number, 0, HOG_MS) for number in range(jobs)]
    now_ms = 1_000
    for number in range(jobs * HOG_MS // 4 // OFTEN_MS):
        now_ms += round(chance.expovariate(1 / OFTEN_MS))
        newcomer = number % NEWCOMERS
        who = ("north" if newcomer % 2 else f"guild-{newcomer % 5}", f"newcomer-{newcomer:02}")
        works.append(_work(who, number, now_ms, chance.choice(LIGHT_MS)))
    light = frozenset(work.who for work in works) - {HOG}
    return Scene(name="a hog and newcomers", works=tuple(works), gpus=gpus(*[ONE] * 4), policy=NO_MODELS, light=light)


def without_the_hog(scene: Scene) -> Scene:
    """Return the same arrivals, had the hog stayed away."""
    works = tuple(work for work in scene.works if work.who != HOG)
    return replace(scene, name="the same without the hog", works=works)


def weights(*, until_ms: int, among_tenants: bool) -> Scene:
    """Weights 1:1:2:4, and the heavier the larger the jobs, on 8 servers; everybody always wants more."""
    shares, works = {}, []
    for place, (weight, size_ms) in enumerate(zip(WEIGHTS, SIZES_MS, strict=True)):
        who = (f"guild-{place}", "all") if among_tenants else ("guild", f"user-{place}")
        shares[who] = Share(tenant_weight=weight * ONE) if among_tenants else Share(weight=weight * ONE)
        enough = 2 * 8 * until_ms * weight // sum(WEIGHTS) // size_ms + 8
        works += [_work(who, number, 0, size_ms) for number in range(enough)]
    name = f"weights 1:1:2:4 of {'tenants' if among_tenants else 'users'}"
    return Scene(
        name=name, works=tuple(works), gpus=gpus(*[ONE] * 8), policy=NO_MODELS, shares=shares, until_ms=until_ms
    )


def guilds(*, until_ms: int, by_users: bool) -> Scene:
    """A guild of 200 beside a guild of 2, all of whom always want more, on 4 servers."""
    room = 4 * until_ms // PICTURE_MS
    works = [
        _work(("large", f"user-{user:03}"), n, 0, PICTURE_MS) for n in range(room // 100 + 2) for user in range(LARGE)
    ]
    works += [_work(("small", f"user-{user}"), n, 0, PICTURE_MS) for n in range(room // 2) for user in range(SMALL)]
    name = f"guilds of 200 and 2, {'by users' if by_users else 'equal'}"
    policy = replace(NO_MODELS, by_users=by_users)
    return Scene(name=name, works=tuple(works), gpus=gpus(*[ONE] * 4), policy=policy, until_ms=until_ms)


def models(slack_ms: int, *, until_ms: int, users: int = MANY, keeps: int | None = KEEPS) -> Scene:
    """Users of three guilds, six models by chance, on 4 servers that hold one; and somebody now and then.

    All users always want more. Each keeps a few waiting, or (None) all that they will ever want: then an unlimited
    slack may look for a loaded model as far ahead as it likes, and hardly ever loads.
    """
    chance = Random(2)
    enough = 4 * until_ms // PICTURE_MS * 2 // users
    people = [(f"guild-{user % MODEL_TENANTS}", f"user-{user:02}") for user in range(users)]
    works = [
        _work(who, number, 0, PICTURE_MS, model=f"model-{chance.randrange(MODELS)}")
        for number in range(enough)
        for who in people
    ]
    if keeps is not None:
        at_once, later = works[: keeps * users], works[keeps * users :]
        works = at_once + [replace(work, after=earlier.name) for work, earlier in zip(later, works, strict=False)]
    rare = ("guild-9", "rare")
    works += [
        _work(rare, now_ms, now_ms, PICTURE_MS, model=f"model-{chance.randrange(MODELS)}")
        for now_ms in range(60_000, until_ms, RARELY_MS)
    ]
    slack = "any" if slack_ms == UNLIMITED_MS else f"{slack_ms // 1000} s"
    mix = f"{users} users" if keeps is not None else "all at once"
    return Scene(
        name=f"six models, {mix}, slack {slack}",
        works=tuple(works),
        gpus=gpus(*[ONE] * 4),
        policy=FairPolicy(slack_ms=slack_ms),
        light=frozenset([rare]),
        load_ms=LOAD_MS,
        heartbeat_ms=HEARTBEAT_MS,
        until_ms=until_ms,
    )


def estimates(*, until_ms: int, by_chance: bool) -> Scene:
    """Estimates off by a factor of two: for some always too long and for some always too short, or by chance."""
    chance = Random(3)
    works = []
    for number in range(4 * until_ms // 20_000 // 4):
        for user in range(12):
            size_ms = chance.randrange(10_000, 30_001, 1_000)
            factor = chance.choice((0.5, 2.0)) if by_chance else (0.5, 1.0, 2.0)[user // 3 % 3]
            who = (f"guild-{user % 3}", f"user-{user:02}")
            works.append(_work(who, number, 0, size_ms, estimate_ms=round(size_ms * factor)))
    return Scene(
        name=f"estimates off by two, {'by chance' if by_chance else 'always the same way'}",
        works=tuple(works),
        gpus=gpus(*[ONE] * 4),
        policy=NO_MODELS,
        heartbeat_ms=HEARTBEAT_MS,
        until_ms=until_ms,
    )


def two_estimates(*, until_ms: int) -> Scene:
    """Two users have 4 servers to themselves; what one asks takes twice as long as thought, the other's half."""
    chance = Random(4)
    works = []
    for number in range(4 * until_ms // 20_000):
        for user, factor in (("hopes", 0.5), ("fears", 2.0)):
            size_ms = chance.randrange(10_000, 30_001, 1_000)
            works.append(_work(("guild", user), number, 0, size_ms, estimate_ms=round(size_ms * factor)))
    return Scene(
        name="estimates off by two, two alone",
        works=tuple(works),
        gpus=gpus(*[ONE] * 4),
        policy=NO_MODELS,
        heartbeat_ms=HEARTBEAT_MS,
        until_ms=until_ms,
    )


def caps(*, until_ms: int) -> Scene:
    """Two people who may run one job at a time, two who may run any, a burst, and servers of unequal speed."""
    capped = Share(running=Caps(user=1))
    shares: Mapping[Who, Share] = {("guild", "capped-1"): capped, ("guild", "capped-2"): capped}
    people = (*shares, ("guild", "free-1"), ("guild", "free-2"))
    enough = until_ms // 10_000
    works = [_work(who, number, 0, 10_000 + 5_000 * (number % 3)) for number in range(enough) for who in people]
    works += [_work(("guild", "burst"), number, until_ms // 4, PICTURE_MS) for number in range(60)]
    speeds = (ONE // 2, ONE, ONE, 2 * ONE)
    return Scene(
        name="caps, a burst, unequal servers",
        works=tuple(works),
        gpus=gpus(*speeds),
        policy=NO_MODELS,
        shares=shares,
        light=frozenset([("guild", "burst")]),
        until_ms=until_ms,
    )


def _work(
    who: Who, number: object, at_ms: int, size_ms: int, *, estimate_ms: int | None = None, model: str = ""
) -> Work:
    return Work(
        name=f"{'/'.join(who)}/{number}",
        who=who,
        at_ms=at_ms,
        size_ms=size_ms,
        estimate_ms=size_ms if estimate_ms is None else estimate_ms,
        model=model,
    )
