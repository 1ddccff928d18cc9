"""A moderator's words in a chat: for their own community, asked back where nothing can be undone, and nobody else's."""

from dataclasses import dataclass, field

import pytest

from bot.answers import Answer, note
from bot.errors import NotAllowed
from bot.jobs import Requester, Tenant
from bot.policy import measures as m
from bot.policy.measures import Actor, Measure, Rank, may
from bot.policy.verbs import BY_NAME, VERBS
from bot.presiding import Presiding, actor_of, is_meant
from tests.unit.bot.bench import CATALOG
from workflows.catalog import Catalog
from workflows.faults import InvalidValues

GUILD = Tenant(platform="discord", id="1001")
MOE = Requester(tenant=GUILD, id="moe", name="Moe")
MODERATOR, MEMBER = (actor_of(MOE, rank) for rank in (Rank.MODERATOR, Rank.MEMBER))


@dataclass
class Bench:
    """Notes what is done."""

    done: list[Measure] = field(default_factory=list)
    where: list[Tenant | None] = field(default_factory=list)

    def catalog(self) -> Catalog:
        return CATALOG

    async def moderate(self, actor: Actor, measure: Measure, tenant: Tenant | None) -> Answer:
        if not may(actor, measure, tenant):
            raise NotAllowed
        self.done.append(measure)
        self.where.append(tenant)
        return note("Done.")


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def presiding(bench: Bench) -> Presiding:
    return Presiding(
        bench=bench, command="/mod", misnamed=lambda name: "is nobody here." if name.startswith("?") else ""
    )


async def test_words_become_a_measure_in_the_community_in_which_they_are_said(
    bench: Bench, presiding: Presiding
) -> None:
    await presiding.hear(MODERATOR, "ban @ben 2d too many hens")

    assert bench.done == [m.BanUser(user="ben", reason="too many hens", for_s=2 * 86_400.0)]
    assert bench.where == [GUILD]


@pytest.mark.parametrize("words", ["", " help ", "HELP"])
async def test_help_lists_what_a_moderator_may_do_and_nothing_of_the_operators(
    presiding: Presiding, words: str
) -> None:
    [section] = (await presiding.hear(MODERATOR, words)).sections

    assert [row[0] for row in section.rows] == [verb.usage for verb in VERBS if verb.rank is Rank.MODERATOR]


async def test_what_cannot_be_taken_back_is_done_once_somebody_says_that_they_mean_it(
    bench: Bench, presiding: Presiding
) -> None:
    asked = await presiding.hear(MODERATOR, "purge @ben 24h")
    assert asked.sections[0].headline == "Nothing was done yet."
    assert bench.done == []

    await presiding.hear(MODERATOR, "purge @ben 24h now")
    await presiding.do(MODERATOR, BY_NAME["purge"], {"user": "ben", "last": "1h", "now": "now"})
    assert bench.done == [m.Purge(user="ben", last_s=86_400.0), m.Purge(user="ben", last_s=3600.0)]


@pytest.mark.parametrize("words", ["", "purge @ben 24h", "ban @ben", "bann @ben", "ban ?ben", "ceiling 1s/day"])
async def test_a_member_is_told_that_only_moderators_may_whatever_they_write(
    bench: Bench, presiding: Presiding, words: str
) -> None:
    with pytest.raises(NotAllowed):
        await presiding.hear(MEMBER, words)
    assert bench.done == []


@pytest.mark.parametrize(("who", "name"), [("U9", "Ada"), ("@U9", "Ada"), ("U0123", "")])
async def test_nobody_is_called_by_the_name_of_somebody_else_who_is_mentioned(
    bench: Bench, presiding: Presiding, who: str, name: str
) -> None:
    await presiding.hear(MODERATOR, f"ban {who} because of U9", called={"U9": "Ada"})

    [banned] = bench.done
    assert isinstance(banned, m.BanUser)
    assert banned.called == name


async def test_whoever_is_named_so_that_they_cannot_be_found_is_no_subject_of_a_measure(
    bench: Bench, presiding: Presiding
) -> None:
    with pytest.raises(InvalidValues, match="nobody here"):
        await presiding.hear(MODERATOR, "ban ?ben")
    assert bench.done == []


@pytest.mark.parametrize(
    ("words", "meant"),
    [("", True), ("help", True), ("ban x", True), ("blocklist add x", True),
     ("fashion, 1966", False), ("a cat", False)],
)  # fmt: skip
def test_a_prompt_that_begins_with_mod_is_no_measure(words: str, meant: bool) -> None:
    assert is_meant(words) is meant
