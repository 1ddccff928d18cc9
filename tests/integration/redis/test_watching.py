"""What the console is told, on Redis: the same as of the store in memory, whose tests say what that is."""

from dataclasses import replace

import pytest

from bot.intake import Knowledge
from bot.jobs import JobState, Requester, Tenant
from bot.policy.measures import Actor, Rank
from bot.ports import Charge
from bot.reports import Report
from bot.service.asking import moderation_of
from bot.settings import Settings
from bot.watching import Watching
from tests.integration.redis import PLACE, job, movable_pool, running, truth_of
from tests.unit.bot.bench import CATALOG, VOCABULARY

GUILD, OTHERS = Tenant(platform="discord", id="g" * 60), Tenant(platform="slack", id="T2")
ANN, ZED = Requester(tenant=GUILD, id="ann/1", name="Änn"), Requester(tenant=OTHERS, id="U9", name="Zed")
MODERATOR = Actor(id="moe", name="Moe", platform="discord", tenant=GUILD, rank=Rank.MODERATOR)
OPERATOR = Actor(id="op", name="Op", platform="local", tenant=None, rank=Rank.OPERATOR)
KNOWLEDGE = Knowledge(catalog=lambda: CATALOG, vocabulary=lambda: VOCABULARY, usual=lambda: "txt2img")


def watching_of(pool) -> Watching:
    return Watching(
        overview=pool.overview,
        store=pool.store,
        servers=pool.servers,
        lanes=pool.lanes,
        hours=pool.usage,
        overseeing=moderation_of(pool, Settings(), KNOWLEDGE).overseeing,
        community_names=pool.communities,
    )


@pytest.mark.cluster_too
async def test_a_community_and_everything_are_watched(engine_url):
    async with movable_pool(engine_url) as (pool, advance):
        watching, truth = watching_of(pool), truth_of(pool, advance)
        painted = job(requester=ANN)
        await pool.queue.enqueue(painted, [Charge(counter="c", amount=1, ceiling=9)])
        await pool.queue.succeed(await running(truth), files=(), gpu_ms=700)
        await pool.reports.add(
            Report(job_id=painted.id, workflow="w", requester=ANN, reporter=ANN, place=PLACE, reason="no")
        )
        await advance(1_000)
        asked = [job(requester=each) for each in (ANN, ZED, ANN)]
        for each in asked:
            await pool.queue.enqueue(each)
        await running(truth, server="gpu1/2")

        live = await watching.live(MODERATOR, GUILD)
        assert (live.queue.waiting, live.queue.running, live.queue.elsewhere) in {(2, 0, 1), (1, 1, 1)}
        [ann] = live.queue.members
        assert (ann.user, ann.name, ann.had) == ("ann/1", "Änn", 1.0)
        assert {each.id for each in ann.jobs} == {asked[0].id, asked[2].id}
        whole = await watching.live(OPERATOR, None)
        assert (whole.queue.waiting, whole.queue.running, whole.queue.elsewhere) == (2, 1, 0)
        lines = [line for each in whole.queue.members for line in each.jobs]
        assert [line.server for line in lines if line.state is JobState.RUNNING] == ["gpu1"]
        [used] = (await watching.usage(MODERATOR, GUILD, days=7)).people
        assert (used.user, used.tenant, used.gpu_ms) == ("ann/1", GUILD, 700)
        assert [each.user for each in await watching.people(MODERATOR, GUILD)] == ["ann/1"]
        assert {each.tenant for each in await watching.people(OPERATOR, None)} == {GUILD, OTHERS}
        [report], counts = await watching.reports(MODERATOR, GUILD), await watching.open(MODERATOR, GUILD)
        assert (report.words, counts.reports.number) == (painted.values["prompt"], 1)
        assert {each.id for each in await watching.recent(MODERATOR, GUILD)} == {
            painted.id, asked[0].id, asked[2].id,
        }  # fmt: skip
        assert await watching.communities(OPERATOR) == [GUILD, OTHERS]
        moved = replace(MODERATOR, tenant=OTHERS)
        assert [each.tenant for each in (await watching.live(moved, OTHERS)).queue.members] == [OTHERS]
        assert (await watching.reports(moved, OTHERS), (await watching.open(moved, OTHERS)).reports.number) == ([], 0)
