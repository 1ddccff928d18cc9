"""`fairbrush workflows list` and `show`: what can be asked."""

import asyncio

import typer

from bot.cli.setting_up import ask_vocabulary, load_settings, open_catalog, pick_workflow
from bot.cli.terminal import WRONG, note, say, say_json, say_table
from workflows.choices import listed
from workflows.numbers import written
from workflows.options import STANDARD_ALIASES
from workflows.parameters import Choice, FileParameter, Flag, Integer, Number, Parameter, Seed, SizeParameter, Text
from workflows.values import jsonable
from workflows.vocabulary import Vocabulary


def list_workflows(*, as_json: bool) -> None:
    """Print every workflow with its summary; faults go to standard error. Without a single one it exits with WRONG."""
    settings = load_settings()
    catalog = open_catalog(settings)
    for fault in catalog.faults:
        note(str(fault))
    found = catalog.workflows.values()
    if as_json:
        say_json(
            [{"name": each.name, "title": each.manifest.title, "summary": each.manifest.summary} for each in found]
        )
    else:
        say_table((each.name, each.manifest.summary or each.manifest.title) for each in found)
    if not found:
        raise typer.Exit(WRONG)


def show_workflow(name: str, *, comfyui: str | None, as_json: bool) -> None:
    """Print every parameter with its bounds and its default."""
    settings = load_settings()
    workflow = pick_workflow(settings, name)
    vocabulary = asyncio.run(ask_vocabulary(settings, comfyui))
    usual = jsonable(workflow.usual(vocabulary))
    facts = [_facts(key, each, vocabulary, usual.get(key)) for key, each in workflow.manifest.parameters.items()]
    if as_json:
        say_json({"name": workflow.name, "summary": workflow.manifest.summary, "parameters": facts})
        return
    say(f"{workflow.manifest.title}: {workflow.manifest.summary}")
    say_table(map(_row, facts))


Facts = dict[str, str | int | float | bool | list[str] | None]


def _facts(name: str, parameter: Parameter, vocabulary: Vocabulary, usual: str | float | bool | None) -> Facts:
    return {
        "name": name,
        "aliases": [*dict.fromkeys((*parameter.aliases, *STANDARD_ALIASES.get(name, ())))],
        "kind": parameter.kind,
        "takes": _takes(parameter, vocabulary),
        "default": "random" if isinstance(parameter, Seed) else usual,
        "help": parameter.help,
    }


def _row(facts: Facts) -> tuple[str, ...]:
    aliases = facts["aliases"]
    names = ", ".join([str(facts["name"]), *(aliases if isinstance(aliases, list) else ())])
    default = "needed" if facts["default"] is None else str(facts["default"])
    return names, str(facts["takes"]), default, str(facts["help"])


def _takes(parameter: Parameter, vocabulary: Vocabulary) -> str:
    match parameter:
        case Text():
            return "text"
        case Integer() | Number():
            steps = f" in steps of {parameter.step}" if isinstance(parameter, Integer) and parameter.step > 1 else ""
            return f"{written(parameter.min)} to {written(parameter.max)}{steps}"
        case SizeParameter():
            return f"{parameter.min}x{parameter.min} to {parameter.max}x{parameter.max}"
        case Seed():
            return f"0 to {parameter.max}"
        case Flag():
            return "yes or no"
        case FileParameter():
            return "an image" if parameter.kind == "image" else f"a {parameter.kind}"
        case Choice():
            return _offer(parameter.offered(vocabulary))


def _offer(names: tuple[str, ...] | None) -> str:
    return listed(names) if names else "none on offer"
