"""`fairbrush console`: a link for whoever has the command line, and everybody out, beside a service that runs."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.redis.engine import open_engine
from adapters.redis.opening import open_redis
from bot.cli.console import console
from bot.console.sessions import ConsoleSession, digest_of
from bot.errors import StoreLost
from bot.policy.measures import Rank
from bot.signing_in import SigningIn


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("FAIRBRUSH_PUBLIC_URL", "FAIRBRUSH_REDIS_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
async def url(tmp_path: Path) -> AsyncIterator[str]:
    async with open_engine(tmp_path / "store") as url:
        yield url


async def run(tmp_path: Path, *, port: int | None = None, end_all: bool = False, as_json: bool = False) -> None:
    """Run the command beside this event loop, as a process of its own would."""
    await asyncio.to_thread(console, port=port, state=tmp_path, end_all=end_all, as_json=as_json)


async def begun(url: str, link: str) -> ConsoleSession | None:
    async with open_redis(url) as pool:
        cookie = await SigningIn(sessions=pool.sessions).begin(link.strip().partition("#")[2])
        return (await pool.sessions.read(digest_of(cookie)))[0] if cookie else None


async def test_a_link_lets_the_operator_in_once_and_the_audit_says_so(url, tmp_path, capsys):
    await run(tmp_path)
    told = capsys.readouterr()
    session = await begun(url, told.out)

    assert told.out.startswith("http://127.0.0.1:8800/console/sign-in#")
    assert "works once" in told.err
    assert session
    assert (session.actor.rank, session.actor.tenant) == (Rank.OPERATOR, None)
    assert await begun(url, told.out) is None
    async with open_redis(url) as pool:
        assert [each.measure for each in await pool.audit.newest(None, limit=9)] == ["console"]


async def test_a_link_leads_to_where_the_page_is(url, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("FAIRBRUSH_PUBLIC_URL", "https://paint.example")
    await run(tmp_path)
    public = capsys.readouterr()
    await run(tmp_path, port=8801, as_json=True)
    local = json.loads(capsys.readouterr().out)

    assert public.out.startswith("https://paint.example/console/sign-in#")
    assert "Nothing answers" not in public.err
    assert local["url"].startswith("http://127.0.0.1:8801/console/sign-in#")
    assert local["works_for_s"] == 300


async def test_a_link_never_leads_to_where_it_could_be_overheard(url, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("FAIRBRUSH_PUBLIC_URL", "http://paint.example")
    await run(tmp_path)

    assert capsys.readouterr().out.startswith("http://127.0.0.1:8800/console/sign-in#")


async def test_it_is_said_when_there_is_no_page_at_that_port(url, tmp_path, capsys):
    came = asyncio.Event()

    def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()
        came.set()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        await run(tmp_path, port=port)
        await came.wait()
    assert "Nothing answers" not in capsys.readouterr().err

    await run(tmp_path, port=port)
    assert f"Nothing answers on port {port}" in capsys.readouterr().err


async def test_everybody_can_be_signed_out_at_once(url, tmp_path, capsys):
    await run(tmp_path)
    link = capsys.readouterr().out
    await run(tmp_path)
    session = await begun(url, capsys.readouterr().out)
    await run(tmp_path, end_all=True)

    assert "Everybody is signed out" in capsys.readouterr().out
    assert await begun(url, link) is None
    async with open_redis(url) as pool:
        assert session
        assert (await pool.sessions.read(session.id))[0] is None
        assert (await pool.audit.newest(None, limit=1))[0].measure == "console-end"


def test_without_a_service_it_is_said_what_to_do(tmp_path):
    with pytest.raises(StoreLost, match="fairbrush serve"):
        console(port=None, state=tmp_path, end_all=False, as_json=False)
