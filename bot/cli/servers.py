"""The `fairbrush servers` commands: what they are called with."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.flags import AsJson

app = typer.Typer(
    help="See the GPUs of the pool, and change them while it works.", no_args_is_help=True, rich_markup_mode=None
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="What the GPU is called.")]
State = Annotated[
    Path | None, typer.Option("--state", metavar="DIR", help="Where jobs are kept, if a service was told.")
]


@app.command("list")
def list_all(*, state: State = None, as_json: AsJson = False) -> None:
    """List the GPUs, how each is, and since when."""
    from bot.cli.pool import list_servers

    list_servers(state=state, as_json=as_json)


@app.command()
def add(
    name: Name,
    url: Annotated[str, typer.Argument(metavar="URL", help="Where its ComfyUI is, such as http://10.0.0.5:8188.")],
    *,
    slots: Annotated[int, typer.Option(help="How many jobs it takes at once; a ComfyUI takes one.")] = 1,
    label: Annotated[
        list[str] | None, typer.Option(metavar="WORD", help="What a workflow may ask for; give it again for more.")
    ] = None,
    memory_gb: Annotated[float, typer.Option(help="Its memory; 0: what it tells itself.")] = 0.0,
    credential_env: Annotated[
        str | None,
        typer.Option(metavar="VAR", help="The variable, GPU…, that holds what a proxy wants to see."),
    ] = None,
    credential_header: Annotated[str, typer.Option(metavar="HEADER", help="Sent in this header.")] = "Authorization",
    state: State = None,
) -> None:
    """Add a GPU to the pool, or put one back that was removed, with what is said of it now."""
    from bot.cli.pool import add_server

    said = {"name": name, "url": url, "slots": slots, "labels": label or [], "memory_gb": memory_gb}
    proxy = {"credential_env": credential_env, "credential_header": credential_header}
    add_server({**said, **proxy}, state=state)


@app.command()
def drain(name: Name, *, state: State = None) -> None:
    """Let a GPU finish what it has, and give it nothing new."""
    from bot.cli.pool import change_server
    from bot.servers import Wish

    change_server(name, Wish.DRAIN, state=state)


@app.command()
def resume(name: Name, *, state: State = None) -> None:
    """Put a GPU back to work that was drained or removed."""
    from bot.cli.pool import change_server
    from bot.servers import Wish

    change_server(name, Wish.SERVE, state=state)


@app.command()
def remove(name: Name, *, state: State = None) -> None:
    """Let a GPU finish what it has, and forget it; it stays away after a restart."""
    from bot.cli.pool import change_server
    from bot.servers import Wish

    change_server(name, Wish.REMOVE, state=state)
