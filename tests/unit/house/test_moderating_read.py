"""What members are said to read on the page for moderators is what they read."""

import re
from dataclasses import replace
from types import MappingProxyType

import pytest

from bot.errors import NotAllowed, NotLetIn, QueueFull, SubmissionError
from bot.houserules import Holding, held_by
from bot.jobs import Decision, JobState, Place, Requester, Review, Tenant
from bot.limits import Limits, explained
from bot.policy import tiers
from bot.policy.bans import refusal_of_pause
from bot.policy.blocklist import compiled, refusal_of_texts
from bot.policy.changes import Facts, change_of
from bot.policy.entitlements import SMALL, Standard
from bot.policy.measures import SetQuota, Unban
from bot.policy.meters import Take
from bot.policy.pace import Pace, Rate
from bot.policy.quotas import Per, Quota
from bot.policy.rulebook import Ban, Books, Entry, Pattern, Pause, Rulebook, everywhere
from bot.policy.terms import Terms, refusal_of_values
from bot.refusals import told
from bot.status import Described, card_of
from tests.acceptance.pictures.subjects import Ada, files, record
from tests.unit.house import HOUSE
from tests.unit.house.pages import Page
from tests.unit.house.test_documents import section

SAID = Page("moderating").table("What members read", "because of")

TOWN = Tenant(platform="discord", id="1")
BEN = Requester(tenant=TOWN, id="2", name="Ben")
NEWCOMER = Terms(tier="newcomer", workflows=frozenset({"txt2img"}), most={"steps": 20}, cooldown_s=60)


def holding(
    *said: Entry, wide: tuple[Entry, ...] = (), standard: Standard | None = None, limits: Limits | None = None
) -> Holding:
    """Return what holds for Ben."""
    near, far = ({each.key: each for each in entries} for entries in (said, wide))
    books = Books(
        everywhere=Rulebook(tenant=None, entries=MappingProxyType(far)),
        community=Rulebook(tenant=TOWN, entries=MappingProxyType(near)),
    )
    return held_by(books, BEN, (), limits or Limits(), now_ms=0, standard=standard or Standard())


def of_ban(ban: Ban, *, is_wide: bool = False) -> Exception:
    """Return what somebody banned is refused by."""
    refused = holding(wide=(ban,)).banned() if is_wide else holding(ban).banned()
    assert refused
    return refused


def of_pause(workflow: str | None, message: str) -> Exception:
    """Return what everybody is refused by while something is paused."""
    refused = refusal_of_pause(holding(Pause(workflow=workflow, message=message)).books, workflow or "txt2img")
    assert refused
    return refused


def of_words() -> Exception:
    """Return what whoever uses a word of the blocklist is refused by."""
    ruling = compiled([Pattern(text="casino")]).judge({"prompt": "a casino"})
    refused = refusal_of_texts(ruling)
    assert refused
    return refused


def of_quota(standard: Standard, retry_after_s: float) -> Exception:
    """Return what somebody is refused by whose quota is used up."""
    held = holding(standard=standard)
    full = QueueFull(counter=held.meters()[0].counter, retry_after_s=retry_after_s)
    return held.explained(full, Take(gpu_ms=14_000, pictures=1))


def of_tier(what: str) -> Exception:
    """Return what somebody is refused by for their tier's sake."""
    limits = Limits(tiers=(tiers.Tier(name="newcomer", users=frozenset({BEN.id}), terms=NEWCOMER),))
    held = holding(limits=limits)
    match what:
        case "workflow":
            refused = held.at_the_door("flux")
        case "values":
            refused = refusal_of_values(held.terms, {"steps": 50})
        case _:
            counter = held.charges(Take(gpu_ms=1, pictures=1))[-1].counter
            return held.explained(QueueFull(counter=counter, retry_after_s=42), Take(gpu_ms=1, pictures=1))
    assert refused
    return refused


def of_pace() -> Exception:
    """Return what somebody is refused by who asks as fast as a script."""
    pace = Pace(rate=Rate(burst=1, per_s=1.0))
    assert pace.refusal("ben", 0.0) is None
    refused = pace.refusal("ben", 0.0)
    assert refused
    return refused


DAILY = Standard(member=(Quota(per=Per.DAY, pictures=40),))
TWO_DAYS_MS = 2 * 86_400_000
REFUSED = {
    "a ban": lambda: of_ban(Ban(user=BEN.id, reason="spam", until_ms=TWO_DAYS_MS)),
    "a ban without an end or a reason": lambda: of_ban(Ban(user=BEN.id, reason="")),
    "a ban by the operator": lambda: of_ban(Ban(user=everywhere(BEN), reason=""), is_wide=True),
    "a pause": lambda: of_pause(None, "new cables till noon"),
    "a pause of one workflow": lambda: of_pause("flux", "its model is being replaced"),
    "the blocklist": of_words,
    "their quota": lambda: of_quota(DAILY, 3 * 3600),
    "everybody's quota together": lambda: of_quota(Standard(community=SMALL), 47 * 60),
    "too many waiting": lambda: explained(QueueFull(counter="person", retry_after_s=40), Limits()),
    "their tier": lambda: of_tier("workflow"),
    "their tier, and how much they asked for": lambda: of_tier("values"),
    "their tier, and how often they asked": lambda: of_tier("cooldown"),
    "asking very fast": of_pace,
    "a bot that is new here": NotLetIn,
}


@pytest.mark.parametrize("why", REFUSED)
def test_members_read_what_the_page_says(why):
    answer = told(REFUSED[why](), "")
    read = [each for part in answer.sections for each in (part.headline, *part.sentence) if each]
    quoted = re.findall(r"\*([^*]+)\*", SAID[why][0])

    assert quoted == read


def of_review(review: Review | None) -> str:
    """Return what a picture's message says that is for review."""
    ada = Ada(requester=BEN, place=Place(tenant=TOWN, channel="3"))
    order = replace(ada.job("a portrait", 1), for_review=True)
    made = replace(record(order, JobState.SUCCEEDED), review=review, withheld=files(1))
    return card_of(made, live=None, position=None, eta_s=None, described=Described(title="Text to image")).headline


REJECTED = Review(decision=Decision.REJECTED, by="Maren", reason="too close to a real person")


REVIEWED = {"a picture that is held": None, "a picture that you rejected": REJECTED}


@pytest.mark.parametrize("why", REVIEWED)
def test_a_message_says_of_a_review_what_the_page_says(why):
    assert SAID[why][0] == f"*{of_review(REVIEWED[why])}*"


def test_the_page_says_nothing_else_that_members_read():
    assert SAID.keys() == REFUSED.keys() | REVIEWED.keys()


def refused_change(measure: SetQuota | Unban, ceiling: tuple[Quota, ...] = ()) -> str:
    """Return what a moderator reads who wants more than they can."""
    ban = Ban(user=BEN.id, reason="")
    book = Rulebook(tenant=TOWN, entries=MappingProxyType({ban.key: ban}), firm=frozenset({ban.key}))
    with pytest.raises(SubmissionError) as refused:
        change_of(measure, Facts(book=book, now_ms=0, is_operator=False, ceiling=ceiling))
    return str(refused.value)


def test_moderators_read_of_their_bounds_what_the_page_says():
    quoted = re.findall(
        r"(?<!\*)\*([^*]+)\*(?!\*)", section("docs/moderating.md", "What you cannot do").replace("\n* ", "\n")
    )
    over = SetQuota(user=BEN.id, quotas=(Quota(per=Per.DAY, pictures=500),))

    assert quoted == [
        refused_change(over, (Quota(per=Per.DAY, pictures=400),)),
        refused_change(Unban(user=BEN.id)),
        "Only whoever runs this bot can do that.",
        NotAllowed.sentence,
    ]
    assert quoted[2] in (HOUSE / "bot" / "moderation.py").read_text()
