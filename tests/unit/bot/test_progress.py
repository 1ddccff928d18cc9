"""Where a run stands, folded from its events."""

import pytest

from bot.errors import JobError
from bot.events import Entered, Failed, Interrupted, Previewed, RunEvent, Stage, Started, Stepped, Succeeded, Waiting
from bot.progress import Progress, advance


def _after(*timed: tuple[RunEvent, float]) -> Progress:
    progress = Progress()
    for event, now in timed:
        progress = advance(progress, event, now)
    return progress


def _step(done: int, total: int = 10, node: str = "3") -> Stepped:
    return Stepped(node=node, stage=Stage.PAINTING, done=done, total=total)


def test_a_run_behind_others_says_how_many_until_it_starts() -> None:
    assert _after((Waiting(ahead=2), 0)).ahead == 2
    assert _after((Waiting(ahead=2), 0), (Started(), 1)).ahead == 0


def test_the_first_step_alone_tells_no_pace() -> None:
    assert _after((_step(1), 5)).eta_s is None


def test_the_eta_comes_from_the_pace_of_the_steps_seen() -> None:
    progress = _after((_step(2), 10.0), (_step(4), 14.0))

    assert progress.eta_s == pytest.approx(12.0)
    assert progress.fraction == pytest.approx(0.4)


def test_another_node_starts_a_pace_of_its_own() -> None:
    assert _after((_step(1), 0), (_step(2), 9), (_step(1, node="4"), 10)).eta_s is None


def test_a_step_that_counts_backwards_starts_anew() -> None:
    assert _after((_step(5), 0), (_step(1), 3)).eta_s is None


def test_a_new_stage_has_nothing_done() -> None:
    progress = _after((_step(10), 0), (Entered(node="8", stage=Stage.DECODING), 1))

    assert (progress.stage, progress.done, progress.total, progress.fraction) == (Stage.DECODING, 0, 0, 0.0)


@pytest.mark.parametrize(
    "event", [Previewed(image=b"x", media_type="image/jpeg"), Failed(error=JobError()), Interrupted()]
)
def test_what_is_no_progress_changes_nothing(event: RunEvent) -> None:
    before = _after((_step(3), 0))

    assert advance(before, event, 1) == before


def test_success_leaves_nothing_to_wait_for() -> None:
    assert _after((_step(3), 0), (Succeeded(files=()), 1)).eta_s == 0.0
