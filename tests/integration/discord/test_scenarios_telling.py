"""What people can find out: about their jobs, about what there is; and that commands follow the workflows."""

import json
from pathlib import Path
from shutil import copytree

from adapters.simulator.options import SimulatorOptions
from tests.fakes.waiting import PATIENCE_S
from tests.integration.discord.test_scenarios_asking import mid_run
from tests.integration.discord.whole import painted, read, whole
from workflows.catalog import LIBRARY

COMMANDS = ("queue", "history", "usage", "workflows", "help")

LORA = """
[parameters.lora]
kind = "choice"
bind = [{ node = "11", class_type = "LoraLoader", input = "lora_name" }]
"""
LORAS = tuple(f"styles/style_{number:03}.safetensors" for number in range(400))


async def test_queue_history_usage_workflows_and_help_answer_the_asker_alone(tmp_path):
    async with whole(tmp_path) as scene:
        ada, ben = scene.member("ada"), scene.member("ben")
        await painted(await ada.slash(scene.general, "imagine", prompt="an old fox", steps=2))
        asked = await mid_run(scene, prompt="a red fox")
        await ben.slash(scene.general, "imagine", prompt="a blue fox")

        answers = {
            name: await ada.slash(scene.general, name) for name in ("queue", "history", "usage", "workflows", "help")
        }
        for name, answer in answers.items():
            await scene.discord.until(lambda: bool(answer.text), PATIENCE_S)  # noqa: B023 - it is waited for here
            assert [each.is_ephemeral for each in answer.messages] == [True], name
            assert "blue" not in read(answer), name
        assert "red fox" in read(answers["queue"])
        assert "old fox" in read(answers["history"])
        assert "txt2img" in read(answers["workflows"])
        assert "/imagine" in read(answers["help"])
        waiting = await ben.slash(scene.general, "queue")
        assert "next in line" in read(waiting)
        scene.quick()
        await painted(asked)
        await scene.ended(3)


async def test_cancel_offers_ones_own_jobs_and_ends_the_chosen_one(tmp_path):
    async with whole(tmp_path) as scene:
        ada, ben = scene.member("ada"), scene.member("ben")
        asked = await mid_run(scene, prompt="a red fox")

        [option] = scene.discord.commands()["cancel"]["options"]
        assert await ben.complete(scene.general, "cancel", option["name"], "") == []
        [offered] = await ada.complete(scene.general, "cancel", option["name"], "red")
        stranger = await ben.slash(scene.general, "cancel", **{option["name"]: offered["value"]})
        assert all(each.is_ephemeral for each in stranger.messages)
        told = await ada.slash(scene.general, "cancel", **{option["name"]: offered["value"]})
        assert all(each.is_ephemeral for each in told.messages)
        await asked.shows("Cancelled")
        await scene.ended()


async def test_history_rerolls_and_turns_its_pages(tmp_path):
    async with whole(tmp_path) as scene:
        ada = scene.member("ada")
        for number in range(7):
            await painted(await ada.slash(scene.general, "imagine", prompt=f"fox {number}", steps=1))
        await scene.ended(7)

        history = await ada.slash(scene.general, "history")
        assert "fox 6" in read(history)
        assert "fox 0" not in read(history)
        older = next(each for each in history.message.labels if "Older" in each)
        page = await ada.click(history.message, older)
        await scene.discord.until(lambda: "fox 0" in read(page.message), PATIENCE_S)
        again = await ada.click(page.message, next(each for each in page.message.labels if "Reroll" in each))
        await painted(again)
        assert len(await scene.ended(8)) == 8


async def test_parameters_are_a_command_to_copy_and_for_the_asker_alone(tmp_path):
    async with whole(tmp_path) as scene:
        ada = scene.member("ada")
        message = await painted(await ada.slash(scene.general, "imagine", prompt="a fox", seed="42", steps=3))
        told = await scene.member("ben").click(message, "Parameters")

        assert [each.is_ephemeral for each in told.messages] == [True]
        assert "seed:42" in told.text
        assert "steps:3" in told.text


async def test_hundreds_of_loras_are_offered_twenty_five_at_a_time_from_memory(tmp_path):
    simulator = SimulatorOptions(step_ms=5, draw=False, loras=LORAS)
    async with whole(tmp_path, simulator=simulator, workflows_dir=with_loras(tmp_path)) as scene:
        ada = scene.member("ada")
        before = len(scene.discord.calls)
        first = await ada.complete(scene.general, "styled", "lora", "")
        found = await ada.complete(scene.general, "styled", "lora", "style_37")
        samplers = await ada.complete(scene.general, "imagine", "sampler", "eul")
        workflows = await ada.complete(scene.general, "imagine", "workflow", "flu")
        assert len(scene.discord.calls) - before == 4

        assert len(first) == 25
        typed = {name for name in LORAS if "style_37" in name}
        assert {each["value"] for each in found[: len(typed)]} == typed, "what was typed comes before what is like it"
        assert samplers[0]["value"].startswith("euler")
        assert workflows[0]["value"] == "flux"
        asked = await ada.slash(scene.general, "styled", prompt="a fox", lora=found[0]["value"], steps=2)
        await painted(asked)
        [record] = await scene.ended()
        assert record.job.values["lora"] == found[0]["value"]


def with_loras(folder: Path) -> Path:
    """Return a library with a workflow that takes a LoRA."""
    library = folder / "workflows"
    copytree(LIBRARY, library)
    copytree(library / "txt2img", library / "styled")
    graph = json.loads((library / "styled" / "graph.json").read_text())
    inputs = {"model": ["4", 0], "clip": ["4", 1], "lora_name": LORAS[0], "strength_model": 1.0, "strength_clip": 1.0}
    graph["11"] = {"class_type": "LoraLoader", "inputs": inputs}
    graph["3"]["inputs"]["model"] = ["11", 0]
    (library / "styled" / "graph.json").write_text(json.dumps(graph))
    with (library / "styled" / "manifest.toml").open("a") as manifest:
        manifest.write(LORA)
    return library


async def test_commands_follow_the_workflows_while_the_service_runs(tmp_path, monkeypatch):
    monkeypatch.setattr("bot.service.running.REFRESH_S", 0.1)
    library = tmp_path / "workflows"
    copytree(LIBRARY, library)
    async with whole(tmp_path, workflows_dir=library) as scene:
        assert "poster" not in scene.discord.commands()
        puts = len(scene.calls("PUT", "/commands"))
        copytree(library / "txt2img", library / "poster")
        await scene.discord.until(lambda: "poster" in scene.discord.commands(), PATIENCE_S)
        assert len(scene.calls("PUT", "/commands")) == puts + 1

        await painted(await scene.member("ada").slash(scene.general, "poster", prompt="a fox", steps=2))


async def test_a_second_start_registers_nothing_that_has_not_changed(tmp_path):
    async with whole(tmp_path) as scene:
        [process] = scene.processes
        await process.stop()
        await scene.start()
        await scene.opened()
        await painted(await scene.member("ada").slash(scene.general, "imagine", prompt="a fox", steps=2))

        assert len(scene.calls("PUT", "/commands")) == 1
