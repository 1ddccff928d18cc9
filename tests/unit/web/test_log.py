"""The log of a channel: nothing swallowed by a full disk, nothing kept for longer than it should be."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from adapters.web.chat import WebChat
from adapters.web.log import KEPT, Entry, FileLog, written
from bot.errors import ChatError
from bot.jobs import JobId, JobState, MessageRef, Place, Requester, Tenant
from bot.status import StatusCard
from tests.contracts.chat.cards import job_at

PLACE = Place(tenant=Tenant(platform="web", id="local"), channel="studio")
ASKED = job_at(PLACE, Requester(tenant=PLACE.tenant, id="ada", name="Ada"))
DAY_MS = 86_400_000


def message(prompt: str, *, state: JobState = JobState.SUCCEEDED, posted_ms: int = 0) -> Entry:
    job_id = JobId(uuid4())
    card = StatusCard(job_id=job_id, state=state, title="A picture", requester="Ada", prompt=prompt, headline="Done")
    return Entry(place=PLACE, job_id=job_id, posted_ms=posted_ms, card=card)


def removal(entry: Entry) -> Entry:
    return replace(entry, card=None)


async def prompts(path: Path) -> list[str]:
    """Return what the next process finds."""
    return [entry.card.prompt for entry in await FileLog(path).load() if entry.card]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "channels.jsonl"


@contextmanager
def room_for(bytes_: int) -> Iterator[None]:
    """Let files of this process grow only so far: a write beyond takes what fits, then fails, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def test_a_line_that_the_disk_took_half_of_swallows_no_other(path):
    log = FileLog(path)
    await log.load()
    await log.put(message("one"))

    with room_for(path.stat().st_size + 40), pytest.raises(OSError, match="File too large"):
        await log.put(message("torn"))
    await log.put(message("two"))
    await log.put(message("three"))

    assert await prompts(path) == ["one", "two", "three"]


async def test_a_message_that_could_not_be_written_is_not_written_later_either(path):
    log = FileLog(path)
    await log.load()
    kept, lost = message("kept"), message("lost")
    await log.put(kept)
    with room_for(path.stat().st_size), pytest.raises(OSError, match="File too large"):
        await log.put(lost)

    await log.put(removal(kept))  # writes the file anew

    assert await prompts(path) == []


async def test_a_page_is_told_that_the_log_is_full(path):
    chat = WebChat(FileLog(path))
    await chat.load()
    lost = message("lost").card
    assert lost is not None
    with room_for(1), pytest.raises(ChatError):
        await chat.create(ASKED, lost, nonce="n")

    assert chat.entries(PLACE) == []


async def test_first_messages_ends_and_removals_are_on_the_disk_and_progress_need_not_be(path):
    synced: list[int] = []
    log = FileLog(path, sync=synced.append)
    await log.load()

    async def syncs(entry: Entry) -> bool:
        synced.clear()
        await log.put(entry)
        return bool(synced)

    waiting = message("a cat", state=JobState.QUEUED)
    ended = replace(waiting, card=replace(waiting.card, state=JobState.SUCCEEDED))
    assert [await syncs(each) for each in (waiting, waiting, ended, removal(ended))] == [True, False, True, True]


async def test_of_a_removed_message_nothing_stays_in_the_file(path):
    log = FileLog(path)
    await log.load()
    secret, other = message("a secret cat"), message("a dog")
    await log.put(secret)
    await log.put(other)

    await log.put(removal(secret))

    assert b"secret" not in path.read_bytes()
    assert await prompts(path) == ["a dog"]


async def test_removals_take_no_cards_place(path):
    log = FileLog(path)
    await log.load()
    first = message("first")
    await log.put(first)
    for number in range(KEPT + 5):
        other = message(f"{number}")
        await log.put(other)
        await log.put(removal(other))

    left = await FileLog(path).load()

    assert [entry.card.prompt for entry in left if entry.card] == ["first"]
    assert len(left) == KEPT + 1


async def test_what_is_old_is_forgotten_in_the_file_and_on_every_page_but_not_what_is_under_way(path):
    path.write_bytes(
        b"".join(
            map(
                written,
                [
                    message("old"),
                    removal(message("old and removed")),
                    message("old and waiting", state=JobState.QUEUED),
                    message("young", posted_ms=2 * DAY_MS),
                ],
            )
        )
    )
    chat = WebChat(FileLog(path), now_s=lambda: 3 * DAY_MS / 1000)
    await chat.load()
    old = chat.entries(PLACE)[0]

    with chat.watch(PLACE) as stream:
        await chat.expire(older_than_s=2 * DAY_MS / 1000)
        assert old.job_id in await stream.changed()

    assert [entry.card.prompt for entry in chat.entries(PLACE) if entry.card] == ["old and waiting", "young"]
    assert await prompts(path) == ["old and waiting", "young"]
    assert b"old and removed" not in path.read_bytes()
    with pytest.raises(ChatError):
        await chat.edit(ASKED, MessageRef(place=PLACE, id=str(old.job_id)), old.card)
