"""What a submission counts against."""

from bot.charges import Depths, charges_of, explained
from bot.errors import QueueFull
from bot.jobs import Requester, Tenant
from bot.ports import Settlement

DEPTHS = Depths(everybody=100, person=3)


def person(tenant: str = "guild", platform: str = "discord", id_: str = "7") -> Requester:
    return Requester(tenant=Tenant(platform=platform, id=tenant), id=id_, name="Ann")


def test_a_job_counts_for_its_person_and_for_everybody_until_it_ends():
    own, everybody = charges_of(person(), DEPTHS)

    assert (own.amount, own.ceiling, everybody.amount, everybody.ceiling) == (1, 3, 1, 100)
    assert {own.settlement, everybody.settlement} == {Settlement.RELEASED}


def test_one_person_has_one_cap_across_all_communities_of_a_platform():
    assert charges_of(person("one"), DEPTHS) == charges_of(person("two"), DEPTHS)
    assert charges_of(person(), DEPTHS) != charges_of(person(platform="slack"), DEPTHS)
    assert charges_of(person(), DEPTHS) != charges_of(person(id_="8"), DEPTHS)


def test_a_refusal_says_whose_limit_was_reached_and_when_to_try_again():
    own, everybody = (
        explained(QueueFull(counter=charge.counter, retry_after_s=9), person(), DEPTHS)
        for charge in charges_of(person(), DEPTHS)
    )

    assert "You have 3 jobs" in str(own)
    assert "queue is full" in str(everybody)
    assert own.retry_after_s == everybody.retry_after_s == 9


def test_an_unknown_limit_keeps_its_sentence():
    full = QueueFull("Enough for today.", counter="other", retry_after_s=1)

    assert explained(full, person(), DEPTHS) is full
