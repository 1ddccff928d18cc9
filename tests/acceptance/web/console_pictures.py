"""Takes the pictures of the console: `python -m tests.acceptance.web.console_pictures`, from a checkout's root."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from bot.console.views import PendingView
from bot.jobs import JobState
from tests.acceptance.web.browser import Page, chromium
from tests.acceptance.web.pictures import FOLDER, painted
from tests.integration.web.console.scene import ConsoleScene, console_of
from tests.integration.web.console.watched import MODERATOR, job_line, report_of

LIVE = "document.querySelector('#link')?.dataset.link === 'live'"
_PROMPTS = ("an old sailor by the sea", "mountains over a lake at night", "a lighthouse at dusk", "paper boats")


async def main(folder: Path = FOLDER) -> None:
    """Take them all."""
    with tempfile.TemporaryDirectory() as place:
        async with console_of(Path(place), public_url=None) as scene, chromium() as page:
            await _fill(scene)
            await _take(scene, page, folder)
            print(*page.errors, sep="\n")  # noqa: T201 — a command that somebody watches


async def _fill(scene: ConsoleScene) -> None:
    files = [
        await scene.files.put(_whole(painted(words, seed)), name="picture.png", media_type="image/png")  # type: ignore[attr-defined]
        for seed, words in enumerate(_PROMPTS)
    ]
    scene.watched.reported = [report_of(0, files[:1]), report_of(1, files[1:3]), report_of(2, (), is_kept=False)]
    waits = job_line(8, "80351110224678912", "Ada", JobState.SUCCEEDED, words="paper boats on a canal")
    scene.watched.held = [PendingView(job=waits, files=(files[3],), texts=())]


async def _take(scene: ConsoleScene, page: Page, folder: Path) -> None:
    await page.size(1180, 900)
    await page.call("Page.navigate", url=f"{scene.server.url}/console/sign-in#{await scene.link(MODERATOR)}")
    await page.until("document.querySelector('#token')?.value")
    await _shot(page, folder, "sign-in")
    await page.press("Enter")
    await asyncio.sleep(1.5)
    for section in ("now", "use", "people", "reports", "review", "audit"):
        await _open(scene, page, section)
        await _shot(page, folder, section)
    await _open(scene, page, "people")
    await page.click(".one [data-deed=ban]")
    await page.until("document.querySelector('#sheet[open] form')")
    await page.type("2d")
    await _shot(page, folder, "dialog")
    await page.size(1180, 900, dark=True)
    await _open(scene, page, "now")
    await page.click(".queue-of summary")
    await _shot(page, folder, "dark")
    await page.size(390, 844, scale=2, phone=True)
    await _open(scene, page, "now")
    await page.js("document.querySelector('#queue-title').scrollIntoView()")
    await _shot(page, folder, "phone")


async def _open(scene: ConsoleScene, page: Page, section: str) -> None:
    await page.call("Page.navigate", url=f"{scene.server.url}/console/{section}")
    await page.until(LIVE)


async def _shot(page: Page, folder: Path, name: str) -> None:
    await page.until("[...document.images].every((each) => each.complete)")
    await asyncio.sleep(0.4)  # fonts and transitions come to rest
    (folder / f"console-{name}.png").write_bytes(await page.picture())


async def _whole(content: bytes) -> AsyncIterator[bytes]:
    yield content


if __name__ == "__main__":
    asyncio.run(main())
