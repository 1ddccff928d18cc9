"""Takes pictures in a real Chromium, as WebP: a third of what PNG takes, and every browser shows it."""

import asyncio
import tempfile
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

from PIL import Image

from adapters.simulator.painting.scene import Scene, paint
from tests.acceptance.pictures.album import Album
from tests.acceptance.web.browser import Page, chromium

SCALE = 1.5
SIDE = 512
_QUALITY = 84


async def take(album: Album, names: Sequence[str]) -> None:
    """Take all pictures of an album, or those that are named, and remember what they show."""
    with tempfile.TemporaryDirectory() as folder:
        async with chromium() as page:
            camera = Camera(page=page, folder=Path(folder))
            for name in names or album.pictures:
                taken = await camera.take(*album.page(name, painted))
                album.file(name).write_bytes(taken)
                print(f"{name}: {len(taken) // 1000} kB")  # noqa: T201 — a command that somebody watches
    album.remember()


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """A browser, and a folder that it may read pages from."""

    page: Page
    folder: Path

    async def take(self, html: str, width: int) -> bytes:
        """Return a picture of a page, as large as what it shows."""
        file = self.folder / "page.html"
        file.write_text(html, encoding="utf-8")
        await self.page.size(width, 600, scale=SCALE)
        await self.page.call("Page.navigate", url=file.as_uri())
        await self.page.until("document.readyState === 'complete' && document.querySelector('main')")
        await self.page.js("Promise.all([...document.images].map((each) => each.decode()))")
        height = await self.page.js("Math.ceil(document.querySelector('main').getBoundingClientRect().height)")
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        taken = await self.page.call("Page.captureScreenshot", format="png", clip=clip, captureBeyondViewport=True)
        return await asyncio.to_thread(_webp, b64decode(taken["data"]))


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


def _webp(png: bytes) -> bytes:
    buffer = BytesIO()
    with Image.open(BytesIO(png)) as picture:
        picture.convert("RGB").save(buffer, "WEBP", quality=_QUALITY, method=6)
    return buffer.getvalue()
