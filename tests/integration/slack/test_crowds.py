"""A busy workspace: the real noticeboard, the real adapter, and a Slack that counts. Minutes have six seconds here."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from adapters.slack import pacing, standing
from adapters.slack.standing import EDITS_S, POSTS_S
from bot.events import Stage
from bot.jobs import Job, JobId, Requester, run_id_of
from bot.noticeboard import Noticeboard, Patience, Sources
from bot.status import Described, Live
from tests.contracts.chat.cards import PICTURE, job_at
from tests.fakes.memory_store import MemoryStore
from tests.fakes.slack.limits import Limits
from tests.integration.slack.chat_scene import PNG, Office, office

FASTER = 10.0
PATIENCE = Patience(poll_s=0.02, sweep_s=0.2, retry_s=0.1, lease_s=1.0)


@pytest.fixture
async def here(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Office]:
    monkeypatch.setattr(pacing, "MINUTE_S", 60 / FASTER)
    monkeypatch.setattr(pacing, "POSTS_S", POSTS_S / FASTER)
    monkeypatch.setattr(standing, "POSTS_S", POSTS_S / FASTER)
    monkeypatch.setattr(standing, "EDITS_S", EDITS_S / FASTER)
    limits = Limits(tier_s=60 / FASTER, posts_s=1 / FASTER, posts_burst=1)
    async with office(limits) as opened:
        yield opened


async def described(job: Job) -> Described:
    return Described(title="Text to image")


@asynccontextmanager
async def noticeboard(here: Office, store: MemoryStore, owner: str) -> AsyncIterator[None]:
    """Run a process of ours."""
    sources = Sources(
        jobs=store, queue=store, live=store, notices=store, describe=described, quote=lambda record, position: None
    )
    async with here.process() as chat, asyncio.TaskGroup() as tasks:
        board = tasks.create_task(Noticeboard(chat, sources, owner=owner, patience=PATIENCE).run())
        try:
            yield
        finally:
            board.cancel()


async def asked(here: Office, store: MemoryStore, people: int, channels: int) -> list[Job]:
    """Let so many people ask for one picture each."""
    jobs = []
    for number in range(people):
        channel = here.team.channel(f"c{number % channels}")
        name = f"user{number}"
        who = Requester(tenant=here.tenant, id=here.team.member(name).user.id, name=name)
        job = job_at(here.place(channel), who, created_ms=here.now_ms(), prompt=f"cat number {number}")
        jobs.append((await store.enqueue(job)).job)
    return jobs


async def paint(here: Office, store: MemoryStore, server: str, steps: int = 5) -> JobId | None:
    """Paint one picture on a GPU, with progress; None when nobody waits."""
    held = await store.claim(server, f"{server}-{here.slack.clock.now()}")
    if held is None:
        return None
    lease = held.lease
    await store.record(lease, run_id=run_id_of(lease.job_id, lease.attempt))
    for step in range(steps):
        await store.show(lease.job_id, Live(stage=Stage.PAINTING, done=step, total=steps))
        await asyncio.sleep(0.02)
    key = lease.job_id.hex.rjust(64, "0")
    here.shelf.contents[key] = PNG
    await store.succeed(lease, files=[replace(PICTURE, key=key)], gpu_ms=1000)
    return lease.job_id


async def work(here: Office, store: MemoryStore, server: str) -> None:
    while await paint(here, store, server) is not None:
        pass


def painted(here: Office) -> int:
    return sum("Painted" in each.text for each in here.slack.world.messages() if each.author.is_bot)


async def test_thirty_people_at_once_all_see_their_pictures_and_slack_never_says_too_many(here: Office):
    store = MemoryStore()
    jobs = await asked(here, store, people=30, channels=5)
    async with noticeboard(here, store, "one"), asyncio.TaskGroup() as gpus:
        for number in range(3):
            gpus.create_task(work(here, store, f"gpu{number}"))
        await here.slack.until(lambda: painted(here) == len(jobs), 60)

    ours = [each for each in here.slack.world.messages() if each.author.is_bot]
    assert len(ours) == len(jobs)
    assert here.slack.record.too_many == []
    assert here.slack.record.errors() == {}
    assert here.slack.orphans() == []


async def test_who_takes_over_in_the_middle_asks_no_more_often_and_posts_nothing_twice(here: Office):
    store = MemoryStore()
    jobs = await asked(here, store, people=12, channels=3)
    async with asyncio.TaskGroup() as gpus:
        async with noticeboard(here, store, "one"):
            gpus.create_task(work(here, store, "gpu"))
            await here.slack.until(lambda: painted(here) >= 2, 60)
        async with noticeboard(here, store, "two"):
            await here.slack.until(lambda: painted(here) == len(jobs), 60)

    assert sum(each.author.is_bot for each in here.slack.world.messages()) == len(jobs)
    assert here.slack.record.too_many == []
    assert here.slack.orphans() == []
