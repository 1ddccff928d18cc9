"""What a terminal is told, and with which exit code."""

import json

import pytest

from bot.cli.terminal import FAILED, WRONG, say, say_table, tell
from bot.errors import ConfigError, OutOfMemory, ServerLost, UnknownWorkflow
from workflows.faults import Fault, InvalidValues

FAULTS = InvalidValues([Fault(parameter="steps", reason="is odd."), Fault(parameter="cfg", reason="is even.")])


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (FAULTS, WRONG),
        (ConfigError(["one", "two"]), WRONG),
        (UnknownWorkflow("There is none."), WRONG),
        (OutOfMemory(), FAILED),
        (ExceptionGroup("tasks", [OutOfMemory()]), FAILED),
        (ZeroDivisionError("at /srv/secret"), FAILED),
    ],
)
def test_every_error_is_told_once_with_its_exit_code(
    error: Exception, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tell(error, as_json=False) == code

    told = capsys.readouterr()
    assert told.err
    assert not told.out
    assert "/srv" not in told.err


def test_faults_come_line_by_line_or_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    tell(FAULTS, as_json=False)
    assert capsys.readouterr().err == "steps: is odd.\ncfg: is even.\n"

    tell(FAULTS, as_json=True)
    assert [fault["parameter"] for fault in json.loads(capsys.readouterr().out)["faults"]] == ["steps", "cfg"]


def test_an_error_as_json_has_its_code_and_its_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    tell(OutOfMemory(), as_json=True)

    assert json.loads(capsys.readouterr().out)["error"]["code"] == "out_of_memory"


def test_an_unknown_error_shows_its_trace_only_when_asked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAIRBRUSH_DEBUG", "1")

    tell(ZeroDivisionError("at /srv/secret"), as_json=False)

    assert "ZeroDivisionError" in capsys.readouterr().err


def test_what_the_log_needs_is_logged_when_asked_for_and_only_then(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = ServerLost(detail="GET /queue at\x1b[31m 10.0.0.7")
    lost.__cause__ = ConnectionResetError("peer is gone")
    monkeypatch.delenv("FAIRBRUSH_DEBUG", raising=False)
    tell(lost, as_json=False)
    assert capsys.readouterr().err == "The GPU cannot be reached.\n"

    monkeypatch.setenv("FAIRBRUSH_DEBUG", "1")
    tell(lost, as_json=False)

    line = 'code=server_lost detail="GET /queue at[31m 10.0.0.7" cause="ConnectionResetError: peer is gone"'
    assert capsys.readouterr().err.splitlines() == [line, "The GPU cannot be reached."]


def test_the_reference_of_an_unknown_error_is_in_the_log(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAIRBRUSH_DEBUG", "1")

    tell(ZeroDivisionError("at /srv/secret"), as_json=False)

    *log, sentence = capsys.readouterr().err.splitlines()
    reference = sentence.partition("(")[2].partition(")")[0]
    assert log[0] == f"code=internal reference={reference}"
    assert log[-1] == "ZeroDivisionError: at /srv/secret"


def test_text_is_inert(capsys: pytest.CaptureFixture[str]) -> None:
    say("\x1b[31m[bold]red[/bold]")
    say_table([("[/]", "\x1b]0;x\x07y")])

    assert capsys.readouterr().out.splitlines() == ["[31m[bold]red[/bold]", "[/]  ]0;xy"]


def test_a_table_has_its_heads_above_and_numbers_flush_right(capsys: pytest.CaptureFixture[str]) -> None:
    say_table([("gpu1", "7"), ("gpu2", "140")], head=("GPU", "jobs"), right=(1,))

    assert capsys.readouterr().out.splitlines() == ["GPU   jobs", "gpu1     7", "gpu2   140"]
