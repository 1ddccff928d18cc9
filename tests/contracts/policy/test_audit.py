"""The promises about the audit: appended to, read from the newest on, for so long and so many."""

from dataclasses import replace

import pytest

from bot.jobs import Tenant
from bot.policy.audit import KEPT_S, MOST, RULES, AuditEntry, Author, Outcome
from tests.integration.redis import START_MS, TENANT

OTHERS = Tenant(platform="discord", id="1001")
MOD = Author(platform=TENANT.platform, id="moe", name="Moe [b]\x1b[31m")


def entry(measure="ban", tenant=TENANT, **more):
    return AuditEntry(**{"author": MOD, "measure": measure, "tenant": tenant, **more})


async def told(truth, tenant=TENANT, **more):
    return [each.measure for each in await truth.audit.newest(tenant, **{"limit": 100, **more})]


async def test_an_entry_comes_back_as_it_was_with_its_time(truth):
    for tenant in (TENANT, None):
        said = entry(tenant=tenant, user="u/1", outcome=Outcome.TRIED, why="so\nthere", details={"a": "b"})
        await truth.audit.add(said)
        [kept, *_] = await truth.audit.newest(tenant, limit=5)
        assert kept.id
        assert replace(kept, id="") == replace(said, at_ms=START_MS)


async def test_the_newest_come_first_of_one_community_or_of_all(truth):
    for number, tenant in enumerate((TENANT, OTHERS, None, TENANT)):
        await truth.audit.add(entry(f"{number}", tenant))
        await truth.advance(number)  # the first two at the same moment

    assert await told(truth) == ["3", "0"]
    assert await told(truth, OTHERS) == ["1"]
    assert await told(truth, None) == ["3", "2", "1", "0"]
    assert await told(truth, None, limit=2) == ["3", "2"]


async def test_one_page_follows_another_without_a_gap(truth):
    for number in range(7):
        await truth.audit.add(entry(f"{number}"))
    seen, before = [], None
    while page := await truth.audit.newest(TENANT, limit=3, before=before):
        seen += [each.measure for each in page]
        before = page[-1].id

    assert seen == ["6", "5", "4", "3", "2", "1", "0"]


@pytest.mark.parametrize(
    "before", ["", "0-0", "../..", "\x00", "+", "-", "1", "(5-0", "9999999999999999999999-0", "5-٣"]
)
async def test_nothing_is_older_than_what_is_no_entry(truth, before):
    await truth.audit.add(entry())

    assert await told(truth, before=before) == []
    assert await told(truth, before=f"{2**64 - 1}-{2**64 - 1}") == ["ban"]


async def test_somebodys_are_what_they_did_and_what_was_done_to_them(truth):
    await truth.audit.add(entry("did"))
    await truth.audit.add(entry("befell", user="moe", author=RULES))
    await truth.audit.add(entry("else", user="ann", author=RULES))
    await truth.audit.add(entry("everywhere", None, user="local/moe", author=RULES))
    await truth.audit.add(entry("namesake", OTHERS, user="moe", author=RULES))

    assert await told(truth, user="moe") == ["befell", "did"]
    assert await told(truth, None, user="local/moe") == ["everywhere", "befell", "did"]
    assert await told(truth, None, user="local/moe", limit=1) == ["everywhere"]


async def test_somebodys_are_found_behind_many_of_others(truth):
    await truth.audit.add(entry("old", user="ann"))
    for number in range(450):
        await truth.audit.add(entry(f"{number}", user="ben"))

    assert await told(truth, user="ann") == ["old"]


async def test_of_entries_alike_one_is_kept_for_a_while(truth):
    for _ in range(3):
        await truth.audit.add(entry("blocked", author=RULES, user="ann", outcome=Outcome.AUTOMATIC), quiet_s=10)
        await truth.audit.add(entry("blocked", author=RULES, user="ben", outcome=Outcome.AUTOMATIC), quiet_s=10)
        await truth.advance(5000)

    assert [each.user for each in await truth.audit.newest(TENANT, limit=9)] == ["ben", "ann", "ben", "ann"]


async def test_what_is_too_old_is_gone(truth):
    await truth.audit.add(entry("old"))
    await truth.advance(KEPT_S * 1000 + 1)
    assert await told(truth) == await told(truth, None) == []

    await truth.audit.add(entry("new"))
    assert await told(truth) == await told(truth, None) == ["new"]


async def test_of_too_many_the_oldest_go_and_those_of_others_stay(truth):
    await truth.audit.add(entry("others", OTHERS))
    for number in range(MOST + 2):
        await truth.audit.add(entry(f"{number}"))

    kept = await told(truth, limit=2 * MOST)
    assert (len(kept), kept[-1]) == (MOST, "2")
    assert await told(truth, OTHERS) == ["others"]
