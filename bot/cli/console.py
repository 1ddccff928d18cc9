"""`fairbrush console`: lets whoever has this command line into the console, and everybody out of it."""

import asyncio
from dataclasses import replace
from pathlib import Path

from bot.answers import Answer, Link
from bot.cli.answers import say_answer
from bot.cli.moderating import Where, opened_bench, operator
from bot.cli.service import state_folder
from bot.cli.setting_up import load_settings
from bot.cli.store import store_url
from bot.cli.terminal import note, say, say_json
from bot.console.sessions import LINK_S, LINK_TIME
from bot.errors import StoreLost, SubmissionError
from bot.moderation import Moderation
from bot.policy.measures import CloseConsole, OpenConsole
from bot.settings import address
from bot.signing_in import SigningIn

PORT = 8800
"""Where a page is unless somebody says otherwise."""

_ANSWER_S = 1.0

_NOT_RUNNING = "No service runs here, and the console is a part of its page. Start one: fairbrush serve."
_ONCE = f"It works once, within {LINK_TIME}. Whoever opens it is let in as you."


def console(*, port: int | None, state: Path | None, end_all: bool, as_json: bool) -> None:
    """Print a link to the console, or sign everybody out; raises SubmissionError or StoreLost."""
    settings = load_settings()
    if store_url(settings, state_folder(state or settings.state_dir)) is None:
        raise StoreLost(_NOT_RUNNING)
    if end_all:
        _say_ended(asyncio.run(_end_all(state)), as_json=as_json)
        return
    public = address(settings)
    local = port if port is not None or public else PORT
    base = public if local is None else f"http://127.0.0.1:{local}"
    link = asyncio.run(_link(state, base or ""))
    if local is not None and not asyncio.run(_is_served(local)):
        note(f"Nothing answers on port {local} of this machine. Say which one the page has: --port NUMBER.")
    _say_link(link, as_json=as_json)


async def _link(state: Path | None, base: str) -> str:
    async with opened_bench(Where(community=None, state=state)) as bench:
        here = replace(bench, signing_in=replace(_signing_in(bench), here=base))
        return _address(await here.do(operator(), OpenConsole(), None))


async def _end_all(state: Path | None) -> Answer:
    async with opened_bench(Where(community=None, state=state)) as bench:
        return await bench.do(operator(), CloseConsole(), None)


def _signing_in(bench: Moderation) -> SigningIn:
    if bench.signing_in is None:
        raise SubmissionError("There is no console here.")
    return bench.signing_in


def _address(answer: Answer) -> str:
    pieces = (piece for section in answer.sections for piece in section.sentence)
    return next(piece.address for piece in pieces if isinstance(piece, Link))


async def _is_served(port: int) -> bool:
    try:
        async with asyncio.timeout(_ANSWER_S):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True


def _say_link(address: str, *, as_json: bool) -> None:
    if as_json:
        say_json({"url": address, "works_for_s": LINK_S})
    else:
        note(_ONCE)
        say(address)


def _say_ended(answer: Answer, *, as_json: bool) -> None:
    if as_json:
        say_json({"ended": "all"})
    else:
        say_answer(answer, as_json=False)
