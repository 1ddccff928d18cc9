"""Messages that are to go: they go once their platform lets them, whoever asked for it and however often it fails."""

from bot.errors import ChatError
from bot.jobs import Left, MessageRef, Place
from bot.takedowns import Takedowns
from tests.fakes.memory_census import MemoryDoomed
from tests.unit.bot.bench import PLACE, job


class Chat:
    """A platform that refuses so many calls, each with the next of these errors."""

    name = "web"

    def __init__(self, *errors):
        self.errors, self.removed = list(errors), []

    async def remove(self, job, ref):
        if self.errors:
            raise self.errors.pop(0)
        self.removed.append(ref.id)


def left(number):
    return Left(job=job(f"{number}"), ref=MessageRef(place=PLACE, id=f"m{number}"))


async def test_every_message_goes_and_none_twice():
    doomed, chat = MemoryDoomed(), Chat()
    await doomed.doom([left(number) for number in range(45)])
    for _ in range(4):
        await Takedowns(platform=chat, doomed=doomed).round()

    assert sorted(chat.removed) == sorted(f"m{number}" for number in range(45))


async def test_what_does_not_go_now_goes_later_and_holds_up_nothing():
    doomed, chat = MemoryDoomed(), Chat(ChatError(reason="slow down"), TimeoutError())
    await doomed.doom([left(number) for number in range(3)])
    takedowns = Takedowns(platform=chat, doomed=doomed)
    await takedowns.round()
    assert chat.removed == ["m2"]

    await takedowns.round()
    assert sorted(chat.removed) == ["m0", "m1", "m2"]


async def test_what_is_gone_for_good_is_not_tried_again():
    doomed, chat = MemoryDoomed(), Chat(ChatError(gone=True))
    await doomed.doom([left(0)])
    await Takedowns(platform=chat, doomed=doomed).round()

    assert await doomed.doomed("web", limit=9) == []


async def test_each_platform_takes_its_own():
    doomed, chat = MemoryDoomed(), Chat()
    other = Place(tenant=PLACE.tenant.__class__(platform="discord", id="1"), channel="c")
    await doomed.doom([Left(job=job("1"), ref=MessageRef(place=other, id="m"))])
    await Takedowns(platform=chat, doomed=doomed).round()

    assert chat.removed == []
