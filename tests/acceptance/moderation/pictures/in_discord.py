"""What moderators and members see in Discord."""

from collections.abc import Sequence
from dataclasses import replace

import bot.answers
from adapters.discord import answers
from adapters.discord.shapes import Json
from adapters.discord.verbs import mod_command
from bot import moderators
from bot.answers import USAGE, Answer
from bot.jobs import JobState, Requester
from bot.policy.blocklist import compiled
from bot.policy.measures import AddPattern, BanUser
from bot.policy.rulebook import Deed, Pattern
from bot.presiding import MOD, greeting
from bot.status import card_of
from tests.acceptance.discord.pictures.frames import STYLE, Spoken, Typing
from tests.acceptance.discord.pictures.states import ADA, TOWN, shown
from tests.acceptance.moderation.pictures import quiet_evening as evening
from tests.acceptance.pictures import subjects
from tests.acceptance.pictures.album import Album, Paint, Picture
from tests.acceptance.pictures.subjects import LIGHTHOUSE

BEN = Requester(tenant=TOWN, id="184026351947260416", name="Ben Okonkwo")
DMITRI = Requester(tenant=TOWN, id="230415926535897932", name="Dmitri")
NAMES = {ADA.requester.id: "Ada", BEN.id: BEN.name, DMITRI.id: DMITRI.name}


def part(*path: str) -> Json:
    """Return a part of /mod as a command of its own: what somebody sees who fills it in."""
    found = mod_command()
    for name in path:
        found = next(each for each in found["options"] if each["name"] == name)
    return {**found, "name": " ".join((MOD, *path))}


def _answered(who: str, answer: Answer, command: str = MOD) -> Spoken:
    return Spoken(body=answers.answered(answer), asked=f"{who} used /{command}", names=NAMES)


def greeted(paint: Paint) -> Picture:
    """What a server reads that lets the bot in."""
    body = answers.answered(greeting(f"/{MOD}"))
    return Picture(frames=[Spoken(body={**body, "flags": 0}, names=NAMES)])


def show(paint: Paint) -> Picture:
    """What holds for Ben, and how he stands."""
    held = evening.holding(BEN, evening.allowed(BEN.id, 60))
    return Picture(frames=[_answered("Maren", evening.shown(BEN, held, used=31, waiting=4), f"{MOD} show")])


def ban(paint: Paint) -> Picture:
    """A ban that is filled in, and its answer."""
    measure = BanUser(user=DMITRI.id, called=DMITRI.name, reason=evening.BAN, for_s=2 * evening.DAY_S)
    filled = (("user", "@Dmitri"), ("for", "2d"))
    typing = Typing(command=part("ban"), filled=filled, focused="reason", typed=evening.BAN)
    return Picture(frames=[typing, _answered("Maren", moderators.done(measure, 7), f"{MOD} ban")])


def blocklist(paint: Paint) -> Picture:
    """What a prompt would meet, and a word that is added."""
    measure = AddPattern(text="casino", deed=Deed.FLAG)
    ruling = compiled([Pattern(text="napalm", deed=Deed.REPLACE, replacement="tea")]).judge({"text": "a cup of napalm"})
    said: Sequence[tuple[Answer, str]] = (
        (moderators.tested(ruling), "test"),
        (moderators.done(measure), "add"),
    )
    return Picture(frames=[_answered("Maren", answer, f"{MOD} blocklist {verb}") for answer, verb in said])


def held(paint: Paint) -> Picture:
    """A message whose picture waits for a moderator, and one that was not let through."""
    order = replace(ADA.job(LIGHTHOUSE, 42), for_review=True)
    ended = replace(subjects.record(order, JobState.SUCCEEDED), withheld=subjects.files(1))
    card = card_of(ended, live=None, position=None, eta_s=None, described=subjects.DESCRIBED)
    return Picture(frames=[shown(card, paint)])


def refused(paint: Paint) -> Picture:
    """What members read, and where they look what they have left."""
    full = evening.holding(BEN)
    left = [("Waiting", "0 of 10"), ("Painted lately", "40 pictures in 22 jobs"), ("GPU time", "560 s")]
    left += evening.left(full, used=40, waiting=0)
    return Picture(
        frames=[
            _answered("Dmitri", evening.refused_by_ban(evening.holding(DMITRI, evening.banned(DMITRI.id))), "imagine"),
            _answered("Ben", evening.refused_by_quota(full), "imagine"),
            _answered("Ben", bot.answers.facts(USAGE, left), "usage"),
        ]
    )


ALBUM = Album(
    name="moderating-discord",
    of="moderating",
    style=STYLE,
    pictures={
        "greeting": greeted,
        "show": show,
        "ban": ban,
        "blocklist": blocklist,
        "held": held,
        "refused": refused,
    },
)
