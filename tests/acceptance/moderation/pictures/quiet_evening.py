"""An evening in a community: who is there, what was said of them, and what each is told. As the code says it."""

from collections.abc import Mapping
from types import MappingProxyType

from bot.answers import Answer
from bot.errors import QueueFull, SubmissionError
from bot.houserules import Holding, held_by
from bot.jobs import Requester, Tenant
from bot.leases import Counted, Span
from bot.limits import Limits
from bot.moderators import of_user
from bot.naming import person
from bot.policy.bans import refusal_of_pause
from bot.policy.blocklist import compiled, refusal_of_texts
from bot.policy.entitlements import Standard
from bot.policy.meters import Take
from bot.policy.quotas import Per, Quota
from bot.policy.rulebook import Allowance, Ban, Books, Entry, Grant, Pattern, Pause, Rulebook
from bot.policy.usage import Usage, told, usage_of
from bot.refusals import told as put_into_words
from tests.acceptance.pictures.subjects import NOW_S

NOW_MS = NOW_S * 1000
DAY_S = 86_400
HOUR_MS = 3_600_000
TAKE = Take(gpu_ms=14_000, pictures=1)
"""What a picture takes here."""

FORTY = Quota(per=Per.DAY, pictures=40)
SMALL = Quota(per=Per.DAY, gpu_s=4 * 3600)
STANDARD = Standard(member=(FORTY,), community=(Quota(per=Per.DAY, gpu_s=40_000),), zone="Europe/Berlin")
CABLES = "new cables till noon"
BAN = "the same advert in every picture"


def holding(who: Requester, *said: Entry, standard: Standard = STANDARD) -> Holding:
    """Return what holds for somebody of whom moderators have said these."""
    entries: Mapping[str, Entry] = MappingProxyType({each.key: each for each in said})
    books = Books(everywhere=Rulebook(tenant=None), community=Rulebook(tenant=who.tenant, entries=entries))
    return held_by(books, who, (), Limits(), now_ms=NOW_MS, standard=standard)


def allowed(user: str, pictures: int) -> Allowance:
    """Return that somebody may have so many pictures a day."""
    return Allowance(user=user, quotas=(Quota(per=Per.DAY, pictures=pictures),))


def granted(user: str, pictures: int) -> Grant:
    """Return that somebody may have so many more for a day, of which an hour is over."""
    return Grant(user=user, until_ms=NOW_MS + DAY_S * 1000 - HOUR_MS, pictures=pictures)


def banned(user: str) -> Ban:
    """Return that somebody is banned for two days."""
    return Ban(user=user, reason=BAN, until_ms=NOW_MS + 2 * DAY_S * 1000)


def usages(held: Holding, used: int, waiting: int) -> tuple[Usage, ...]:
    """Return how somebody's quotas stand who used so many pictures, and has so many waiting."""
    took = {"pictures": 1, "gpu": TAKE.gpu_ms}
    meters = held.meters()
    counted = {meter.counter: _counted(took[meter.unit], used, waiting) for meter in meters}
    return usage_of(meters, counted, held.now_ms)


def _counted(each: int, used: int, waiting: int) -> Counted:
    ends_ms = NOW_MS + 3 * HOUR_MS
    return Counted(spans=(Span(ends_ms=ends_ms, count=each * (used + waiting), held=each * waiting),))


def shown(who: Requester, held: Holding, *, used: int, waiting: int) -> Answer:
    """Return what `show` answers."""
    return of_user(person(who.name, who.id), held, usages(held, used, waiting), TAKE, waiting)


def left(held: Holding, *, used: int, waiting: int) -> list[tuple[str, str]]:
    """Return what /usage says of somebody's quotas."""
    return [("Quota", told(each, TAKE)) for each in usages(held, used, waiting)]


def refused_by_ban(held: Holding) -> Answer:
    """Return what somebody banned reads."""
    refused = held.banned()
    assert refused is not None
    return read(refused)


def refused_by_quota(held: Holding) -> Answer:
    """Return what somebody reads whose first quota is used up, for three hours more."""
    full = QueueFull(counter=held.meters()[0].counter, retry_after_s=3 * 3600)
    return read(held.explained(full, TAKE))


def refused_by_pause(tenant: Tenant) -> Answer:
    """Return what everybody reads while everything is paused."""
    paused = Pause(workflow=None, message=CABLES)
    books = Books(
        everywhere=Rulebook(tenant=None),
        community=Rulebook(tenant=tenant, entries=MappingProxyType({paused.key: paused})),
    )
    refused = refusal_of_pause(books, "flux")
    assert refused is not None
    return read(refused)


def refused_by_words() -> Answer:
    """Return what somebody reads whose words are on the blocklist."""
    refused = refusal_of_texts(compiled([Pattern(text="casino")]).judge({"prompt": "a casino"}))
    assert refused is not None
    return read(refused)


def read(refused: SubmissionError | QueueFull) -> Answer:
    """Return a refusal as it is told."""
    return put_into_words(refused, "")
