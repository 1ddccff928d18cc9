"""Takes pictures in a real Chromium, as WebP: a third of what PNG takes, and every browser shows it."""

import asyncio
from base64 import b64decode
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image

from tests.acceptance.discord.pictures.states import Picture
from tests.acceptance.web.browser import Page

SCALE = 1.5
_QUALITY = 84


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """A browser, and a folder that it may read pages from."""

    page: Page
    folder: Path

    async def take(self, picture: Picture) -> bytes:
        """Return a picture, as large as what it shows."""
        file, width = self.folder / "page.html", picture.width
        file.write_text(picture.page(), encoding="utf-8")
        await self.page.size(width, 600, scale=SCALE)
        await self.page.call("Page.navigate", url=file.as_uri())
        await self.page.until("document.readyState === 'complete' && document.querySelector('main')")
        await self.page.js("Promise.all([...document.images].map((each) => each.decode()))")
        height = await self.page.js("Math.ceil(document.querySelector('main').getBoundingClientRect().height)")
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        taken = await self.page.call("Page.captureScreenshot", format="png", clip=clip, captureBeyondViewport=True)
        return await asyncio.to_thread(_webp, b64decode(taken["data"]))


def _webp(png: bytes) -> bytes:
    buffer = BytesIO()
    with Image.open(BytesIO(png)) as picture:
        picture.convert("RGB").save(buffer, "WEBP", quality=_QUALITY, method=6)
    return buffer.getvalue()
