"""What moderators and members see in Slack."""

import bot.answers
from adapters.slack import answers
from adapters.slack.manifest import FAIRBRUSH
from bot import moderators
from bot.answers import USAGE, Answer
from bot.jobs import Requester
from bot.policy.measures import GrantMore
from bot.presiding import MOD
from tests.acceptance.moderation.pictures import quiet_evening as evening
from tests.acceptance.pictures.album import Album, Paint, Picture
from tests.acceptance.slack.pictures.blocks import Drawing
from tests.acceptance.slack.pictures.frames import STYLE, Posted, Typing
from tests.acceptance.slack.pictures.states import OFFICE

BEN = Requester(tenant=OFFICE, id="U034B5DEF", name="Ben Okonkwo")


def _whispered(answer: Answer) -> Posted:
    return Posted(body=answers.answered(answer), drawing=Drawing(names={BEN.id: BEN.name}), alone=True)


def grant(paint: Paint) -> Picture:
    """More for Ben: what is written, and the answer."""
    measure = GrantMore(user=BEN.id, called=BEN.name, for_s=evening.DAY_S, pictures=20)
    typed = f"/{FAIRBRUSH} {MOD} grant @ben 20 pictures 1d"
    return Picture(frames=[Typing(commands=(), typed=typed), _whispered(moderators.done(measure))])


def usage(paint: Paint) -> Picture:
    """What is left to Ben, and what he reads while everything is paused."""
    held = evening.holding(BEN, evening.granted(BEN.id, 20))
    rows = [("Waiting", "2 of 10"), ("Painted lately", "40 pictures in 22 jobs"), ("GPU time", "560 s")]
    rows += evening.left(held, used=40, waiting=2)
    return Picture(frames=[_whispered(bot.answers.facts(USAGE, rows)), _whispered(evening.refused_by_pause(OFFICE))])


ALBUM = Album(
    name="moderating-slack",
    of="moderating",
    style=STYLE,
    pictures={"grant": grant, "usage": usage},
)
