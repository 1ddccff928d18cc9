"""What communities are called: written once, shown with their ids to those who act in several."""

import asyncio
from collections.abc import Mapping
from contextlib import asynccontextmanager

import pytest

from bot.communities import LONGEST, Hearing, called
from bot.errors import StoreLost
from bot.jobs import Tenant
from tests.fakes.memory_communities import MemoryCommunities
from tests.fakes.waiting import PATIENCE_S

ACME = Tenant(platform="discord", id="614202")
OURS = Tenant(platform="slack", id="T1")


class Kept(MemoryCommunities):
    """Tells when something was kept; is away so often before."""

    def __init__(self, away: int = 0) -> None:
        super().__init__()
        self.away, self.was_kept, self.asked = away, asyncio.Event(), 0

    async def keep(self, names: Mapping[Tenant, str]) -> None:
        self.asked += 1
        if self.asked <= self.away:
            raise StoreLost
        await super().keep(names)
        self.was_kept.set()


@asynccontextmanager
async def heard(names: Kept):
    hearing = Hearing(names=names, again_s=0.0)
    task = asyncio.create_task(hearing.run())
    try:
        yield hearing
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until_kept(names: Kept) -> None:
    async with asyncio.timeout(PATIENCE_S):
        await names.was_kept.wait()
    names.was_kept.clear()


async def test_what_came_together_is_kept_together_and_what_was_heard_before_not_again():
    names = Kept()
    async with heard(names) as hearing:
        for tenant, name in ((ACME, "Acme"), (OURS, "Ours"), (ACME, "Acme")):
            hearing.heard(tenant, name)
        await until_kept(names)
        hearing.heard(OURS, "Ours")
        hearing.heard(ACME, "Acme II")
        await until_kept(names)

    assert (names.names, names.asked, names.writes) == ({ACME: "Acme II", OURS: "Ours"}, 2, 3)


async def test_a_store_that_is_away_is_told_once_it_is_back():
    names = Kept(away=2)
    async with heard(names) as hearing:
        hearing.heard(ACME, "Acme")
        await until_kept(names)

    assert names.names == {ACME: "Acme"}


@pytest.mark.parametrize("name", ["", "  ", "\u200b\u202e"])
async def test_a_name_that_nobody_can_see_is_none(name):
    names = Kept()
    async with heard(names) as hearing:
        hearing.heard(ACME, name)
        hearing.heard(OURS, "x" * 300 + "\n")
        await until_kept(names)

    assert ACME not in names.names
    assert len(names.names[OURS]) == LONGEST


async def test_an_operator_reads_the_id_behind_the_name_and_a_moderator_the_name_alone():
    names = MemoryCommunities(names={ACME: "Ac\u202eme"})

    assert await called(names, [ACME, OURS], with_ids=True) == {ACME: "Acme (614202)"}
    assert await called(names, [ACME], with_ids=False) == {ACME: "Acme"}
