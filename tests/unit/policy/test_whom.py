"""Whom a measure is about: an id that the platform could have given, or nobody, and then nothing is done."""

import pytest

from bot.ids import PLATFORMS
from bot.jobs import Tenant
from bot.policy.measures import BanUser, PauseWork, ShowAudit, ShowRecent, Unban, refusal_of_whom

GUILD = Tenant(platform="discord", id="41771983423143937")
TEAM = Tenant(platform="slack", id="T0ACME123")
PAGE = Tenant(platform="web", id="local")


@pytest.mark.parametrize(
    ("user", "tenant"),
    [
        ("80351110224678912", GUILD),
        ("1234567890123456789", GUILD),
        ("U0ACME123", TEAM),
        ("W0ACME123", TEAM),
        ("ben", PAGE),
        ("cléo", PAGE),
        ("j.doe-2", PAGE),
        ("discord/80351110224678912", None),
        ("web/ben", None),
        ("ann", Tenant(platform="elsewhere", id="1")),  # of its ids nothing is known
    ],
)
def test_an_id_of_the_platform_is_somebodys(user, tenant):
    assert refusal_of_whom(BanUser(user=user, reason=""), tenant) is None


@pytest.mark.parametrize(
    ("user", "tenant", "told"),
    [
        *(
            (user, GUILD, "17 to 20 digits")
            for user in ("Dmitri", "nobody", "@dmitri", "discord/123", "123", "U0ACME123")
        ),
        *(
            (user, TEAM, "U… or W…")
            for user in ("dmitri", "u0acme123", "C0ACME123", "80351110224678912", "slack/U0ACME123")
        ),
        *((user, PAGE, "small letters") for user in ("Ben", "CLÉO", "@ben", "web/ben", "discord/80351110224678912")),
        ("discord/dmitri", None, "17 to 20 digits"),
        ("web/Ben", None, "small letters"),
        ("local/ben", None, "There is discord, slack, web."),
    ],
)
def test_what_is_no_id_there_is_refused_with_what_one_looks_like(user, tenant, told):
    for measure in (BanUser(user=user, reason=""), ShowRecent(user=user), ShowAudit(user=user)):
        assert told in str(refusal_of_whom(measure, tenant))


@pytest.mark.parametrize("tenant", [GUILD, TEAM, PAGE])
def test_a_refusal_is_one_sentence_with_what_was_said(tenant):
    told = str(refusal_of_whom(BanUser(user="Dmitri", reason=""), tenant))
    assert told.startswith("'Dmitri' is no id: ")
    assert told.endswith(".")
    assert ". " not in told
    assert tenant.platform in PLATFORMS


def test_a_ban_of_a_name_from_before_can_be_taken_back():
    assert refusal_of_whom(Unban(user="Dmitri"), GUILD) is None


def test_what_is_about_nobody_alone_is_asked_for_no_id():
    assert refusal_of_whom(PauseWork(message=""), GUILD) is None
    assert refusal_of_whom(ShowAudit(), None) is None
