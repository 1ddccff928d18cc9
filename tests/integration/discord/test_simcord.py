"""The main flows once more in somebody else's Discord: simcord's, which runs discord.py's own parsers and checks.

Our two clients meet it where discord.py meets the network: events come through the gateway client's parsers, and REST
goes through its `HTTPClient.request`. It has no sockets and no limits of rate; those are tests/fakes/discord's.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from adapters.discord.calls import Calls
from adapters.discord.client import GatewayClient, GatewayOptions
from adapters.discord.library import discord
from adapters.simulator.options import SimulatorOptions
from adapters.simulator.server import Simulator
from bot.app import ServiceOptions, serve
from bot.servers import ServerSpec
from bot.service.roles import Role
from bot.settings import Settings
from tests.fakes.discord.server import TOKEN
from tests.fakes.headlines import PAINTED
from tests.fakes.waiting import PATIENCE_S
from tests.integration.web.desk import KEY


@dataclass(kw_only=True)
class Elsewhere:
    """Their Discord: a guild, a channel, and what stands in it."""

    env: Any
    guild: Any
    channel: Any

    def member(self, name: str) -> Any:
        """Return somebody new."""
        return self.guild.add_member(self.env.create_user(name))

    def shown(self) -> list[str]:
        """Return all that can be read in the channel, a text a message."""
        stored = self.env.backend.messages.get(self.channel.id, {})
        return [_words(each.components) for each in stored.values()]

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds, of which nobody tells."""
        async with asyncio.timeout(PATIENCE_S):
            while not holds():  # noqa: ASYNC110 - see above
                await asyncio.sleep(0.02)

    async def painted(self, count: int = 1) -> None:
        """Wait until so many messages show their pictures."""
        await self.until(lambda: sum(PAINTED in each for each in self.shown()) == count)


def _words(components: Any) -> str:
    match components:
        case {"content": str(text)}:
            return text
        case dict():
            return "\n".join(filter(None, map(_words, components.values())))
        case list() | tuple():
            return "\n".join(filter(None, map(_words, components)))
    return ""


@dataclass
class _Uploading:
    """Their REST client. It takes uploads from `File` objects, which discord.py keeps beside a form."""

    http: Any

    async def request(self, route: Any, *, form: Any = None, **more: Any) -> Any:
        parts = [each for each in form or () if "filename" in each]
        files = [discord.File(each["value"], filename=each["filename"]) for each in parts]
        return await self.http.request(route, form=form, files=files, **more)

    async def close(self) -> None:
        pass


@asynccontextmanager
async def elsewhere(folder: Path) -> AsyncIterator[Elsewhere]:
    """Open a whole service in it; no fixture, for simcord's clock is of the task that opened it."""
    import simcord

    async with AsyncExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        gpu = await stack.enter_async_context(Simulator(SimulatorOptions(step_ms=5, draw=False)))
        heard: list[Callable[..., None]] = []

        def hear(*event: Any) -> None:
            heard[0](*event)

        options = GatewayOptions(token=TOKEN, shard_count=1)
        client = GatewayClient(options, heard=hear, ready=lambda: None)
        env = await stack.enter_async_context(simcord.run(client))

        async def login(calls: Calls) -> None:
            calls._http, calls.application = _Uploading(env.bot.http), str(env.backend.application_id)

        async def listen(_: GatewayOptions, front: Callable[..., None], ready: Callable[[], None]) -> None:
            heard.append(front)
            ready()
            await asyncio.Event().wait()

        patch.setattr(Calls, "login", login)
        patch.setattr("adapters.discord.front.listen", listen)
        service = ServiceOptions(
            settings=Settings(discord_token=TOKEN),
            state=folder,
            key=KEY,
            servers={"gpu1": ServerSpec(name="gpu1", url=gpu.url)},
            guests=(),
            roles=frozenset({Role.DISCORD, Role.WORKER}),
        )
        guild = env.create_guild()
        opened = Elsewhere(env=env, guild=guild, channel=guild.create_text_channel("general"))
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(serve(service, asyncio.Event(), lambda *_: None))
            await opened.until(lambda: bool(heard) and bool(env.backend.find_command("imagine", guild.id, type=1)))
            yield opened
            running.cancel()


async def asked(scene: Elsewhere, who: Any, **options: Any) -> Any:
    """Ask for a picture, and again for as long as no GPU has told what it offers."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            result = await who.slash(scene.channel, "imagine", **options)
            if not result.ephemeral:
                return result
            await asyncio.sleep(0.05)


async def test_a_slash_command_becomes_a_card_that_is_edited_to_its_picture(tmp_path):
    async with elsewhere(tmp_path) as scene:
        result = await asked(scene, scene.member("ada"), prompt="a red fox", seed="42", steps=3)
        await scene.painted()

        [file] = result.response.attachments
        assert file.content_type == "image/png"
        assert "red fox" in _words(result.response.components)
        assert not result.response.ephemeral


async def test_options_are_completed_while_they_are_typed(tmp_path):
    async with elsewhere(tmp_path) as scene:
        ada = scene.member("ada")
        await asked(scene, ada, prompt="a fox", steps=1)

        workflows = await ada.autocomplete(scene.channel, "imagine", "workflow", "flu")
        samplers = await ada.autocomplete(scene.channel, "imagine", "sampler", "eul")

        assert workflows[0]["value"] == "flux"
        assert samplers[0]["value"].startswith("euler")


async def test_buttons_and_forms_make_jobs_of_whoever_pressed_them(tmp_path):
    async with elsewhere(tmp_path) as scene:
        ada, ben = scene.member("ada"), scene.member("ben")
        first = await asked(scene, ada, prompt="a red fox", seed="42", steps=2)
        await scene.painted()

        await ben.click(first.response, label="Reroll")
        await scene.painted(2)
        form = await ben.click(first.response, label="Edit & rerun")
        [prompt] = [
            each["component"] for each in form.modal["components"] if each["label"].lower().startswith("prompt")
        ]
        assert prompt["value"] == "a red fox"
        await ben.submit_modal(form, {prompt["custom_id"]: "a blue fox"})
        await scene.painted(3)

        assert sum("blue fox" in each for each in scene.shown()) == 1


async def test_what_only_the_asker_sees_is_for_the_asker(tmp_path):
    async with elsewhere(tmp_path) as scene:
        ada = scene.member("ada")
        first = await asked(scene, ada, prompt="a fox", seed="42", steps=2)
        await scene.painted()

        for name in ("queue", "history", "usage", "workflows", "help"):
            told = await ada.slash(scene.channel, name)
            assert told.ephemeral, name
        parameters = await ada.click(first.response, label="Parameters")
        assert parameters.ephemeral
        assert "seed:42" in _words(parameters.response.components)
        wrong = await ada.slash(scene.channel, "imagine", prompt="a fox steps:900")
        assert wrong.ephemeral
        assert "steps" in _words(wrong.response.components)


async def test_deleting_takes_the_message_away(tmp_path):
    async with elsewhere(tmp_path) as scene:
        ada = scene.member("ada")
        first = await asked(scene, ada, prompt="a fox", steps=2)
        await scene.painted()

        await ada.click(first.response, label="Delete")
        await scene.until(lambda: not any(PAINTED in each for each in scene.shown()))
