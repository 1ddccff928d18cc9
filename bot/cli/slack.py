"""The `fairbrush slack` commands: what they are called with."""

from typing import Annotated

import typer

app = typer.Typer(help="Bring the app into Slack.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def _group() -> None:
    """Have `manifest` be named, though it is alone."""


@app.command()
def manifest(
    *,
    name: Annotated[str, typer.Option(metavar="NAME", help="What the app is called in Slack.")] = "Fairbrush",
    http: Annotated[
        bool | None,
        typer.Option("--http/--socket", help="How Slack delivers: to public_url, or over a socket that we open."),
    ] = None,
    many: Annotated[
        bool | None,
        typer.Option("--many/--one", help="For workspaces that install the app, or for one with its token."),
    ] = None,
) -> None:
    """Print the app's manifest, to be pasted where Slack makes an app from one; otherwise as the settings are."""
    from bot.cli.slack_manifest import print_manifest

    print_manifest(name, http=http, many=many)
