"""`fairbrush queue`: what the operator reads."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len

from bot.cli.queue import look, queue, show
from bot.cli.queue_rows import as_data
from bot.cli.terminal import FAILED, tell
from bot.errors import StoreLost
from bot.jobs import Tenant, job_id_of
from bot.overview import Community, Facts, Lane, Member, Tags, WaitingJob, next_jobs
from bot.ports import LaneTable
from tests.fakes.memory_store import MemoryStore
from tests.unit.bot.bench import job

ADA = Member(
    name="Ada [bold]\x1b[31m\nand a name that goes on and on",
    weight=1000,
    waiting=3,
    running=1,
    waiting_ms=24_000,
    used_ms=30_000,
    tags=[Tags(lane="any", tag=12_000_000, clock=0)],
    jobs=[WaitingJob(id=job_id_of("web", "1"), estimate_ms=8000, lanes=("any",))],
)
BEN = replace(ADA, name="Ben", waiting=1, running=0, waiting_ms=8000, used_ms=0, tags=(), jobs=())
STUDIO = Community(
    tenant=Tenant(platform="web", id="local"),
    weight=1000,
    crowd=2000,
    waiting=4,
    running=1,
    waiting_ms=32_000,
    used_ms=30_000,
    tags=[Tags(lane="any", tag=0, clock=0)],
    members=[ADA, BEN],
)
LANE = Lane(name="any", servers=["gpu1", "gpu2"], waiting=4, waiting_ms=32_000)
FACTS = Facts(lanes=[LANE], communities=[STUDIO], waiting=4, running=1, weight=1000, used_ms=40_000)
COMING = [(each, "txt2img") for each in next_jobs(FACTS, 10)]
EMPTY = Facts(lanes=[replace(LANE, waiting=0, waiting_ms=0)], communities=(), waiting=0, running=0, weight=0, used_ms=0)


def test_shares_stand_beside_what_is_due_and_the_next_jobs_below(capsys: pytest.CaptureFixture[str]) -> None:
    show(FACTS, COMING, 10)

    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["gpu1,", "gpu2", "4", "32", "s"] in lines
    assert ["web", "local", "4", "1", "32", "s", "100%", "75%", "0", "s"] in lines
    assert ["Ben", "1", "0", "8", "s", "50%", "0%", "–"] in lines
    assert ["everybody", "else", "0", "0", "–", "–", "25%", "–"] in lines
    [next_one] = [line for line in lines if line and line[0] == f"{job_id_of('web', '1')}"[:8]]
    assert next_one[1] == "txt2img"
    assert next_one[-5:] == ["8", "s", "in", "3", "s"]


def test_of_what_waits_only_for_caps_or_for_a_gpu_nobody_says_that_it_takes_no_time(
    capsys: pytest.CaptureFixture[str],
) -> None:
    facts = replace(
        FACTS, lanes=[replace(LANE, waiting=3, waiting_ms=0), Lane(name="", servers=[], waiting=2, waiting_ms=0)]
    )

    show(facts, [], 10)

    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["gpu1,", "gpu2", "3", "–"] in lines
    assert ["none", "has", "what", "they", "need", "2", "–"] in lines
    assert [each["gpu_s"] for each in as_data(facts, [], 10)["lanes"]] == [None, None]  # type: ignore[attr-defined]


async def test_what_is_shown_next_is_what_the_store_knows_with_its_workflow() -> None:
    store = MemoryStore()
    await store.lay(LaneTable(servers={"gpu": "1"}, routes={job("1").requirement: ("1",)}))
    await store.enqueue(job("1"))

    facts, coming = await look(store, store, 10)

    assert facts.waiting == 1
    assert [(each.job.id, workflow) for each, workflow in coming] == [(job("1").id, job("1").workflow)]


def test_a_name_is_one_line_without_markup_and_a_row_fits_into_80_columns(capsys: pytest.CaptureFixture[str]) -> None:
    large = replace(STUDIO, tenant=Tenant(platform="discord", id="123456789012345678"), waiting=123_456, running=1000)
    show(replace(FACTS, communities=[replace(large, waiting_ms=10**9)], waiting=123_456), COMING, 10)

    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "\n  Ada [bold][31m and" in shown
    assert max(map(cell_len, shown.splitlines())) <= 80


def test_nobody_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    show(EMPTY, (), 10)

    assert capsys.readouterr().out == "Nobody waits, and nothing runs.\n"


def test_what_no_gpu_can_serve_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    stuck, empty = replace(LANE, name="", servers=()), replace(LANE, name="2", servers=())
    many = replace(LANE, name="3", servers=[f"a-gpu-with-a-long-name-{number}" for number in range(9)])

    show(replace(FACTS, lanes=[stuck, empty, many]), COMING, 10)

    shown = capsys.readouterr().out
    assert "none has what they need" in shown
    assert "none at the moment" in shown
    assert "counted with each" in shown
    assert "9 GPUs, a-gpu-with-a-long-name-0 and others" in shown


def test_those_who_are_not_listed_are_summed_up(capsys: pytest.CaptureFixture[str]) -> None:
    show(replace(FACTS, communities=[replace(STUDIO, members=[BEN])], waiting=9), COMING, 10)

    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["others", "3", "1", "–", "–", "75%", "–"] in lines
    assert ["everybody", "else", "5", "0", "–", "–", "25%", "–"] in lines


def test_whoever_is_behind_reads_by_how_much(capsys: pytest.CaptureFixture[str]) -> None:
    behind = replace(ADA, tags=[Tags(lane="any", tag=-4_000_000, clock=8_000_000)])
    show(replace(FACTS, communities=[replace(STUDIO, members=[behind, BEN])]), COMING, 10)

    assert "75%  −12 s" in capsys.readouterr().out


def test_a_script_reads_numbers() -> None:
    data = json.loads(json.dumps(as_data(FACTS, COMING, 10)))

    assert data["lanes"] == [{"name": "any", "gpus": ["gpu1", "gpu2"], "waiting": 4, "gpu_s": 32.0}]
    [studio] = data["communities"]
    assert (studio["platform"], studio["id"], studio["due"], studio["had"]) == ("web", "local", 1.0, 0.75)
    assert [member["ahead_s"] for member in studio["members"]] == [12.0, None]
    [first] = data["next"]
    assert (first["id"], first["takes_s"], first["starts_in_s"]) == (str(job_id_of("web", "1")), 8.0, 2.666)


def test_where_no_service_runs_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(StoreLost, match="No service runs here"):
        queue(state=tmp_path / "state", limit=10, as_json=False)


def test_a_redis_that_cannot_be_reached_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FAIRBRUSH_REDIS_URL", f"unix://{tmp_path}/nobody.sock")
    monkeypatch.setattr("bot.cli.queue._DEADLINE_S", 0.1)

    with pytest.raises(StoreLost) as lost:
        queue(state=tmp_path / "state", limit=10, as_json=False)

    assert tell(lost.value, as_json=False) == FAILED
    assert "cannot be reached" in capsys.readouterr().err
