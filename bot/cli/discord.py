"""The `fairbrush discord` commands: what they are called with."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.flags import AsJson

app = typer.Typer(help="Bring the bot into Discord.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def manifest(
    *,
    application: Annotated[
        str | None, typer.Option(metavar="ID", help="The application's id; otherwise what the token says.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print the link that invites the bot, what it asks for, and the commands that it registers. Asks nobody."""
    from bot.cli.discord_manifest import print_manifest

    print_manifest(application, as_json=as_json)


@app.command()
def sync(
    *,
    guild: Annotated[
        str | None, typer.Option(metavar="ID", help="In this Discord server; otherwise where the settings say.")
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Take our commands away there.")] = False,
    state: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where jobs are kept, if a service was told.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Register the commands now; a service does that by itself whenever a workflow changes."""
    from bot.cli.discord_sync import sync_commands

    sync_commands(guild, remove=remove, state=state, as_json=as_json)
