"""`fairbrush workflows parse`: what a typed command means, without running it."""

import asyncio

from bot.cli.attachments import attach
from bot.cli.setting_up import ask_vocabulary, load_settings, pick_workflow
from bot.cli.terminal import say_json, say_table
from workflows.command import parse_command, read_values
from workflows.values import jsonable


def parse(name: str, words: list[str], *, comfyui: str | None, as_json: bool) -> None:
    """Print every value; raises InvalidValues with every fault."""
    settings = load_settings()
    workflow = pick_workflow(settings, name)
    vocabulary = asyncio.run(ask_vocabulary(settings, comfyui))
    command, _ = attach(parse_command(" ".join(words), workflow, vocabulary), workflow)
    values = jsonable(read_values(command, workflow, vocabulary))
    if as_json:
        say_json({"values": values})
    else:
        say_table((name, "random" if value is None else str(value)) for name, value in values.items())
