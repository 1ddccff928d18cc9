"""What moderators said outlasts lost answers and a killed engine: done once, and all of it."""

import os
import signal

from adapters.redis.engine import open_engine
from adapters.redis.opening import open_redis
from bot.policy.audit import AuditEntry, Author
from bot.policy.rulebook import Ban
from tests.fakes.dropping_proxy import dropping_proxy
from tests.integration.redis import TENANT, new_pool

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
