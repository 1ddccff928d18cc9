"""What a moderator decided is done once, whatever is lost on the way; what was rejected leaves files that go."""

from adapters.redis.opening import open_redis
from bot.jobs import Decision, Review
from bot.policy.audit import AuditEntry, Author
from tests.contracts.policy.test_reviews import PICTURE, painted
from tests.fakes.dropping_proxy import dropping_proxy
from tests.integration.redis import TENANT, new_pool, truth_of

ENTRY = AuditEntry(author=Author(platform="local", id="moe", name="Moe"), measure="reject", tenant=TENANT)
REJECTED = Review(decision=Decision.REJECTED, by="Moe", reason="no")


async def no_clock(_: int) -> None:
    """Time passes by itself."""


async def test_a_decision_whose_answer_is_lost_is_made_and_written_down_once(engine_url, tmp_path_factory, seed):
    near = tmp_path_factory.mktemp("p") / "s"
    async with (
        dropping_proxy(engine_url, near, seed=seed, share=0.3) as (url, proxy),
        open_redis(url, pool=await new_pool(engine_url), deadline_s=30) as pool,
    ):
        for _ in range(10):
            record = await painted(truth_of(pool, no_clock))
            assert await pool.reviews.decide(record, REJECTED, keeps_files=False, audit=ENTRY)
        audit = await pool.audit.newest(TENANT, limit=100)

    assert proxy.dropped
    assert len(audit) == 10


async def test_files_of_what_was_rejected_go_unless_another_job_has_them(engine_url):
    async with open_redis(engine_url, pool=await new_pool(engine_url)) as pool:
        truth = truth_of(pool, no_clock)
        record, other = await painted(truth), await painted(truth, for_review=False, files=(PICTURE,), texts=())
        bytes_before = int(await pool.edge.ask("HGET", pool.edge.keys.key("pool"), "bytes"))
        assert await pool.reviews.decide(record, REJECTED, keeps_files=False, audit=ENTRY)

        gone = await pool.edge.ask("SMEMBERS", pool.edge.keys.key("unreferenced"))
        kept = int(await pool.edge.ask("HGET", pool.edge.keys.key("pool"), "bytes"))
        assert set(gone) == {b"k2"}
        assert bytes_before - kept == sum(each.bytes for each in record.withheld)

        await pool.store.forget(other.job.id)
        await pool.store.forget(record.job.id)
        assert set(await pool.edge.ask("SMEMBERS", pool.edge.keys.key("unreferenced"))) == {b"k1", b"k2"}
        assert int(await pool.edge.ask("HGET", pool.edge.keys.key("pool"), "bytes")) == 0
