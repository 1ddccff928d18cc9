"""The promises of JobStore."""

from dataclasses import replace

from bot.events import MediaKind
from bot.jobs import JobId, Requester, StoredFile, Tenant
from bot.ports import Notice
from tests.integration.redis import ALICE, BOB, TENANT, claimed, job, running
from workflows.values import FileHandle, Size

PICTURE = StoredFile(
    key="k1", name="a.png", kind=MediaKind.IMAGE, media_type="image/png", bytes=2**40, width=512, height=768
)
SOUND = StoredFile(key="k2", name="ä.flac", kind=MediaKind.AUDIO, media_type="audio/flac", bytes=7)


async def test_values_come_back_exactly(truth):
    values = {
        "seed": 2**64 - 1,
        "cfg": 7.1,
        "strength": 0.1 + 0.2,
        "hires": True,
        "steps": 1,
        "drawn": None,
        "prompt": 'ein Leuchtturm 🗼 {curly} \x00 "quoted"',
        "size": Size(width=832, height=1216),
        "image": FileHandle(key="f" * 64, media_type="image/png", width=10, height=20),
    }
    asked = job(values=values)
    await truth.queue.enqueue(asked)

    kept = (await truth.store.read(asked.id)).job

    assert kept.values == values
    assert {name: type(value) for name, value in kept.values.items()} == {
        name: type(value) for name, value in values.items()
    }


async def test_a_limit_comes_back_with_its_job_and_so_does_none(truth):
    brief, patient = replace(job(), within_s=780.5), job()
    for asked in (brief, patient):
        await truth.queue.enqueue(asked)

    assert (await truth.store.read(brief.id)).job.within_s == 780.5
    assert (await truth.store.read(patient.id)).job.within_s is None


async def test_whether_a_job_is_for_adults_comes_back_with_it(truth):
    marked, plain = replace(job(), for_adults=True), job()
    for asked in (marked, plain):
        await truth.queue.enqueue(asked)

    assert (await truth.store.read(marked.id)).job.for_adults is True
    assert (await truth.store.read(plain.id)).job.for_adults is False


async def test_a_result_comes_back_as_it_was(truth):
    await truth.queue.enqueue(job())
    lease = await running(truth)
    await truth.queue.succeed(lease, files=[PICTURE, SOUND], texts=["eins", "zwei"])

    record = await truth.store.read(lease.job_id)

    assert record.files == (PICTURE, SOUND)
    assert record.texts == ("eins", "zwei")


async def test_every_durable_change_has_a_revision_of_its_own(truth):
    asked = job()
    seen = [(await truth.queue.enqueue(asked)).revision]
    lease = await claimed(truth)
    seen.append((await truth.store.read(asked.id)).revision)
    await truth.queue.record(lease, run_id="run")
    seen.append((await truth.store.read(asked.id)).revision)
    await truth.queue.succeed(lease, files=())
    seen.append((await truth.store.read(asked.id)).revision)

    assert seen == sorted(set(seen))


async def test_a_job_that_is_not_there_is_none(truth):
    assert await truth.store.read(JobId(job().id)) is None


async def test_everybody_has_their_own_jobs_the_newest_first(truth):
    alices = [job() for _ in range(3)]
    for each in (*alices, job(requester=BOB)):
        await truth.queue.enqueue(each)
    elsewhere = Requester(tenant=Tenant(platform="discord", id="local"), id="alice", name="Alice")
    tricky = Requester(tenant=Tenant(platform="local", id="local/alice"), id="", name="")

    theirs = await truth.store.of_requester(alices[0].requester)

    assert [record.job.id for record in theirs] == [each.id for each in reversed(alices)]
    assert len(await truth.store.of_requester(alices[0].requester, limit=2)) == 2
    assert await truth.store.of_requester(elsewhere) == []
    assert await truth.store.of_requester(tricky) == []


async def test_names_that_are_very_long_are_names(truth):
    long = Requester(tenant=TENANT, id="a" * 300, name="A")
    await truth.queue.enqueue(job(requester=long))

    assert len(await truth.store.of_requester(long)) == 1


async def test_a_server_finds_the_jobs_that_it_holds(truth):
    for _ in range(3):
        await truth.queue.enqueue(job())
    first, other = await running(truth, server="gpu-1"), await claimed(truth, server="gpu-2")
    second = await claimed(truth, server="gpu-1")

    held = await truth.store.held_by("gpu-1")

    assert [each.lease for each in held] == [first, second]
    assert [each.record.run_id is not None for each in held] == [True, False]
    await truth.queue.requeue(second, costs_attempt=False)
    await truth.queue.succeed(first, files=())
    assert await truth.store.held_by("gpu-1") == []
    assert [each.lease for each in await truth.store.held_by("gpu-2")] == [other]


async def test_the_files_of_a_workflow_are_kept_once(truth):
    assert await truth.store.workflow("d") is None

    await truth.store.keep_workflow("d", b"manifest", b"\xff\x00graph")
    await truth.store.keep_workflow("d", b"another", b"another")

    assert await truth.store.workflow("d") == (b"manifest", b"\xff\x00graph")


async def test_only_a_settled_job_is_forgotten_and_then_nothing_is_left_of_it(truth):
    await truth.queue.enqueue(job())
    lease = await running(truth)
    assert not await truth.store.forget(lease.job_id)
    await truth.queue.succeed(lease, files=[PICTURE])

    for _ in range(2):  # whose answer was lost asks again
        assert await truth.store.forget(lease.job_id)

    assert await truth.store.read(lease.job_id) is None
    assert await truth.store.of_requester(ALICE) == []
    assert list(await truth.notices.open_jobs("local")) == []
    assert await truth.notices.notice(lease.job_id) == Notice(job_id=lease.job_id)


async def test_what_is_kept_as_evidence_is_nobodys_own_any_more(truth):
    asked = job()
    await truth.queue.enqueue(asked)
    assert not await truth.store.withdraw(asked.id, until_ms=2**52)
    lease = await running(truth)
    await truth.queue.succeed(lease, files=[PICTURE], gpu_ms=5)

    assert await truth.store.withdraw(asked.id, until_ms=2**52)
    assert await truth.store.withdraw(asked.id, until_ms=2**52)

    kept = await truth.store.read(asked.id)
    assert kept is not None
    assert kept.is_evidence
    assert kept.files == (PICTURE,)
    assert await truth.store.of_requester(asked.requester) == []
    assert await truth.store.forget(asked.id)
    assert await truth.store.read(asked.id) is None


async def test_what_is_not_there_is_no_evidence(truth):
    assert not await truth.store.withdraw(job().id, until_ms=2**52)
