"""Takes the pictures of docs/discord.md: `python -m tests.acceptance.discord.pictures`, from the root of a checkout."""

import asyncio
import json
import sys
import tempfile
from base64 import b64encode
from functools import cache
from io import BytesIO
from pathlib import Path

from PIL import Image

from adapters.simulator.painting.scene import Scene, paint
from tests.acceptance.discord.pictures import FOLDER, REMEMBERED
from tests.acceptance.discord.pictures.states import PICTURES, digests
from tests.acceptance.discord.pictures.taking import Camera
from tests.acceptance.web.browser import chromium

SIDE = 512


async def main(names: list[str]) -> None:
    """Take them all, or those that are named."""
    with tempfile.TemporaryDirectory() as folder:
        async with chromium() as page:
            camera = Camera(page=page, folder=Path(folder))
            for name in names or PICTURES:
                taken = await camera.take(PICTURES[name](painted))
                (FOLDER / f"discord-{name}.webp").write_bytes(taken)
                print(f"{name}: {len(taken) // 1000} kB")  # noqa: T201 — a command that somebody watches
    REMEMBERED.write_text(json.dumps(digests(), indent=2) + "\n")


@cache
def painted(prompt: str, seed: int, kind: str) -> str:
    """Return a picture of the simulator's painter as an address; a preview is as coarse as one of ComfyUI's."""
    scene = Scene(prompt=prompt, negative="", model="sdxl", seed=seed, width=SIDE, height=SIDE)
    picture = paint(scene)
    if kind == "preview":
        picture = picture.resize((64, 64)).resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    buffer = BytesIO()
    picture.save(buffer, "PNG")
    return f"data:image/png;base64,{b64encode(buffer.getvalue()).decode()}"


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
