"""Takes the pictures of docs/web.md: `python -m tests.acceptance.web.pictures`, from the root of a checkout."""

import asyncio
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image

from adapters.simulator.painting.scene import Scene as Painting
from adapters.simulator.painting.scene import paint
from bot.errors import QueueFull
from bot.jobs import JobId
from tests.acceptance.web.browser import Page, chromium
from tests.integration.web.conftest import Browser, Scene, asked_job, scene_of
from tests.integration.web.desk import DEMO

FOLDER = Path(__file__).parents[3] / "docs" / "images"


async def main() -> None:
    """Take them all."""
    with tempfile.TemporaryDirectory() as folder:
        async with scene_of(Path(folder), DEMO) as scene, scene.visit() as visitor, chromium() as page:
            await visitor.open()
            await Shoot(scene, visitor, page).all()
            print(*page.errors, sep="\n")  # noqa: T201 — a command that somebody watches


class Shoot:
    """One channel, from empty to full."""

    def __init__(self, scene: Scene, visitor: Browser, page: Page) -> None:
        self.scene, self.visitor, self.page = scene, visitor, page

    async def all(self) -> None:
        page = self.page
        await page.open(self.scene.server.url)
        await page.until("!document.querySelector('#empty').hidden")
        await self.shot("empty")
        await self.full()
        await self.form()
        await self.faults()
        await self.lost()

    async def full(self) -> None:
        page = self.page
        first = await self.asked("ada", "/imagine a lighthouse at dusk, oil on canvas steps:30 seed:42 model:sdxl")
        await self.scene.desk.start(first)
        await self.scene.desk.finish(first, painted("a lighthouse at dusk", 42))
        many = await self.asked("ben", "/imagine a forest in the morning mist count:4 steps:24 seed:7")
        await self.scene.desk.start(many)
        await self.scene.desk.finish(many, *(painted("a forest in the morning mist", seed) for seed in range(4)))
        running = await self.asked("cleo", "/imagine mountains over a lake at night steps:30")
        waiting = await self.asked("ada", "/imagine paper boats on a canal ar:16:9")
        await self.scene.desk.start(running)
        noisy = Image.open(BytesIO(painted("mountains over a lake at night", 3))).resize((48, 48)).resize((320, 320))
        await self.scene.desk.step(running, 12, 30, encoded(noisy))
        await page.until(f"document.querySelector('#job-{waiting}')")
        await page.until("[...document.images].every((each) => each.complete)")
        await page.js("document.querySelector('[data-state=running]').scrollIntoView()")
        await self.shot("running")
        await self.screens()
        await self.typing()
        await self.scene.desk.finish(running, painted("mountains over a lake at night", 3))
        await self.scene.desk.start(waiting)
        await self.scene.desk.fail(waiting, "out_of_memory", "The GPU ran out of memory. Ask for a smaller size.")

    async def screens(self) -> None:
        page = self.page
        await page.size(1180, 820, dark=True)
        await self.shot("dark")
        await page.size(390, 844, scale=2, phone=True)
        await page.js("document.querySelector('[data-state=running]').scrollIntoView()")
        await self.shot("phone")
        await page.size(1180, 820)
        await page.js("document.querySelector('#channel').scrollTop = 0")
        await self.shot("pictures")

    async def typing(self) -> None:
        page = self.page
        await page.js("document.querySelector('#say').focus()")
        await page.type("/")
        await page.until("!document.querySelector('#menu').hidden")
        await self.shot("commands")
        await page.js("document.querySelector('#say').value = ''")
        await page.type("/imagine a fox sampler:")
        await page.until("document.querySelector('#menu').innerText.includes('euler')")
        await self.shot("completion")
        await page.press("Escape")

    async def form(self) -> None:
        page = self.page
        await page.click("[data-press=edit]")
        await page.until("document.querySelector('#sheet').open")
        await self.shot("form")
        await page.press("Escape")

    async def faults(self) -> None:
        page = self.page
        await page.js("document.querySelector('#say').value = ''; document.querySelector('#say').focus()")
        await page.type("/imagine a fox steps:900 sampelr:euler width:33")
        await page.press("Escape")
        await page.press("Enter")
        await page.until("document.querySelector('.note')")
        self.scene.desk.trouble = QueueFull("You have 5 jobs waiting already: that is the most.", retry_after_s=40)
        await page.js("document.querySelector('#say').value = '/imagine a fox '")
        await page.press("Enter")
        await page.until("document.querySelectorAll('.note').length > 1")
        await page.js("document.querySelector('#channel').scrollTop = 1e6")
        await self.shot("faults")
        await page.js("document.querySelectorAll('.note').forEach((each) => each.remove())")
        await page.js("document.querySelector('#say').value = '/history'")
        await page.press("Enter")
        await page.until("document.querySelector('.note')")
        await page.js("document.querySelector('#channel').scrollTop = 1e6")
        await page.size(1180, 820, dark=True)
        await self.shot("history")

    async def lost(self) -> None:
        await self.page.call("Network.enable")
        await self.page.call(
            "Network.emulateNetworkConditions", offline=True, latency=0, downloadThroughput=0, uploadThroughput=0
        )
        await self.scene.server.__aexit__()
        await self.page.until("document.querySelector('#link').dataset.link === 'lost'")
        await self.page.size(390, 844, scale=2, phone=True)
        await self.shot("reconnecting")

    async def asked(self, person: str, text: str) -> JobId:
        self.visitor.person = person
        status, body = await self.visitor.ask(text)
        assert status == 202, body
        return asked_job(self.scene.desk)

    async def shot(self, name: str) -> None:
        await self.page.js("new Promise((done) => setTimeout(done, 450))")
        with Image.open(BytesIO(await self.page.picture())) as picture:
            await asyncio.to_thread(picture.convert("RGB").save, FOLDER / f"web-{name}.png", optimize=True)


def painted(prompt: str, seed: int) -> bytes:
    """Return a picture of the simulator's painter."""
    return encoded(paint(Painting(prompt=prompt, negative="", model="sdxl", seed=seed, width=512, height=512)))


def encoded(picture: Image.Image) -> bytes:
    """Return a picture as PNG."""
    buffer = BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


if __name__ == "__main__":
    asyncio.run(main())
