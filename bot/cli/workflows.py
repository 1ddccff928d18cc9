"""The `fairbrush workflows` commands: what they are called with."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.flags import AsJson, ComfyUrl

app = typer.Typer(help="List, check, try and import workflows.", no_args_is_help=True, rich_markup_mode=None)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The name of a workflow.")]


@app.command("list")
def list_all(*, as_json: AsJson = False) -> None:
    """List the workflows."""
    from bot.cli.describe import list_workflows

    list_workflows(as_json=as_json)


@app.command()
def show(name: Name, *, comfyui: ComfyUrl = None, as_json: AsJson = False) -> None:
    """Show what a workflow lets people set."""
    from bot.cli.describe import show_workflow

    show_workflow(name, comfyui=comfyui, as_json=as_json)


@app.command()
def check(*, comfyui: ComfyUrl = None, as_json: AsJson = False) -> None:
    """Check every workflow; with --comfyui also what that server lacks for each."""
    from bot.cli.check import check_workflows

    check_workflows(comfyui=comfyui, as_json=as_json)


@app.command(context_settings={"ignore_unknown_options": True})
def parse(
    name: Name,
    words: Annotated[
        list[str] | None, typer.Argument(metavar="TEXT...", help="The command, as somebody types it.")
    ] = None,
    *,
    comfyui: ComfyUrl = None,
    as_json: AsJson = False,
) -> None:
    """Read a command without running it: every value, or every fault."""
    from bot.cli.parse import parse as run

    run(name, words or [], comfyui=comfyui, as_json=as_json)


@app.command("import")
def import_graph(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A graph as ComfyUI exports it: Workflow → Export (API).")
    ],
    *,
    name: Annotated[str | None, typer.Option(metavar="NAME", help="Its name; otherwise the file's.")] = None,
    into: Annotated[Path | None, typer.Option(metavar="DIR", help="The folder of your workflows.")] = None,
    comfyui: ComfyUrl = None,
) -> None:
    """Draft a manifest for an exported graph by following its links."""
    from bot.cli.importing import import_workflow

    import_workflow(file, name=name, into=into, comfyui=comfyui)
