"""Who waits for what: the operator sees it, and the jobs in the order in which they are claimed."""

from random import Random

import pytest

from bot.jobs import Job, Place, Requester, Tenant, job_id_of
from bot.overview import LATE_MS, Community, Facts, Lane, Tags, due, had, lead_ms, next_jobs
from bot.ports import Held, LaneTable
from bot.shares import ANY_LANE, Caps, FairPolicy, Share
from tests.fakes.memory_store import MemoryStore

NOW = [1_800_000_000_000]


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore(clock=lambda: NOW[0], policy=FairPolicy(slack_ms=0))


async def asked(
    store: MemoryStore,
    who: str,
    times: int = 1,
    *,
    tenant: str = "guild",
    seconds: float = 10,
    needs: str = "",
    share: Share | None = None,
) -> list[Job]:
    """Let somebody ask for jobs."""
    home = Tenant(platform="discord", id=tenant)
    jobs = [
        Job(
            id=job_id_of("discord", f"{tenant} {who} {needs} {seconds} {number}"),
            workflow="txt2img",
            digest="d",
            values={"prompt": "a cat"},
            requester=Requester(tenant=home, id=who, name=who.capitalize()),
            place=Place(tenant=home, channel="general"),
            estimate_ms=round(seconds * 1000),
            created_ms=0,
            requirement=needs,
        )
        for number in range(times)
    ]
    for job in jobs:
        await store.enqueue(job, share=share or Share())
    return jobs


async def claimed(store: MemoryStore, server: str = "gpu1") -> Held:
    held = await store.claim(server, f"nonce {NOW[0]} {len(store.fair.bills)} {len(store.fair.orders)}")
    assert held is not None
    await store.record(held.lease, run_id="run")  # type: ignore[arg-type]
    return held


async def painted(store: MemoryStore, gpu_ms: int) -> None:
    await store.succeed((await claimed(store)).lease, files=(), gpu_ms=gpu_ms)


async def test_a_queue_in_which_nobody_is_has_nobody(store: MemoryStore) -> None:
    facts = await store.facts(limit=10)

    assert (facts.waiting, facts.running, facts.communities, next_jobs(facts, 5)) == (0, 0, [], [])


async def test_everybody_is_listed_with_what_waits_and_runs(store: MemoryStore) -> None:
    await asked(store, "ada", 3)
    await asked(store, "ben", seconds=40)
    await asked(store, "cleo", tenant="club")
    await claimed(store)

    facts = await store.facts(limit=10)

    [lane] = facts.lanes
    assert (lane.name, list(lane.servers), lane.waiting, lane.waiting_ms) == (ANY_LANE, ["gpu1"], 4, 70_000)
    assert (facts.waiting, facts.running) == (4, 1)
    [guild] = [each for each in facts.communities if each.tenant.id == "guild"]
    assert (guild.waiting, guild.running, guild.waiting_ms) == (3, 1, 60_000)
    ada, ben = sorted(guild.members, key=lambda each: each.name)
    assert (ada.name, ada.waiting, ada.running, ben.name, ben.waiting_ms) == ("Ada", 2, 1, "Ben", 40_000)


async def test_a_share_is_due_by_weight_first_of_the_community_then_of_the_member(store: MemoryStore) -> None:
    heavy = Share(weight=3000, tenant_weight=1000)
    await asked(store, "ada", share=heavy)
    await asked(store, "ben")
    await asked(store, "cleo", tenant="club", share=Share(tenant_weight=4000))

    facts = await store.facts(limit=10)

    shares = {
        member.name: due(facts, community, member) for community in facts.communities for member in community.members
    }
    assert shares == {"Ada": 0.15, "Ben": 0.05, "Cleo": 0.8}


async def test_communities_may_be_due_what_their_members_are() -> None:
    store = MemoryStore(policy=FairPolicy(by_users=True))
    for who in ("ada", "ben", "cleo"):
        await asked(store, who)
    await asked(store, "dan", tenant="club")

    facts = await store.facts(limit=10)

    assert {each.tenant.id: due(facts, each) for each in facts.communities} == {"guild": 0.75, "club": 0.25}


async def test_a_share_was_had_of_all_that_was_used_of_late_whoever_is_still_there(store: MemoryStore) -> None:
    await asked(store, "gone", tenant="past")
    await painted(store, 4000)
    await asked(store, "ada", 2)
    await painted(store, 6000)

    facts = await store.facts(limit=10)
    assert [had(facts, each.used_ms) for each in facts.communities] == [0.6]

    NOW[0] += LATE_MS + 1
    facts = await store.facts(limit=10)
    assert [had(facts, each.used_ms) for each in facts.communities] == [None]


async def test_whoever_had_more_than_their_turn_is_ahead_by_that_much_gpu_time(store: MemoryStore) -> None:
    heavy = Share(weight=2000)
    await asked(store, "ada", 3, seconds=30, share=heavy)
    await asked(store, "ben", 3, seconds=30)
    await claimed(store)

    [community] = (await store.facts(limit=10)).communities
    leads = {each.name: lead_ms(each.weight, each.tags) for each in community.members}

    assert leads == {"Ada": 30_000, "Ben": 0}


async def test_whoever_stands_in_no_line_is_not_ahead_of_anybody(store: MemoryStore) -> None:
    await asked(store, "ada", 2, share=Share(running=Caps(user=1)))
    await claimed(store)

    [community] = (await store.facts(limit=10)).communities

    assert [lead_ms(each.weight, each.tags) for each in community.members] == [None]


@pytest.mark.parametrize("seed", range(8))
async def test_the_next_jobs_are_those_that_will_be_claimed(store: MemoryStore, seed: int) -> None:
    random = Random(seed)
    for number in range(random.randint(1, 6)):
        share = Share(weight=random.choice([500, 1000, 3000]), tenant_weight=random.choice([1000, 2000]))
        tenant, seconds = random.choice(["guild", "club"]), random.choice([8, 15, 60])
        await asked(store, f"person {number}", random.randint(1, 9), tenant=tenant, seconds=seconds, share=share)
    for _ in range(3):
        NOW[0] += 1
        await claimed(store)
    facts = await store.facts(limit=12)

    expected = [each.job.id for each in next_jobs(facts, 12)]

    claims = []
    while order := store.fair.claim("gpu2"):
        store.fair.settle(order.job, order.estimate_ms)
        claims.append(order.job)
    assert [str(job) for job in expected] == claims[:12]


async def test_each_next_job_starts_when_what_is_before_it_is_done(store: MemoryStore) -> None:
    await asked(store, "ada", 3)
    await claimed(store)
    await asked(store, "ben", seconds=60)

    told = next_jobs(await store.facts(limit=10), 10)

    assert [(each.name, each.wait_ms) for each in told] == [("Ben", 13_333), ("Ada", 73_333), ("Ada", 83_333)]


async def test_what_several_lanes_serve_is_done_by_the_gpus_of_all_of_them(store: MemoryStore) -> None:
    await store.lay(LaneTable(servers={"small": "1", "large": "2"}, routes={"sd": ("1", "2"), "flux": ("2",)}))
    await asked(store, "ada", 4, needs="sd", seconds=20)
    await asked(store, "ben", 1, tenant="club", needs="flux", seconds=60)

    told = next_jobs(await store.facts(limit=10), 10)

    assert [(each.name, each.lane, each.wait_ms) for each in told] == [
        ("Ada", "1", 10_000),
        ("Ben", "2", 14_000),
        ("Ada", "1", 30_000),
        ("Ada", "1", 50_000),
        ("Ada", "1", 70_000),
    ]


async def test_a_job_that_several_lanes_serve_is_next_where_it_comes_first(store: MemoryStore) -> None:
    await store.lay(LaneTable(servers={"small": "1", "large": "2"}, routes={"sd": ("1", "2"), "flux": ("2",), "x": ()}))
    await asked(store, "ada", 3, needs="flux", seconds=60)
    await asked(store, "ben", needs="sd")
    await asked(store, "cleo", needs="x")

    facts = await store.facts(limit=10)
    told = [(each.name, each.lane) for each in next_jobs(facts, 10)]

    assert {each.name: (list(each.servers), each.waiting) for each in facts.lanes} == {
        "1": (["small"], 1),
        "2": (["large"], 4),
        "": ([], 1),
    }
    assert ("Ben", "1") in told
    assert [name for name, _ in told].count("Ben") == 1
    assert "Cleo" not in [name for name, _ in told]


async def test_no_more_of_each_line_than_asked_for_is_listed_and_whoever_has_a_gpu_and_totals_count_all(
    store: MemoryStore,
) -> None:
    for number in range(5):
        await asked(store, f"person {number}", 4, tenant=f"guild {number}")
        await asked(store, f"person {number}", 4, tenant="large")
    await claimed(store)
    await claimed(store)
    await claimed(store)

    facts = await store.facts(limit=2)

    running = [each for each in facts.communities if each.running]
    assert (len(running), len(facts.communities)) == (3, 5)
    assert (facts.waiting, facts.running, facts.weight) == (37, 3, 6000)
    assert max(len(member.jobs) for each in facts.communities for member in each.members) == 2
    assert len(next_jobs(facts, 2)) == 2


def test_nothing_is_divided_by_nobody() -> None:
    nobody = Facts(
        lanes=[Lane(name="1", servers=(), waiting=0, waiting_ms=0)],
        communities=(),
        waiting=0,
        running=0,
        weight=0,
        used_ms=0,
    )
    gone = Community(
        tenant=Tenant(platform="web", id="local"),
        weight=0,
        crowd=0,
        waiting=0,
        running=0,
        waiting_ms=0,
        used_ms=0,
        tags=[Tags(lane="1", tag=0, clock=5)],
        members=(),
    )

    assert (due(nobody, gone), had(nobody, 0), lead_ms(0, gone.tags), next_jobs(nobody, 3)) == (0, None, 0, [])
