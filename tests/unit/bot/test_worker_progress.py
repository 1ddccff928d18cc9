"""Live progress: latest only, bounded, and never worth a fault."""

import asyncio

import pytest

from bot import reporting
from bot.errors import StoreLost
from bot.events import Entered, Previewed, Stage, Started, Stepped, Succeeded
from bot.jobs import run_id_of
from bot.reporting import MAX_PREVIEW_BYTES, Reporter
from tests.unit.bot.bench import PATIENCE_S, job

STEP = {"node": "3", "stage": Stage.PAINTING, "total": 20}


class Board:
    """Notes what is shown; `faults` calls are lost first."""

    def __init__(self, faults: int = 0) -> None:
        self.faults, self.shown, self.seen = faults, [], asyncio.Event()

    async def show(self, job_id, live, preview=None):
        if self.faults:
            self.faults -= 1
            raise StoreLost
        self.shown.append((live, preview))
        self.seen.set()


def reporter(board: Board, clock=lambda: 0.0) -> Reporter:
    return Reporter(board=board, job_id=job().id, run_id=run_id_of(job().id, 1), clock=clock)


async def _shown(reporter: Reporter, board: Board) -> None:
    board.seen.clear()
    showing = asyncio.create_task(reporter.show())
    async with asyncio.timeout(PATIENCE_S):
        await board.seen.wait()
    showing.cancel()
    await asyncio.gather(showing, return_exceptions=True)


async def test_many_events_at_once_are_shown_as_one_the_latest():
    board = Board()
    subject = reporter(board)
    for done in range(1, 10):
        await subject.report(Stepped(done=done, **STEP))
        await subject.report(Previewed(image=b"%d" % done, media_type="image/jpeg"))

    await _shown(subject, board)

    [(live, preview)] = board.shown
    assert (live.stage, live.done, live.total, preview) == (Stage.PAINTING, 9, 20, b"9")


async def test_what_is_shown_is_shown_again_before_it_expires_though_nothing_happens(monkeypatch):
    monkeypatch.setattr(reporting, "AGAIN_AFTER_S", 0.001)
    monkeypatch.setattr(reporting, "SHOWN_EVERY_S", 0.001)
    board = Board()
    subject = reporter(board)
    await subject.report(Entered(node="4", stage=Stage.LOADING))

    showing = asyncio.create_task(subject.show())
    async with asyncio.timeout(PATIENCE_S):
        while len(board.shown) < 3:
            board.seen.clear()
            await board.seen.wait()
    showing.cancel()

    assert {live.stage for live, _ in board.shown} == {Stage.LOADING}


async def test_another_preview_has_another_name_and_the_same_one_is_sent_once():
    board = Board()
    subject = reporter(board)
    names = []
    for image in (b"a", None, b"b"):
        if image:
            await subject.report(Previewed(image=image, media_type="image/jpeg"))
        await subject.report(Stepped(done=3, **STEP))
        await _shown(subject, board)
        names.append(board.shown[-1][0].preview)

    assert [preview for _, preview in board.shown] == [b"a", None, b"b"]
    assert names[0] == names[1] != names[2]


async def test_a_huge_preview_is_left_out():
    board = Board()
    subject = reporter(board)
    await subject.report(Previewed(image=bytes(MAX_PREVIEW_BYTES + 1), media_type="image/png"))

    await _shown(subject, board)

    assert board.shown[0][0].preview is None
    assert board.shown[0][1] is None


async def test_a_board_that_is_away_is_no_fault(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reporting, "SHOWN_EVERY_S", 0)
    board = Board(faults=1)
    subject = reporter(board)
    await subject.report(Started())
    showing = asyncio.create_task(subject.show())
    async with asyncio.timeout(PATIENCE_S):
        while board.faults:  # noqa: ASYNC110 - a lost call rings no bell
            await asyncio.sleep(0)
        await subject.report(Stepped(done=1, **STEP))
        await board.seen.wait()
    showing.cancel()
    await asyncio.gather(showing, return_exceptions=True)

    assert board.shown[-1][0].done == 1


async def test_gpu_time_runs_from_the_first_node_to_the_end_of_the_run():
    now = [10.0]
    subject = reporter(Board(), lambda: now[0])
    assert subject.gpu_ms() == 0
    await subject.report(Entered(node="3", stage=Stage.PAINTING))
    now[0] = 12.5
    assert subject.gpu_ms() == 2500
    await subject.report(Succeeded(files=()))
    now[0] = 99.0

    assert subject.gpu_ms() == 2500
