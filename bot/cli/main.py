"""The `fairbrush` command: what it is called with. Each command's body is imported when it runs, so help is quick."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import discord, policy, servers, slack, users, workflows
from bot.cli.flags import AsJson, ComfyUrl
from bot.service.roles import Role
from workflows.text import clean

app = typer.Typer(
    name="fairbrush",
    help="ComfyUI workflows as commands for a whole community, shared fairly.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # plain help starts three times faster, and shows what people typed as it is
    pretty_exceptions_enable=False,
)
app.add_typer(workflows.app, name="workflows")
app.add_typer(servers.app, name="servers")
app.add_typer(discord.app, name="discord")
app.add_typer(slack.app, name="slack")
app.add_typer(users.app, name="users")
app.add_typer(policy.app, name="policy")
app.command("audit")(policy.audit)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"fairbrush {version('fairbrush')}")
        raise typer.Exit


@app.callback()
def _root(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


# Words that typer does not know, such as `--steps 30`, belong to the command grammar.
@app.command(context_settings={"ignore_unknown_options": True})
def imagine(
    words: Annotated[
        list[str],
        typer.Argument(metavar="PROMPT", help="What to paint, with options: steps:30 seed:42 size:768x512."),
    ],
    *,
    workflow: Annotated[str | None, typer.Option(metavar="NAME", help="Which workflow.")] = None,
    comfyui: ComfyUrl = None,
    out: Annotated[
        Path | None, typer.Option(metavar="PATH", help="The file to write; several pictures are numbered.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Paint one job and write the pictures here."""
    from bot.cli.imagine import imagine as run

    run(words, workflow=workflow, comfyui=comfyui, out=out, as_json=as_json)


@app.command()
def simulator(
    *,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes any free one.")] = 8188,
    step_ms: Annotated[float, typer.Option(min=0, max=600_000, help="Milliseconds per sampler step.")] = 50.0,
    load_s: Annotated[float, typer.Option(min=0, max=3600, help="Seconds to load a model.")] = 0.0,
    memory_mb: Annotated[int, typer.Option(min=1, help="GPU memory: larger pictures run out of it.")] = 24_576,
    draw: Annotated[bool, typer.Option(help="Draw pictures, or answer with one flat colour.")] = True,
) -> None:
    """Run a ComfyUI look-alike that needs no GPU."""
    from bot.cli.simulator import serve

    serve(host=host, port=port, step_ms=step_ms, load_s=load_s, memory_mb=memory_mb, draw=draw)


@app.command()
def demo(
    *,
    comfyui: Annotated[
        list[str] | None,
        typer.Option("--comfyui", metavar="URL", help="A ComfyUI server; give it again for another one."),
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The page's port; a taken one moves on.")] = 8800,
    state: Annotated[Path | None, typer.Option(metavar="DIR", help="Where jobs and pictures are kept.")] = None,
    step_ms: Annotated[
        float, typer.Option(min=0, max=600_000, help="Milliseconds per step of the simulated GPUs.")
    ] = 120.0,
) -> None:
    """Serve a chat page on this machine, with simulated GPUs or real ones."""
    from bot.cli.demo import demo as run

    run(comfyui=comfyui or [], port=port, state=state, step_ms=step_ms)


@app.command()
def serve(
    *,
    host: Annotated[
        str, typer.Option(help="The address to listen on; only this machine's own, as nobody signs in.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The page's port; a taken one moves on.")] = 8800,
    state: Annotated[Path | None, typer.Option(metavar="DIR", help="Where jobs and pictures are kept.")] = None,
    only: Annotated[
        list[Role] | None,
        typer.Option(
            "--only",
            metavar="worker|web|discord|slack",
            help="What this process is for, of several on one Redis; otherwise all of it.",
        ),
    ] = None,
) -> None:
    """Serve the chat page, and Discord and Slack where their tokens are set, with the GPUs of fairbrush.toml."""
    from bot.cli.serve import serve as run

    run(host=host, port=port, state=state, only=only or ())


@app.command()
def init(*, force: Annotated[bool, typer.Option(help="Replace a file that is already there.")] = False) -> None:
    """Write a commented fairbrush.toml into this folder."""
    from bot.cli.init import write_settings

    write_settings(force=force)


@app.command()
def check(*, comfyui: ComfyUrl = None, as_json: AsJson = False) -> None:
    """Check the settings, the workflows and the GPUs."""
    from bot.cli.check import check as run

    run(comfyui=comfyui, as_json=as_json)


@app.command()
def queue(
    *,
    state: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where jobs are kept, if a service was told.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many to list of each kind.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Show who waits for what, and their shares beside what they are due."""
    from bot.cli.queue import queue as run

    run(state=state, limit=limit, as_json=as_json)


@app.command()
def reports(
    *,
    state: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where jobs are kept, if a service was told.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many to list.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Show what members reported, the newest first."""
    from bot.cli.reports import reports as run

    run(state=state, limit=limit, as_json=as_json)


@app.command()
def console(
    *,
    port: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=65535,
            help="The page's port on this machine; otherwise the link leads to public_url, else to 8800.",
        ),
    ] = None,
    end_all: Annotated[bool, typer.Option("--end-all", help="Sign everybody out of the console instead.")] = False,
    state: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where jobs are kept, if a service was told.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print a link that lets you into the console, once and within five minutes."""
    from bot.cli.console import console as run

    run(port=port, state=state, end_all=end_all, as_json=as_json)


def main() -> None:
    """Run the command line; every fault is a sentence and an exit code, never a traceback."""
    # Nothing that somebody typed, or pasted, may steer the terminal that repeats it.
    sys.argv[1:] = [clean(argument) for argument in sys.argv[1:]]
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)  # What a shell expects of a command that Ctrl-C ended.
    except Exception as error:  # noqa: BLE001 - the last stop before a person: it is sorted, told and given an exit code
        from bot.cli.terminal import tell

        sys.exit(tell(error, as_json="--json" in sys.argv))
