"""Options that several commands share, so that they read alike everywhere."""

from typing import Annotated

import typer

ComfyUrl = Annotated[
    str | None,
    typer.Option("--comfyui", metavar="URL", help="A ComfyUI server, such as http://127.0.0.1:8188, or its name."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]
