"""Takes the pictures of the console: `python -m tests.acceptance.web.console_pictures`, from a checkout's root.

Always of the same evening (studio.py), by a clock that is set to it: what differs from the last time was changed.
"""

import asyncio
import json
import tempfile
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from PIL import Image

from adapters.web.console.looks import Look, Section
from adapters.web.console.rendering import ConsolePages
from bot.policy.measures import Rank
from tests.acceptance.web import studio
from tests.acceptance.web.browser import Page, chromium
from tests.acceptance.web.pictures import FOLDER, painted
from tests.acceptance.web.test_console import arrived
from tests.fakes.contents import chunks
from tests.integration.web.console.scene import ConsoleScene, console_of
from tests.integration.web.console.watched import GUILD, MODERATOR, picture

LIVE = "document.querySelector('#link')?.dataset.link === 'live'"
REMEMBERED = FOLDER / "console.json"
"""What each section showed when its picture was taken."""

_CLOCK = f"""
const Real = Date, ahead = {studio.AT_MS} - Real.now();
Date = class extends Real {{
    constructor(...given) {{ given.length ? super(...given) : super(Real.now() + ahead); }}
    static now() {{ return Real.now() + ahead; }}
}};
"""


async def main(folder: Path = FOLDER) -> None:
    """Take them all, and remember what they show."""
    with tempfile.TemporaryDirectory() as place:
        async with console_of(Path(place), public_url=None) as scene, chromium() as page:
            await _fill(scene)
            await _set(page)
            await _take(scene, page, folder)
            print(*page.errors, sep="\n")  # noqa: T201 — a command that somebody watches
    REMEMBERED.write_text(json.dumps(digests(), indent=2) + "\n")


def digests() -> dict[str, str]:
    """Name what every section shows of that evening: another view or template has another name."""
    pages, files = ConsolePages(), [picture(f"k{number}", 400_000) for number in range(3)]
    look = Look(section=Section.NOW, tenant=GUILD)
    html = {
        Section.NOW: pages.now(look, studio.live()),
        Section.USE: pages.use(look.at(Section.USE), studio.usage()),
        Section.PEOPLE: pages.people(look.at(Section.PEOPLE), studio.persons(), Rank.MODERATOR),
        Section.REPORTS: pages.reports(look.at(Section.REPORTS), studio.reports(files)),
        Section.REVIEW: pages.review(look.at(Section.REVIEW), studio.pending(files[2])),
        Section.AUDIT: pages.audit(look.at(Section.AUDIT), studio.entries()),
    }
    return {section.value: sha256(each.encode()).hexdigest()[:16] for section, each in html.items()}


async def _fill(scene: ConsoleScene) -> None:
    files = [
        await scene.files.put(chunks(painted(words, seed)), name="picture.png", media_type="image/png")  # type: ignore[attr-defined]
        for seed, words in enumerate(studio.PICTURED, 11)
    ]
    watched = scene.watched
    watched.view, watched.used, watched.persons = studio.live(), studio.usage(), studio.persons()
    watched.reported, watched.held = studio.reports(files), studio.pending(files[2])
    watched.entries = studio.entries()
    watched.community_names.names[GUILD] = "Harbour Painters"


async def _set(page: Page) -> None:
    """Set the browser's clock, where it is and how times are written there."""
    await page.call("Page.addScriptToEvaluateOnNewDocument", source=_CLOCK)
    await page.call("Emulation.setTimezoneOverride", timezoneId="UTC")
    await page.call("Emulation.setLocaleOverride", locale="en-GB")


async def _take(scene: ConsoleScene, page: Page, folder: Path) -> None:
    await page.size(1180, 720)
    await page.call("Page.navigate", url=f"{scene.server.url}/console/sign-in#{await scene.link(MODERATOR)}")
    await page.until("document.querySelector('#token')?.value")
    await _shot(page, folder, "sign-in")
    await page.press("Enter")
    await arrived(page, f"location.pathname === '/console/now' && {LIVE}")
    for section, height in (
        ("now", 880),
        ("use", 620),
        ("people", 640),
        ("reports", 740),
        ("review", 540),
        ("audit", 800),
    ):
        await page.size(1180, height)
        await _open(scene, page, section)
        await _shot(page, folder, section)
    await _dialog(scene, page, folder)
    await page.size(1180, 900, dark=True)
    await _open(scene, page, "now")
    await page.click(".queue-of summary")
    await _shot(page, folder, "dark")
    await page.size(390, 500, scale=2, phone=True)
    await _open(scene, page, "now")
    # Its heading, just below the tabs, which stay where they are.
    await page.js(
        "window.scrollTo(0, document.querySelector('#queue-title').getBoundingClientRect().top + scrollY - 64)"
    )
    await _shot(page, folder, "phone")


async def _dialog(scene: ConsoleScene, page: Page, folder: Path) -> None:
    """Take the picture of a ban that is filled in."""
    scene.watched.persons = studio.persons(is_before=True)
    await page.size(1180, 640)
    await _open(scene, page, "people")
    # What was shown of people a moment ago is shown for seconds more.
    await page.until("document.querySelectorAll('.acts > [data-deed=ban]').length === 5")
    await page.click(f".acts > [data-deed=ban][data-user='{studio.DMITRI.id}']")
    await page.until("document.querySelector('#sheet[open] form')")
    await page.type("2d")
    await page.js("document.querySelector('#field-reason').focus()")
    await page.type("the same advert in every picture")
    await _shot(page, folder, "dialog")


async def _open(scene: ConsoleScene, page: Page, section: str) -> None:
    await page.call("Page.navigate", url=f"{scene.server.url}/console/{section}")
    await page.until(LIVE)


async def _shot(page: Page, folder: Path, name: str) -> None:
    await page.until("[...document.images].every((each) => each.complete)")
    await asyncio.sleep(0.4)  # fonts and transitions come to rest
    await page.js("document.getAnimations().forEach((each) => each.cancel())")  # what pulses does so at no moment
    light = await asyncio.to_thread(_light, await page.picture())
    (folder / f"console-{name}.png").write_bytes(light)
    print(f"{name}: {len(light) // 1000} kB")  # noqa: T201 — a command that somebody watches


def _light(png: bytes) -> bytes:
    """Return a picture with 256 colours, which is a third of it."""
    buffer = BytesIO()
    with Image.open(BytesIO(png)) as whole:
        picture = whole.convert("RGB")
    picture.quantize(palette=_palette(picture), dither=Image.Dither.NONE).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _palette(picture: Image.Image) -> Image.Image:
    """Return the colours of a page with paintings in it: its grounds as they are, those of paintings, and rare ones."""
    found = picture.getcolors(picture.width * picture.height) or []
    grounds = [colour for _, colour in sorted(found, reverse=True)[:40] if isinstance(colour, tuple)]
    painted_in = picture.quantize(140, method=Image.Quantize.MEDIANCUT).getpalette() or []
    rare = picture.quantize(76, method=Image.Quantize.MAXCOVERAGE).getpalette() or []
    palette = Image.new("P", (1, 1))
    palette.putpalette([*(part for colour in grounds for part in colour), *painted_in[:420], *rare[:228]])
    return palette


if __name__ == "__main__":
    asyncio.run(main())
