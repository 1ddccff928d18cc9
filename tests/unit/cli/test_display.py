"""Progress in words, and how often a log gets a line of it."""

import asyncio

import pytest

from bot.cli import display
from bot.cli.display import counted, phrase, progress_reports
from bot.events import Entered, RunEvent, Stage, Started, Stepped, Waiting
from bot.progress import Progress


@pytest.mark.parametrize(
    ("progress", "words"),
    [
        (Progress(), "starting"),
        (Progress(ahead=1), "waiting behind 1 other on this GPU"),
        (Progress(ahead=3), "waiting behind 3 others on this GPU"),
        (Progress(stage=Stage.LOADING), "loading the model"),
    ],
)
def test_a_run_is_told_in_words(progress: Progress, words: str) -> None:
    assert phrase(progress) == words


@pytest.mark.parametrize(
    ("progress", "words"),
    [
        (Progress(), ""),
        (Progress(done=3, total=10), "step 3/10"),
        (Progress(done=3, total=10, eta_s=0.2), "step 3/10, about 1 s left"),
        (Progress(done=3, total=10, eta_s=65), "step 3/10, about 65 s left"),
        (Progress(done=3, total=10, eta_s=200), "step 3/10, about 3 min left"),
    ],
)
def test_steps_and_the_time_left_are_counted(progress: Progress, words: str) -> None:
    assert counted(progress) == words


def _log(capsys: pytest.CaptureFixture[str], events: list[RunEvent]) -> list[str]:
    async def follow() -> None:
        with progress_reports() as report:
            for event in events:
                await report(event)

    asyncio.run(follow())
    return capsys.readouterr().err.splitlines()


def test_a_log_gets_every_stage_and_the_last_step_but_not_every_step(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(display, "LINE_INTERVAL", 3600.0)
    steps = [Stepped(node="3", stage=Stage.PAINTING, done=done, total=30) for done in range(1, 31)]

    lines = _log(capsys, [Waiting(ahead=1), Started(), Entered(node="4", stage=Stage.LOADING), *steps])

    assert [line.partition(",")[0] for line in lines] == [
        "waiting behind 1 other on this GPU", "loading the model", "painting: step 1/30", "painting: step 30/30",
    ]  # fmt: skip


def test_the_bar_of_a_terminal_shows_words_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    with display._bar() as show:
        show(Progress(stage=Stage.PAINTING, done=1, total=2))
        show(Progress())

    assert "Traceback" not in capsys.readouterr().err
