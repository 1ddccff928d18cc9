"""A process with the strict Discord of the tests, and people who ask: one line in, one line out.

Times are seconds since 1970, one clock for all processes of a machine.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from time import monotonic, process_time
from typing import Any

from benchmarks.discord_parts.numbers import number_in, prompt_of
from benchmarks.pool_parts.hosting import answer
from tests.fakes.discord.members import Member, NoAnswer
from tests.fakes.discord.server import FakeDiscord
from tests.fakes.discord.state import Channel, Message
from tests.fakes.headlines import PAINTED

_PATIENCE_S = 60.0


class Town:
    """Guilds with a channel each, and a person in each."""

    def __init__(self, stack: AsyncExitStack) -> None:
        self._stack = stack
        self._discord = FakeDiscord()
        self._people: Sequence[tuple[Member, Channel]] = ()

    async def do(self, asked: Mapping[str, Any]) -> object:
        """Do what a line says."""
        match asked["verb"]:
            case "open":
                return await self._open(asked["guilds"])
            case "ready":
                await self._ready()
                return None
            case "ask":
                return await self._ask(asked["first"], asked["jobs"], asked["within_s"])
            case "painted":
                return sum(_painted_at(each) is not None for each in self._messages())
            case "seen":
                return self._seen()
            case verb:
                raise ValueError(verb)

    async def _open(self, guilds: int) -> Mapping[str, str]:
        discord = await self._stack.enter_async_context(self._discord)
        founded = [discord.guild(f"town{number}") for number in range(guilds)]
        self._people = [
            (discord.member(f"person{number}", guild), discord.channel(guild, "general"))
            for number, guild in enumerate(founded)
        ]
        return {"api": discord.url, "gateway": discord.gateway.url, "token": discord.token}

    async def _ready(self) -> None:
        """Return once the bot listens and its commands are there."""
        discord = self._discord
        await discord.until(lambda: bool(discord.gateway.connected) and "imagine" in discord.commands(), _PATIENCE_S)

    async def _ask(self, first: int, jobs: int, within_s: float) -> Mapping[str, object]:
        """Let everybody ask in turn; returns how long each first answer took, and how many got none."""
        async with asyncio.TaskGroup() as tasks:
            asking = [
                tasks.create_task(self._ask_one(first + number, number * within_s / jobs)) for number in range(jobs)
            ]
        took = [each.result() for each in asking]
        answered = [each for each in took if each is not None]
        return {"answers_s": answered, "unanswered": len(took) - len(answered)}

    async def _ask_one(self, number: int, after_s: float) -> float | None:
        await asyncio.sleep(after_s)
        member, channel = self._people[number % len(self._people)]
        began = monotonic()
        try:
            await member.slash(channel, "imagine", prompt=prompt_of(number))
        except NoAnswer:
            return None
        return monotonic() - began

    def _messages(self) -> Iterator[Message]:
        return (each for each in self._discord.world.messages() if each.author.is_bot and not each.is_ephemeral)

    def _seen(self) -> Mapping[str, object]:
        record = self._discord.record
        return {
            "messages": [(number_in(each.text), _painted_at(each)) for each in self._messages()],
            "cpu_s": process_time(),
            "edits": sum(each.method == "PATCH" and each.status == 200 for each in record.calls),
            "calls": len(record.calls),
            "too_many": len(record.too_many),
            "refused": [f"{each.name}: {each.status} {each.code}" for each in record.refused][:20],
        }


def _painted_at(message: Message) -> float | None:
    return next((each.at for each in message.versions if PAINTED in each.text and each.files), None)


async def main() -> None:
    """Be a Discord until the input ends."""
    async with AsyncExitStack() as stack:
        await answer(Town(stack).do)


if __name__ == "__main__":
    asyncio.run(main())
