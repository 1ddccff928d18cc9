"""What moderators said outlasts lost answers and a killed engine: done once, and all of it."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import pytest

from adapters.redis import census
from adapters.redis.edge import Edge
from adapters.redis.engine import open_engine
from adapters.redis.opening import open_redis
from bot.errors import Banned
from bot.estimates import Estimates
from bot.houserules import HouseRules
from bot.intake import Intake, Knowledge
from bot.jobs import JobId, JobState
from bot.limits import Limits
from bot.policy.audit import AuditEntry, Author
from bot.policy.measures import Actor, BanUser, Rank
from bot.policy.places import Spot
from bot.policy.rulebook import Ban
from bot.service.asking import moderation_of
from bot.settings import Settings
from bot.shares import Caps
from bot.submissions import Occasion, Submission
from tests.fakes.dropping_proxy import dropping_proxy
from tests.fakes.memory_files import MemoryFiles
from tests.integration.redis import ALICE, BOB, PLACE, TENANT, job, movable_pool, new_pool, truth_of
from tests.unit.bot.bench import CATALOG, VOCABULARY

MOD = Author(platform="local", id="moe", name="Moe")


def entry(user):
    return AuditEntry(author=MOD, measure="ban", tenant=TENANT, user=user)


async def ban(pool, user):
    while True:
        book = await pool.books.book(TENANT)
        if await pool.books.change(book, put=[Ban(user=user, reason="spam")], firm=False, audit=entry(user)):
            return


async def test_a_change_whose_answer_is_lost_is_made_and_written_down_once(engine_url, tmp_path_factory, seed):
    near = tmp_path_factory.mktemp("p") / "s"
    async with (
        dropping_proxy(engine_url, near, seed=seed, share=0.3) as (url, proxy),
        open_redis(url, pool=await new_pool(engine_url), deadline_s=30) as pool,
    ):
        for number in range(20):
            await ban(pool, f"{number}")
            await pool.audit.add(entry(f"added {number}"))
        book = await pool.books.book(TENANT)
        audit = await pool.audit.newest(TENANT, limit=100)

    assert proxy.dropped
    assert (len(book.entries), book.version) == (20, 20)
    users = [each for number in range(20) for each in (f"{number}", f"added {number}")]
    assert [each.user for each in reversed(audit)] == users


async def test_a_book_and_the_audit_are_there_after_the_engine_was_killed(tmp_path):
    async with open_engine(tmp_path, fsync="always") as url, open_redis(url) as pool:
        await ban(pool, "1")
        os.kill(int((await pool.edge.ask("INFO", "server"))["process_id"]), signal.SIGKILL)
        await ban(pool, "2")

        assert set((await pool.books.book(TENANT)).entries) == {"ban/1", "ban/2"}
        assert [each.user for each in await pool.audit.newest(TENANT, limit=5)] == ["2", "1"]
    async with open_engine(tmp_path) as url, open_redis(url) as pool:
        assert set((await pool.books.book(TENANT)).entries) == {"ban/1", "ban/2"}


def moderated(pool):
    """Return intake and the bench of moderation on a pool."""
    knowledge = Knowledge(catalog=lambda: CATALOG, vocabulary=lambda: VOCABULARY, usual=lambda: "txt2img")
    limits = Limits(waiting=Caps(everybody=1000))
    rules = HouseRules(books=pool.books, audit=pool.audit, limits=limits)
    intake = Intake(
        queue=pool.queue,
        store=pool.store,
        files=MemoryFiles(),
        estimates=Estimates(),
        knowledge=knowledge,
        limits=limits,
        rules=rules,
    )
    return intake, moderation_of(pool, Settings(), knowledge)


@pytest.mark.cluster_too
async def test_of_somebody_banned_while_they_ask_a_hundred_times_nothing_is_left_to_begin(engine_url):
    async with open_redis(engine_url, pool=await new_pool(engine_url)) as pool:
        intake, bench = moderated(pool)
        spot, refused = Spot(place=PLACE), []

        async def ask(number, who):
            occasion = Occasion(event=f"{who.id}{number}", requester=who, spot=spot)
            try:
                await intake.submit(Submission(occasion=occasion, text=f"a cat {number}"))
            except Banned:
                refused.append(who.id)

        operator = Actor(id="op", name="Op", platform="local", tenant=None, rank=Rank.OPERATOR)
        async with asyncio.TaskGroup() as tasks:
            for number in range(100):
                tasks.create_task(ask(number, ALICE))
                if number % 10 == 0:
                    tasks.create_task(ask(number, BOB))
                if number == 50:
                    tasks.create_task(bench.do(operator, BanUser(user=ALICE.id, reason="spam"), TENANT))

        assert await pool.census.under_way(TENANT, ALICE.id) == []
        assert len(await pool.census.under_way(TENANT, BOB.id)) == 10
        states = {each.state for each in await pool.store.of_requester(ALICE, limit=200)}
        assert states <= {JobState.CANCELLED}
        assert set(refused) <= {ALICE.id}


async def test_a_job_that_ends_while_others_are_listed_makes_none_of_them_stand_there_twice(engine_url, monkeypatch):
    monkeypatch.setattr(census, "_LOOKED_THROUGH", 2)
    async with movable_pool(engine_url) as (pool, advance):
        truth = truth_of(pool, advance)

        async def ended():
            asked = job()
            await pool.queue.enqueue(asked)
            await pool.queue.cancel(asked.id)
            await truth.advance(1)
            return asked.id

        ids = [await ended() for _ in range(5)]
        edge = Ending(edge=pool.edge, ended=ended)
        found = await replace(pool.census, edge=edge).settled(TENANT, ALICE.id, since_ms=0, limit=9)

        assert [each.job.id for each in found] == ids[::-1]
        assert edge.runs > 2


@dataclass
class Ending:
    """The way to Redis of a service in which a job ends whenever jobs are listed."""

    edge: Edge
    ended: Callable[[], Awaitable[JobId]]
    runs: int = 0

    async def run(self, script, *words):
        answer = await self.edge.run(script, *words)
        if script == "settled":
            self.runs += 1
            await self.ended()
        return answer
