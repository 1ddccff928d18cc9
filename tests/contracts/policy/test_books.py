"""The promises about rule books: they last, each change is one step with its audit, and nobody's change is lost."""

import asyncio
from dataclasses import replace

import pytest

from bot.errors import RulesChanged, SubmissionError
from bot.jobs import Tenant
from bot.policy.audit import AuditEntry, Author
from bot.policy.quotas import Per, Quota, Refill
from bot.policy.rulebook import (
    MAX_ENTRIES,
    Allowance,
    Assignment,
    Ban,
    Ceiling,
    Deed,
    Grant,
    Pattern,
    Pause,
    Reading,
    Zone,
)
from tests.integration.redis import START_MS, TENANT, depth, job

OTHERS = Tenant(platform="discord", id="a guild, with / and {odd} signs")
MOD = Author(platform="discord", id="7", name="Moe 🐕")
QUOTAS = (Quota(per=Per.DAY, refill=Refill.CALENDAR, gpu_s=600), Quota(per=Per.HOUR, pictures=4))
EVERYTHING = (
    Ban(user="1", reason="spam \u2028 and more", until_ms=START_MS + 5),
    Ban(user=None, reason=""),
    Pause(workflow=None, message="later"),
    Pause(workflow="flux", message="maintenance"),
    Allowance(user="1", quotas=QUOTAS),
    Allowance(user="2", quotas=()),
    Grant(user="1", until_ms=START_MS, gpu_s=5, pictures=6),
    Assignment(user="1", tier="gold"),
    Pattern(text="nu de", reading=Reading.EXPRESSION, deed=Deed.REPLACE, replacement="x"),
    Zone(name="Europe/Berlin"),
    Ceiling(weight=500, quotas=QUOTAS),
    Ceiling(),
)


def entry(measure="ban", tenant=TENANT, **more):
    return AuditEntry(author=MOD, measure=measure, tenant=tenant, **more)


async def put(truth, *entries, tenant=TENANT, drop=(), firm=False):
    """Change a book as it stands."""
    book = await truth.books.book(tenant)
    changed = await truth.books.change(book, put=entries, drop=drop, firm=firm, audit=entry(tenant=tenant))
    assert changed is not None
    return changed


async def test_a_book_that_nobody_wrote_in_is_empty(truth):
    for tenant in (TENANT, None):
        book = await truth.books.book(tenant)
        assert (book.tenant, book.version, dict(book.entries), book.firm) == (tenant, 0, {}, frozenset())


@pytest.mark.parametrize("tenant", [TENANT, OTHERS, None])
async def test_every_kind_of_entry_comes_back_as_it_was(truth, tenant):
    for each in EVERYTHING:
        await put(truth, each, tenant=tenant)
        book = await truth.books.book(tenant)
        assert book.entries[each.key] == each

    assert book.version == len(EVERYTHING)


async def test_the_same_thing_said_again_replaces_what_was_said(truth):
    await put(truth, Ban(user="1", reason="a"), Ban(user="2", reason="b"))
    book = await put(truth, Ban(user="1", reason="c"), drop=["ban/2", "ban/9"])

    assert dict(book.entries) == {"ban/1": Ban(user="1", reason="c")}
    assert dict((await truth.books.book(TENANT)).entries) == dict(book.entries)


async def test_books_keep_apart(truth):
    await put(truth, Ban(user="1", reason="here"))
    await put(truth, Ban(user="discord/1", reason="everywhere"), tenant=None)

    assert not (await truth.books.book(OTHERS)).entries
    assert set((await truth.books.book(TENANT)).entries) == {"ban/1"}
    assert set((await truth.books.book(None)).entries) == {"ban/discord/1"}


async def test_what_did_not_change_is_the_same_object(truth):
    await put(truth, Ban(user="1", reason="a"))
    book = await truth.books.book(TENANT)

    assert await truth.books.book(TENANT) is book
    await put(truth, Zone(name="UTC"))
    assert await truth.books.book(TENANT) is not book


async def test_both_books_that_hold_somewhere_are_opened_together_with_the_time(truth):
    near = await put(truth, Ban(user="1", reason="here"))
    wide = await put(truth, Ban(user="discord/1", reason="everywhere"), tenant=None)
    await put(truth, Ban(user="2", reason="elsewhere"), tenant=OTHERS)

    books, at_ms = await truth.books.opened(TENANT)

    assert (dict(books.community.entries), dict(books.everywhere.entries)) == (dict(near.entries), dict(wide.entries))
    assert at_ms == await truth.books.now_ms()
    again, _ = await truth.books.opened(TENANT)
    assert (again.community is books.community, again.everywhere is books.everywhere) == (True, True)
    await put(truth, Zone(name="UTC"))
    later, _ = await truth.books.opened(TENANT)
    assert (later.community is books.community, later.everywhere is books.everywhere) == (False, True)


async def test_what_the_operator_said_is_marked_until_it_is_replaced_or_dropped(truth):
    await put(truth, Ban(user="1", reason="a"), Zone(name="UTC"), Ceiling(weight=2), firm=True)
    book = await put(truth, Zone(name="Europe/Berlin"), drop=["ceiling"])

    assert book.firm == {"ban/1"}


async def test_a_change_and_its_audit_are_one_step(truth):
    book = await truth.books.book(TENANT)
    why = entry(user="1", why="spam", details={"until": "tomorrow"})
    await truth.advance(5)
    await truth.books.change(book, put=[Ban(user="1", reason="spam")], firm=False, audit=why)

    [kept] = await truth.audit.newest(TENANT, limit=5)
    assert replace(kept, id="") == replace(why, at_ms=START_MS + 5)


async def test_a_change_that_was_decided_by_an_older_book_does_nothing(truth):
    old = await truth.books.book(TENANT)
    await put(truth, Ban(user="1", reason="a"))

    assert await truth.books.change(old, drop=["ban/1"], firm=False, audit=entry("unban")) is None
    assert (await truth.books.book(TENANT)).ban("1")
    assert [each.measure for each in await truth.audit.newest(TENANT, limit=5)] == ["ban"]


async def test_of_many_who_change_at_once_nobody_is_lost(truth):
    async def ban(user):
        while True:
            book = await truth.books.book(TENANT)
            said = Ban(user=user, reason="spam")
            if await truth.books.change(book, put=[said], firm=False, audit=entry(user=user)):
                return

    await asyncio.gather(*(ban(f"{number}") for number in range(10)))

    book = await truth.books.book(TENANT)
    assert (len(book.entries), book.version) == (10, 10)
    assert {each.user for each in await truth.audit.newest(TENANT, limit=20)} == {f"{n}" for n in range(10)}


async def test_a_full_book_takes_nothing_more_and_gives_back(truth):
    many = [Ban(user=f"{number}", reason="") for number in range(MAX_ENTRIES)]
    for begin in range(0, MAX_ENTRIES, 1000):
        await put(truth, *many[begin : begin + 1000])
    book = await truth.books.book(TENANT)

    with pytest.raises(SubmissionError, match="no room"):
        await truth.books.change(book, put=[Zone(name="UTC")], firm=False, audit=entry("zone"))
    assert len(await truth.audit.newest(TENANT, limit=20)) == MAX_ENTRIES / 1000
    await put(truth, Ban(user="1", reason="replaced"))
    await put(truth, Zone(name="UTC"), drop=["ban/1"])
    assert len((await truth.books.book(TENANT)).entries) == MAX_ENTRIES


async def test_the_clock_is_the_stores(truth):
    await truth.advance(7)

    assert await truth.books.now_ms() == START_MS + 7


@pytest.mark.parametrize("tenant", [TENANT, None])
async def test_a_job_comes_into_the_queue_only_while_the_books_stand_that_it_was_decided_by(truth, tenant):
    first, late = job(), job()
    before, _ = await truth.books.opened(TENANT)
    record = await truth.queue.enqueue(first, [depth(2)], books=before)
    await put(truth, Ban(user="9", reason=""), tenant=OTHERS)
    await truth.queue.enqueue(job(), books=before)
    await put(truth, Ban(user="9", reason=""), tenant=tenant)

    with pytest.raises(RulesChanged):
        await truth.queue.enqueue(late, [depth(2)], books=before)
    assert await truth.store.read(late.id) is None
    assert await truth.queue.enqueue(first, [depth(2)], books=before) == record
    now, _ = await truth.books.opened(TENANT)
    assert (await truth.queue.enqueue(late, [depth(2)], books=now)).job.id == late.id
