"""What moderation costs whoever asks: intake under a full policy beside the same intake where nobody moderates.

Both make jobs of the same words by `Intake.submit`, for the same 20 people of 4 communities, in two pools of one engine
of the kind that comes with Fairbrush. They take turns, in changing order: first 50 coroutines at once, which tells what
a submission takes of the machine, then one after the other, which tells what whoever asks waits for.

The policy: 20 tiers, of which everybody is of some; five charges a job (pictures and GPU time of the member's day, the
member's hour, the person's day, the community's month); a blocklist of 1,000 patterns, half of the operator's and half
of the community's, one in a hundred an expression; quotas that are never used up. Nothing is refused.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from adapters.files import LinkSigner, LocalFiles
from adapters.redis.engine import open_engine
from adapters.redis.opening import RedisPool, open_redis
from benchmarks.report import arguments, engine_versions, percentile, publish
from bot.estimates import Estimates
from bot.houserules import HouseRules
from bot.intake import Intake, Knowledge
from bot.jobs import Place, Requester, Tenant
from bot.limits import Limits
from bot.policy.audit import AuditEntry, Author
from bot.policy.entitlements import Standard
from bot.policy.places import Spot
from bot.policy.quotas import Per, Quota
from bot.policy.rulebook import Entry, Pattern, Reading
from bot.policy.terms import Terms
from bot.policy.tiers import Tier
from bot.shares import Caps
from bot.submissions import Occasion, Submission
from workflows.catalog import LIBRARY, load_catalog
from workflows.vocabulary import Vocabulary

BAR = 1.5
"""A submission under a full policy may take so many times one without."""

AT_ONCE = 50
PATTERNS, EXPRESSIONS_EVERY = 1_000, 100
TIERS = 20
CHARGES = 5
ROOM = 1_000_000
PEOPLE = [
    Requester(tenant=Tenant(platform="discord", id=str(100 + community)), id=str(user), name=f"User {user}")
    for community in range(4)
    for user in range(5)
]
ROLES = ("3", "7", "11")
WORDS = "a lighthouse on a cliff at dusk, waves below it, soft light, oil on canvas, gulls, a boat far out"
NEGATIVE = "blurry, text, watermark, low quality, extra fingers"
CATALOG = load_catalog(LIBRARY)
VOCABULARY = Vocabulary(
    choices={
        "CheckpointLoaderSimple.ckpt_name": ("simulated-sd15.safetensors",),
        "KSampler.sampler_name": ("euler",),
        "KSampler.scheduler": ("normal",),
    }
)
LIMITS = Limits(
    waiting=Caps(person=ROOM, everybody=ROOM),
    tiers=[
        Tier(
            name=f"tier{number}",
            platform="discord",
            roles=frozenset({str(number)}),
            terms=Terms(tier=f"tier{number}", workflows=frozenset({"txt2img", "img2img"}), most={"steps": 100}),
        )
        for number in range(TIERS)
    ],
)
STANDARD = Standard(
    member=(Quota(per=Per.DAY, gpu_s=ROOM, pictures=ROOM), Quota(per=Per.HOUR, pictures=ROOM)),
    person=(Quota(per=Per.DAY, gpu_s=ROOM),),
    community=(Quota(per=Per.MONTH, gpu_s=10 * ROOM),),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How much is measured."""

    rounds: int
    at_once: int
    one_by_one: int


FULL = Sizes(rounds=40, at_once=200, one_by_one=50)
QUICK = Sizes(rounds=12, at_once=100, one_by_one=25)


@dataclass(slots=True)
class Figures:
    """What the rounds told of one intake: seconds of a submission."""

    at_once: list[float] = field(default_factory=list)  #: the mean of each round
    one_by_one: list[float] = field(default_factory=list)  #: the median of each round
    waits: list[float] = field(default_factory=list)  #: one by one: each

    def add(self, other: "Figures") -> None:
        """Take the figures of a round along."""
        self.at_once += other.at_once
        self.one_by_one.append(median(other.waits))
        self.waits += other.waits


def blocklist() -> list[Pattern]:
    """Return patterns that no submission of ours has: words, phrases, and expressions."""
    random = Random(1)

    def word() -> str:
        return "".join(random.choices("bcdfghklmnprstvwz", k=5)) + random.choice("aeiou")

    return [
        Pattern(text=rf"{word()}\d+", reading=Reading.EXPRESSION)
        if number % EXPRESSIONS_EVERY == 0
        else Pattern(text=" ".join(word() for _ in range(1 + number % 2)))
        for number in range(PATTERNS)
    ]


async def moderated(pool: RedisPool) -> HouseRules:
    """Fill the books as moderators would; returns the rules of that house."""
    patterns = blocklist()
    tenants = sorted({each.tenant for each in PEOPLE}, key=lambda each: each.id)
    await _say(pool, None, patterns[::2])
    for tenant in tenants:
        await _say(pool, tenant, patterns[1::2])
    return HouseRules(books=pool.books, audit=pool.audit, limits=LIMITS, standard=STANDARD)


async def _say(pool: RedisPool, tenant: Tenant | None, entries: Sequence[Entry]) -> None:
    author = Author(platform="local", id="benchmark", name="Benchmark")
    audit = AuditEntry(author=author, measure="blocklist-add", tenant=tenant)
    if not await pool.books.change(await pool.books.book(tenant), put=entries, firm=tenant is None, audit=audit):
        raise RuntimeError("nobody else changes the books")


def intake_of(pool: RedisPool, folder: Path, rules: HouseRules | None) -> Intake:
    """Return an intake as the service has it."""
    return Intake(
        queue=pool.queue,
        store=pool.store,
        files=LocalFiles(folder, LinkSigner(bytes(32))),
        estimates=Estimates(),
        knowledge=Knowledge(catalog=lambda: CATALOG, vocabulary=lambda: VOCABULARY, usual=lambda: "txt2img"),
        limits=LIMITS,
        rules=rules,
    )


def submission(number: int) -> Submission:
    """Make one wish; whoever asks has several roles."""
    requester = PEOPLE[number % len(PEOPLE)]
    spot = Spot(place=Place(tenant=requester.tenant, channel="art"))
    occasion = Occasion(event=str(number), requester=requester, spot=spot, roles=ROLES)
    return Submission(occasion=occasion, text=f"{WORDS} --negative '{NEGATIVE}' seed:{number}")


async def crowd(intake: Intake, wishes: Sequence[Submission]) -> float:
    """Return how many seconds a submission takes of a crowd that asks at once."""
    left = iter(wishes)

    async def ask() -> None:
        for wish in left:
            await intake.submit(wish)

    began = perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for _ in range(AT_ONCE):
            tasks.create_task(ask())
    return (perf_counter() - began) / len(wishes)


async def waited(intake: Intake, wish: Submission) -> float:
    """Return how many seconds a submission takes of somebody who asks alone."""
    began = perf_counter()
    await intake.submit(wish)
    return perf_counter() - began


async def round_of(
    both: Mapping[str, Intake], order: Sequence[str], numbers: Iterator[int], sizes: Sizes
) -> dict[str, Figures]:
    """Let both make their jobs of a round, side by side."""
    figures = {name: Figures() for name in order}
    for name in order:
        wishes = [submission(next(numbers)) for _ in range(sizes.at_once)]
        figures[name].at_once.append(await crowd(both[name], wishes))
    for _ in range(sizes.one_by_one):
        for name in order:
            figures[name].waits.append(await waited(both[name], submission(next(numbers))))
    return figures


@asynccontextmanager
async def intakes() -> AsyncIterator[dict[str, Intake]]:
    """Open both."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        url = await stack.enter_async_context(open_engine(folder / "engine"))
        bare = await stack.enter_async_context(open_redis(url, pool="bare"))
        full = await stack.enter_async_context(open_redis(url, pool="full"))
        rules = await moderated(full)
        charged = (await rules.holding(PEOPLE[0], ROLES)).meters()
        if len(charged) != CHARGES:
            raise RuntimeError(f"{len(charged)} charges instead of {CHARGES}")
        yield {
            "no policy": intake_of(bare, folder / "bare", None),
            "full policy": intake_of(full, folder / "full", rules),
        }


async def measure(sizes: Sizes) -> dict[str, Figures]:
    """Let both take turns; a round before them warms up."""
    async with intakes() as both:
        total, numbers, random = {name: Figures() for name in both}, count(), Random(1)
        order = [*both]
        await round_of(both, order, numbers, sizes)
        for _ in range(sizes.rounds):
            random.shuffle(order)
            for name, figures in (await round_of(both, order, numbers, sizes)).items():
                total[name].add(figures)
        return total


def row_of(name: str, figures: Figures, bare: Figures) -> dict[str, str]:
    """Write the figures of one intake down."""
    return {
        "intake": name,
        "50 at once, ms each": f"{median(figures.at_once) * 1e3:.2f}",
        "(min-max)": f"{min(figures.at_once) * 1e3:.2f}-{max(figures.at_once) * 1e3:.2f}",
        "is": f"{times(figures.at_once, bare.at_once):.2f} x",
        "one by one, ms p50": f"{median(figures.waits) * 1e3:.2f}",
        "p99": f"{percentile(figures.waits, 99) * 1e3:.2f}",
        "this is": f"{times(figures.one_by_one, bare.one_by_one):.2f} x",
    }


def times(ours: Sequence[float], bare: Sequence[float]) -> float:
    """Return how many times the other's ours is: the median of the rounds, in each of which both ran side by side."""
    return median(one / other for one, other in zip(ours, bare, strict=True))


def bars_of(figures: Mapping[str, Figures]) -> dict[str, bool]:
    """Judge."""
    bare, full = figures["no policy"], figures["full policy"]
    at_once, one_by_one = times(full.at_once, bare.at_once), times(full.one_by_one, bare.one_by_one)
    return {
        f"50 at once: {at_once:.2f} times, at most {BAR:g}": at_once <= BAR,
        f"one by one: {one_by_one:.2f} times, at most {BAR:g}": one_by_one <= BAR,
    }


def main() -> None:
    """Measure, print, and judge."""
    given = arguments("What moderation costs whoever asks.")
    sizes = QUICK if given.quick else FULL
    figures = asyncio.run(measure(sizes))
    rows = [row_of(name, each, figures["no policy"]) for name, each in figures.items()]
    title = f"{sizes.rounds} rounds of {sizes.at_once} submissions {AT_ONCE} at once, and {sizes.one_by_one} one by one"
    publish(title, engine_versions(), rows, bars_of(figures), given.json)


if __name__ == "__main__":
    main()
