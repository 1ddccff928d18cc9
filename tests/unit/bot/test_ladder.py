"""The ladder, down which the end of a job is told, without any platform: rungs that hold or do not."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from bot.errors import ChatError
from bot.jobs import Job, JobState, MessageRef, Place, Requester, Tenant, nonce_of
from bot.ladder import MOVED, Kind, Ladder, Loss, Posted, posted_of
from bot.status import StatusCard
from tests.contracts.chat.cards import card_in, job_at

TOWN = Tenant(platform="town", id="1")
JOB = job_at(Place(tenant=TOWN, channel="22"), Requester(tenant=TOWN, id="3", name="Ada"))
RUNNING = card_in(JOB, JobState.RUNNING)
ENDED = card_in(JOB, JobState.SUCCEEDED)
NONCE = nonce_of(JOB.id)
HERE = Posted(kind=Kind.CHANNEL, channel="22", message="44")


class Broken(ChatError):
    """A rung that does not hold."""

    def __init__(self, loss: Loss | None) -> None:
        super().__init__(reason="broken", detail="broken, it seems")
        self.loss = loss


@dataclass(kw_only=True)
class Scripted:
    """Rungs of which some are broken."""

    broken: dict[str, Loss | None] = field(default_factory=dict)
    calls: list[tuple[str, str, object]] = field(default_factory=list)  #: rung, nonce or message, what else it was told

    def loss(self, error: ChatError) -> Loss | None:
        return error.loss if isinstance(error, Broken) else None

    async def change(self, job: Job, posted: Posted, card: StatusCard, *, remarks: Sequence[str]) -> None:
        self._called("change", posted.message, remarks)

    async def post(self, job: Job, card: StatusCard, *, nonce: str, answers: Posted | None) -> Posted:
        self._called("post", nonce, answers)
        return Posted(kind=Kind.CHANNEL, message="55")

    async def post_alone(self, job: Job, card: StatusCard, *, nonce: str, remarks: Sequence[str]) -> Posted:
        self._called("post_alone", nonce, remarks)
        return Posted(kind=Kind.DIRECT, channel="9", message="66")

    def _called(self, rung: str, whom: str, told: object) -> None:
        self.calls.append((rung, whom, told))
        if rung in self.broken:
            raise Broken(self.broken[rung])


@pytest.mark.parametrize(
    ("text", "posted"),
    [
        ("i/44", Posted(kind=Kind.RESPONSE, channel="22", message="44")),
        ("c/44", HERE),
        ("d/9/44", Posted(kind=Kind.DIRECT, channel="9", message="44")),
        ("lost", Posted(kind=Kind.LOST)),
    ],
)
def test_a_ref_is_read_as_it_was_written(text, posted):
    ref = MessageRef(place=JOB.place, id=text)

    assert posted_of(ref) == posted
    assert posted.ref(JOB) == ref


@pytest.mark.parametrize("text", ["", "x/44", "44", "i/44/45", "d/44"])
def test_a_ref_of_nobodys_is_lost(text):
    assert posted_of(MessageRef(place=JOB.place, id=text)).kind is Kind.LOST


async def test_what_can_be_changed_stays_where_it_is():
    rungs = Scripted()
    assert await Ladder(rungs).edit(JOB, HERE.ref(JOB), ENDED) == HERE.ref(JOB)
    assert rungs.calls == [("change", "44", ())]


async def test_what_is_told_in_private_says_why_with_every_change():
    rungs, alone = Scripted(), Posted(kind=Kind.DIRECT, channel="9", message="66")
    await Ladder(rungs).edit(JOB, alone.ref(JOB), ENDED)
    assert rungs.calls == [("change", "66", (MOVED,))]


async def test_a_message_that_is_lost_is_not_made_anew_before_there_is_an_end_to_tell():
    rungs = Scripted(broken={"change": Loss.GONE})
    lost = await Ladder(rungs).edit(JOB, HERE.ref(JOB), RUNNING)
    assert posted_of(lost).kind is Kind.LOST
    assert [rung for rung, _, _ in rungs.calls] == ["change"]


async def test_the_end_of_a_lost_message_is_told_anew_and_nothing_lost_is_asked_for():
    rungs = Scripted()
    ref = await Ladder(rungs).edit(JOB, Posted(kind=Kind.LOST).ref(JOB), ENDED)
    assert posted_of(ref) == replace(HERE, message="55")
    assert rungs.calls == [("post", f"{NONCE}e", None)]


@pytest.mark.parametrize(("loss", "answers"), [(Loss.GONE, None), (Loss.STUCK, HERE)])
async def test_a_message_that_still_stands_there_is_answered(loss: Loss, answers: Posted | None):
    rungs = Scripted(broken={"change": loss})
    await Ladder(rungs).edit(JOB, HERE.ref(JOB), ENDED)
    assert rungs.calls[1] == ("post", f"{NONCE}e", answers)


async def test_an_end_that_cannot_be_told_there_is_told_in_private():
    rungs = Scripted(broken={"post": Loss.GONE})
    ref = await Ladder(rungs).anew(JOB, ENDED, NONCE)
    assert posted_of(ref) == Posted(kind=Kind.DIRECT, channel="9", message="66")
    assert rungs.calls[1] == ("post_alone", f"{NONCE}d", (MOVED,))


async def test_nobody_is_written_to_in_private_before_the_end():
    rungs = Scripted(broken={"post": Loss.GONE})
    assert posted_of(await Ladder(rungs).anew(JOB, RUNNING, NONCE)).kind is Kind.LOST
    assert [rung for rung, _, _ in rungs.calls] == ["post"]


async def test_where_no_rung_holds_the_message_is_gone_for_good():
    rungs = Scripted(broken=dict.fromkeys(("change", "post", "post_alone"), Loss.GONE))
    with pytest.raises(ChatError, match="could not be shown") as caught:
        await Ladder(rungs).edit(JOB, HERE.ref(JOB), ENDED)
    assert caught.value.gone
    assert caught.value.reason == "neither there nor in private: broken"


@pytest.mark.parametrize("rung", ["change", "post", "post_alone"])
async def test_what_may_pass_is_left_to_whoever_tries_again(rung: str):
    above = ("change", "post", "post_alone")
    rungs = Scripted(broken={**dict.fromkeys(above[: above.index(rung)], Loss.GONE), rung: None})
    with pytest.raises(Broken):
        await Ladder(rungs).edit(JOB, HERE.ref(JOB), ENDED)
    assert rungs.calls[-1][0] == rung
