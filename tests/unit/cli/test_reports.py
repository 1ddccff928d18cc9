"""`fairbrush reports`: what the operator reads."""

import json
from pathlib import Path

import pytest

from bot.cli.reports import as_data, reports, show
from bot.errors import StoreLost
from bot.jobs import JobId, Place, Requester, Tenant, job_id_of
from bot.reports import Report

GUILD = Tenant(platform="discord", id="1001")
REPORT = Report(
    job_id=JobId(job_id_of("discord", "1")),
    workflow="txt2img",
    requester=Requester(tenant=GUILD, id="7", name="Ada [bold]\x1b[31m"),
    reporter=Requester(tenant=GUILD, id="8", name="Ben"),
    place=Place(tenant=GUILD, channel="2002"),
    reason="It shows\x1b[2J\n my house.",
    at_ms=1_800_000_000_000,
)


def test_each_report_is_a_line_that_steers_no_terminal(capsys):
    show([REPORT])

    told = capsys.readouterr().out
    assert told.startswith("when (UTC)")
    assert "2027-01-15 08:00:00" in told
    assert "discord 1001 2002" in told
    assert str(REPORT.job_id)[:8] in told
    assert "Ada [bold]" in told
    assert "my house." in told
    assert "\x1b" not in told


def test_a_script_gets_all_of_it():
    told = json.loads(json.dumps(as_data(REPORT)))

    assert told["job"] == str(REPORT.job_id)
    assert told["reporter"] == {"id": "8", "name": "Ben"}
    assert told["reason"] == REPORT.reason


def test_without_reports_it_says_so(capsys):
    show([])

    assert capsys.readouterr().out == "Nothing was reported.\n"


def test_without_a_service_it_says_so(tmp_path: Path):
    with pytest.raises(StoreLost, match="No service runs here"):
        reports(state=tmp_path, limit=5, as_json=False)
