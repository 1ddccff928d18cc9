"""The vocabulary, settings, secrets, retention, and what `check` says about a Redis."""

import asyncio
import logging
from uuid import UUID

import pytest

from adapters.redis.durability import durability_warnings
from adapters.redis.edge import client_of
from adapters.redis.engine import open_engine
from adapters.redis.keys import COMPACT, job_name
from adapters.redis.opening import open_redis
from adapters.redis.retention import Held, Retention
from adapters.redis.secrets import SecretKey
from adapters.redis.vocabulary import TOLD_S
from bot.errors import ConfigError, StoreLost
from bot.events import MediaKind
from bot.jobs import JobId, MessageRef, Place, StoredFile
from bot.ports import Notice
from bot.reports import KEPT_S, MOST, Report
from tests.integration.redis import ALICE, BOB, PLACE, TENANT, job, movable_pool, running, truth_of
from workflows.values import FileHandle
from workflows.vocabulary import Vocabulary, merged

pytestmark = pytest.mark.cluster_too

DAY_MS = 86_400_000


@pytest.fixture
async def movable(engine_url):
    async with movable_pool(engine_url) as (pool, advance):
        yield pool, truth_of(pool, advance)


@pytest.fixture
def pool(movable):
    return movable[0]


@pytest.fixture
def kept(movable):
    return movable[1]


def file(key, size=100):
    return StoredFile(key=key, name="a.png", kind=MediaKind.IMAGE, media_type="image/png", bytes=size)


async def ended(kept, *files, values=None):
    """Bring a job to its end."""
    asked = job(values=values)
    await kept.queue.enqueue(asked)
    lease = await running(kept)
    await kept.queue.succeed(lease, files=files)
    return asked


async def test_the_vocabulary_is_kept_by_server_and_read_as_one(pool):
    first = Vocabulary(
        choices={"K.sampler": ("euler", "dpm")},
        families={"a.safetensors": "sdxl"},
        classes=frozenset({"K", "L"}),
        labels=frozenset({"video", "fast"}),
        memory=24 * 1024**3,
    )
    second = Vocabulary(choices={"K.sampler": ("dpm", "ddim"), "L.name": ("x",)}, families={"b.safetensors": "flux"})
    assert await pool.vocabulary.by_server() == {}

    await pool.vocabulary.keep("one", Vocabulary(choices={"old": ("old",)}))
    await pool.vocabulary.keep("one", first)
    await pool.vocabulary.keep("two", second)

    assert await pool.vocabulary.by_server() == {"one": first, "two": second}
    assert merged((await pool.vocabulary.by_server()).values()) == Vocabulary(
        choices={"K.sampler": ("euler", "dpm", "ddim"), "L.name": ("x",)},
        families={"a.safetensors": "sdxl", "b.safetensors": "flux"},
        labels=frozenset({"video", "fast"}),
    )
    await pool.vocabulary.forget("two")
    assert await pool.vocabulary.by_server() == {"one": first}


async def test_what_nobody_has_any_more_is_not_offered_and_what_is_only_down_still_is(movable):
    pool, kept = movable
    await pool.vocabulary.keep("down", Vocabulary(families={"a": "sdxl"}))
    await pool.vocabulary.keep("gone", Vocabulary(families={"b": "flux"}))

    await kept.advance(round(TOLD_S * 1000) + 1)
    await pool.vocabulary.told(["down"])

    assert list(await pool.vocabulary.by_server()) == ["down"]


async def test_a_channels_setting_wins_over_its_tenants(pool):
    elsewhere = Place(tenant=TENANT, channel="lobby")
    await pool.settings.set(TENANT, "default_workflow", "txt2img")
    await pool.settings.set(PLACE, "default_workflow", "flux")
    await pool.settings.set(PLACE, "ping_after_s", 120.5)

    assert await pool.settings.look_up(PLACE, "default_workflow") == "flux"
    assert await pool.settings.look_up(elsewhere, "default_workflow") == "txt2img"
    assert await pool.settings.look_up(elsewhere, "unheard_of") is None
    assert await pool.settings.all(PLACE) == {"default_workflow": "flux", "ping_after_s": 120.5}
    await pool.settings.unset(PLACE, "default_workflow")
    assert await pool.settings.look_up(PLACE, "default_workflow") == "txt2img"


async def test_a_setting_is_short(pool):
    with pytest.raises(ValueError, match="too long"):
        await pool.settings.set(TENANT, "a", "x" * 5000)


async def test_a_secret_is_read_with_its_key_and_under_its_name_only(pool):
    key = SecretKey(SecretKey.fresh())
    await pool.secrets(key).put("reply/1", "a token", for_s=60)

    assert await pool.secrets(key).get("reply/1") == "a token"
    assert await pool.secrets(SecretKey("another")).get("reply/1") is None
    sealed = await pool.edge.ask("GET", pool.edge.keys.key("secret", "reply/1"))
    await pool.edge.ask("SET", pool.edge.keys.key("secret", "reply/2"), sealed)
    assert await pool.secrets(key).get("reply/2") is None
    await pool.secrets(key).forget("reply/1")
    assert await pool.secrets(key).get("reply/1") is None


async def test_a_secret_is_gone_after_its_time(pool):
    secrets = pool.secrets(SecretKey("key"))
    await secrets.put("reply", "a token", for_s=0.05)

    async with asyncio.timeout(60):
        while await secrets.get("reply") is not None:  # noqa: ASYNC110 — Redis tells nobody
            await asyncio.sleep(0.01)


async def test_no_file_of_the_engine_holds_a_secret_in_the_clear(tmp_path):
    async with open_engine(tmp_path) as url, open_redis(url) as pool:
        await pool.secrets(SecretKey("the key itself")).put("reply", "tokenofgreatvalue", for_s=60)
        await pool.queue.enqueue(job(values={"prompt": "a lighthouse"}))

    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"a lighthouse" in written
    assert b"tokenofgreatvalue" not in written
    assert b"the key itself" not in written


async def test_what_is_old_is_forgotten_with_all_that_belongs_to_it(pool, kept):
    picture = FileHandle(key="input", media_type="image/png", width=1, height=1)
    old = await ended(kept, file("a"), file("shared"), values={"image": picture})
    await kept.store.keep_workflow("digest", b"m", b"g")
    await kept.notices.shown(old.id, MessageRef(place=PLACE, id="1"), "r", final=False)
    await kept.advance(2 * DAY_MS)
    young = await ended(kept, file("shared"))
    waiting = job()
    await kept.queue.enqueue(waiting)

    swept = await pool.retention.sweep(Retention(days=1))

    assert (swept.jobs, swept.workflows, set(swept.files)) == (1, 0, {"a", "input"})
    assert await kept.store.read(old.id) is None
    assert [record.job.id for record in await kept.store.of_requester(ALICE)] == [waiting.id, young.id]
    assert await kept.notices.notice(old.id) == Notice(job_id=old.id)
    assert old.id not in await kept.notices.open_jobs("local")
    assert await pool.retention.held() == Held(jobs=1, bytes=100)


async def test_a_file_is_named_until_it_is_deleted_or_wanted_again(pool, kept):
    await ended(kept, file("a"), file("b"), file("c"))
    everything = Retention(jobs=0)
    assert (await pool.retention.sweep(everything)).files == ("a", "b", "c")

    await pool.retention.deleted(["a"])
    await pool.retention.deleted([])
    await ended(kept, file("b"))

    assert (await pool.retention.sweep(Retention())).files == ("c",)
    assert (await pool.retention.sweep(everything)).files == ("b", "c")


async def test_a_file_that_no_job_refers_to_is_unknown(pool, kept):
    picture = FileHandle(key="input", media_type="image/png", width=1, height=1)
    asked = await ended(kept, file("result"), values={"image": picture})
    orphans = [f"orphan{number}" for number in range(1200)]

    assert await pool.retention.unknown([]) == []
    assert await pool.retention.unknown(["input", *orphans, "result"]) == orphans
    await kept.store.forget(asked.id)
    assert await pool.retention.unknown(["input", "result"]) == ["input", "result"]


async def test_nothing_of_a_job_remains_when_it_is_forgotten(pool, kept):
    await kept.store.keep_workflow("digest", b"m", b"g")
    await ended(kept, file("a"))
    await kept.advance(2 * DAY_MS)
    assert not await pool.lanes.tend()  # who is at rest is forgotten after a day of the real clock

    swept = await pool.retention.sweep(Retention(days=1))

    assert (swept.jobs, swept.workflows, swept.files) == (1, 1, ("a",))
    await pool.retention.deleted(swept.files)
    assert await kept.store.workflow("digest") is None
    left = [
        key async for key in pool.edge.client.scan_iter(match=pool.edge.keys.key("pool").removesuffix("pool") + "*")
    ]
    lasting = {key.decode().split(":")[2] for key in left if await pool.edge.ask("PTTL", key) == -1}
    assert lasting <= {"pool", "clock", "platforms", "wanted", "tending"}


async def test_too_many_and_too_large_go_from_the_oldest_on(pool, kept):
    jobs = []
    for number in range(6):
        jobs.append(await ended(kept, file(f"f{number}")))
        await kept.advance(1)

    assert (await pool.retention.sweep(Retention(jobs=4))).jobs == 2
    assert (await pool.retention.sweep(Retention(bytes=250))).files == ("f0", "f1", "f2", "f3")
    left = [record.job.id for record in await kept.store.of_requester(ALICE)]
    assert left == [jobs[5].id, jobs[4].id]


async def test_pictures_that_were_sent_count_from_the_first_moment_and_once(pool, kept):
    picture = FileHandle(key="input", media_type="image/png", width=1, height=1, bytes=400)
    asked = job(values={"image": picture})
    for _ in range(2):  # the second is asked again after a lost answer
        await kept.queue.enqueue(asked)
    assert await pool.retention.held() == Held(jobs=0, bytes=400)

    lease = await running(kept)
    for _ in range(2):
        await kept.queue.succeed(lease, files=[file("a")])
    assert await pool.retention.held() == Held(jobs=1, bytes=500)

    record = await kept.store.read(asked.id)
    assert record is not None
    assert record.job.values["image"].bytes == 400
    assert (await pool.retention.sweep(Retention(bytes=499))).files == ("a", "input")
    assert await pool.retention.held() == Held(jobs=0, bytes=0)


async def test_a_job_is_kept_in_the_compact_encoding_to_its_end(pool, kept):
    """A quarter of the memory per job; one long value would undo it."""
    asked = await ended(kept, file("a"))

    fields = await pool.edge.ask("HGETALL", pool.edge.keys.key("job", job_name(asked.id)))
    encoding = await pool.edge.ask("OBJECT", "ENCODING", pool.edge.keys.key("job", job_name(asked.id)))

    assert max(map(len, fields.values())) <= COMPACT
    assert encoding in {b"listpack", b"ziplist"}


async def test_what_waits_is_never_forgotten(pool, kept):
    asked = job()
    await kept.queue.enqueue(asked)
    await kept.advance(1000 * DAY_MS)

    assert (await pool.retention.sweep(Retention(days=1, jobs=0, bytes=0))).jobs == 0
    assert await kept.store.read(asked.id) is not None


async def test_check_warns_about_a_redis_that_may_lose_jobs(tmp_path):
    async with open_engine(tmp_path) as url, open_redis(url) as pool:
        await pool.edge.ask("CONFIG SET", "appendonly", "no")
        await pool.edge.ask("CONFIG SET", "maxmemory-policy", "allkeys-lru")

        memory, eviction = await durability_warnings(pool.edge)

    assert "appendonly yes" in memory
    assert "allkeys-lru" in eviction


async def test_a_redis_that_is_away_is_a_store_that_is_lost(tmp_path):
    async with open_redis(f"unix://{tmp_path}/none.sock", deadline_s=0.2) as pool:
        with pytest.raises(StoreLost) as lost:
            await pool.queue.enqueue(job())

    assert lost.value.retryable
    assert str(tmp_path) not in str(lost.value)


def test_an_address_that_is_none_is_not_repeated(caplog):
    caplog.set_level(logging.DEBUG)
    with pytest.raises(ConfigError) as wrong:
        client_of("http://:hunter2@127.0.0.1")

    assert "hunter2" not in f"{wrong.value}{caplog.text}"


async def test_turns_are_counted_for_everybody_and_a_pause_holds_everybody(engine_url):
    async with movable_pool(engine_url) as (pool, advance):
        turns = pool.turns
        taken = [await turns.take("T1/users.info", most=3, per_s=10.0) for _ in range(3)]
        assert taken == [0.0] * 3
        await advance(4000)
        assert await turns.take("T1/users.info", most=3, per_s=10.0) == 6.0
        assert await turns.take("T2/users.info", most=3, per_s=10.0) == 0.0
        await advance(6000)
        assert await turns.take("T1/users.info", most=3, per_s=10.0) == 0.0

        await turns.pause("T1/users.info", for_s=15.0)
        await turns.pause("T1/users.info", for_s=1.0)
        assert await turns.take("T1/users.info", most=3, per_s=10.0) == 15.0
        await advance(15_000)
        assert await turns.take("T1/users.info", most=3, per_s=10.0) == 0.0


def told(asked, number=0, reporter=ALICE):
    given = JobId(UUID(int=number)) if number else asked.id
    return Report(job_id=given, workflow="w", requester=ALICE, reporter=reporter, place=PLACE, reason="no")


async def test_what_was_reported_outlasts_its_days_and_goes_with_its_last_report(pool, kept):
    asked, other = await ended(kept, file("evidence")), await ended(kept, file("other"))
    await pool.reports.add(told(asked))
    await kept.advance(40 * DAY_MS)
    await pool.reports.add(told(asked, reporter=BOB))

    assert (await pool.retention.sweep(Retention())).files == ("other",)
    await pool.retention.deleted(["other"])
    await kept.advance(KEPT_S * 1000 - DAY_MS)
    assert (await pool.retention.sweep(Retention())).jobs == 0
    await kept.advance(DAY_MS)
    assert (await pool.retention.sweep(Retention())).files == ("evidence",)
    assert await pool.store.read(asked.id) is await pool.store.read(other.id) is None


async def test_what_was_reported_stays_like_any_other_job_once_its_report_is_gone(pool, kept):
    asked = await ended(kept, file("evidence"))
    await pool.reports.add(told(asked))
    await kept.advance(KEPT_S * 1000)

    assert (await pool.retention.sweep(Retention(days=365))).jobs == 0
    assert (await pool.retention.sweep(Retention())).files == ("evidence",)


async def test_evidence_goes_at_once_when_its_report_makes_room_for_others(pool, kept):
    asked = await ended(kept, file("evidence"))
    await pool.reports.add(told(asked))
    await pool.store.withdraw(asked.id, until_ms=await pool.servers.now_ms() + KEPT_S * 1000)
    for number in range(1, MOST + 1):
        if number == MOST:
            assert (await pool.retention.sweep(Retention())).jobs == 0
        await kept.advance(1)
        await pool.reports.add(told(asked, number))

    assert (await pool.retention.sweep(Retention())).files == ("evidence",)


async def test_of_too_much_evidence_goes_after_what_is_a_day_old_and_before_what_is_not(pool, kept):
    first = await ended(kept, file("1"))
    await kept.advance(1)
    second = await ended(kept, file("2"))
    await ended(kept, file("old"))
    for each in (first, second):
        await pool.reports.add(told(each))
    await kept.advance(DAY_MS)
    await ended(kept, file("new"))
    gone = []
    for size in (300, 200, 100, 0):
        swept = await pool.retention.sweep(Retention(bytes=size))
        await pool.retention.deleted(swept.files)
        gone += swept.files

    assert gone == ["old", "1", "2", "new"]


async def test_what_is_under_way_is_not_forgotten_though_its_report_is(pool, kept):
    asked = job()
    await kept.queue.enqueue(asked)
    await pool.reports.add(told(asked))
    await kept.advance(KEPT_S * 1000)

    assert (await pool.retention.sweep(Retention(days=1, jobs=0, bytes=0))).jobs == 0
    assert await pool.store.read(asked.id)


async def test_evidence_goes_with_the_report_of_it_and_not_before(pool, kept):
    asked = await ended(kept, file("evidence"))
    other = await ended(kept, file("other"))
    now_ms = (await pool.store.read(asked.id)).ended_ms
    assert await pool.store.withdraw(asked.id, until_ms=now_ms + DAY_MS)

    assert (await pool.retention.sweep(Retention())).jobs == 0
    await kept.advance(DAY_MS + 60_000)
    swept = await pool.retention.sweep(Retention())

    assert (swept.jobs, swept.files) == (1, ("evidence",))
    assert await pool.store.read(asked.id) is None
    assert await pool.store.read(other.id) is not None
