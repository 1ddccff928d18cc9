"""The console in a real browser, as a moderator has it open all day."""

import asyncio
import contextlib
from dataclasses import replace

import pytest

from adapters.web.console.limits import ConsoleLimits
from bot.console.views import QueueView
from bot.policy.measures import BanUser, CancelJob
from tests.acceptance.web.browser import CHROMIUM, Page, chromium
from tests.fakes.contents import chunks
from tests.integration.web.console.scene import ConsoleScene, console_of
from tests.integration.web.console.watched import GUILD, MODERATOR, OPERATOR, report_of
from tests.integration.web.desk import png

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")

LIVE = "document.querySelector('#link')?.dataset.link === 'live'"
SECTIONS = ("now", "use", "people", "reports", "review", "blocklist", "audit")


@pytest.fixture
async def scene(tmp_path):
    limits = ConsoleLimits(tick_s=0.05, checked_every_s=0.2)
    async with console_of(tmp_path, public_url=None, limits=limits) as scene:
        files = [await scene.files.put(chunks(png(color, (320, 200))), name="a.png", media_type="image/png")
                 for color in ("teal", "tan", "navy")]  # fmt: skip
        scene.watched.reported = [report_of(0, files[:1]), report_of(1, files[1:]), report_of(2, (), is_kept=False)]
        yield scene


@pytest.fixture
async def page(scene):
    async with chromium() as page:
        await sign_in(page, scene)
        yield page
        assert page.errors == []


async def sign_in(page: Page, scene: ConsoleScene, actor=MODERATOR) -> None:
    """Open a link, as somebody who has just been given one."""
    await page.call("Page.navigate", url=f"{scene.server.url}/console/sign-in#{await scene.link(actor)}")
    await page.until("document.querySelector('#token')?.value")
    assert await page.js("location.hash") == ""
    await page.press("Enter")  # the button has the focus
    await arrived(page, f"location.pathname === '/console/now' && {LIVE}")


async def arrived(page: Page, expression: str) -> None:
    """Wait for a page that another one leads to; whoever asks the one that goes gets no answer."""
    async with asyncio.timeout(30):
        while True:
            with contextlib.suppress(AssertionError, TimeoutError):
                async with asyncio.timeout(2):
                    if await page.js(f"Boolean({expression})"):
                        return
            await asyncio.sleep(0.05)  # there is nothing to wait on but the next page


async def look(page: Page, scene: ConsoleScene, section: str) -> None:
    await page.call("Page.navigate", url=f"{scene.server.url}/console/{section}")
    await arrived(page, f"location.pathname === '/console/{section}' && {LIVE}")


async def test_what_changes_shows_without_a_reload(page, scene):
    await page.js("window.same = true")
    await page.until("document.querySelector('#gpu-attic').innerText.includes('a lighthouse')")
    attic = replace(scene.watched.view.gpus[0], jobs=(), reason="It rests.")
    scene.watched.view = replace(scene.watched.view, gpus=(attic, *scene.watched.view.gpus[1:]))
    await page.until("document.querySelector('#gpu-attic').innerText.includes('It rests.')")
    assert await page.js("window.same && document.querySelector('#gpu-attic').innerText.includes('Nothing runs')")


async def test_what_is_open_stays_open_and_what_has_the_focus_keeps_it(page, scene):
    await page.click(".queue-of summary")
    await page.until("document.querySelector('.queue-of').open")
    await page.js("window.cancel = document.querySelectorAll('.queue-of[open] [data-deed=cancel]')[2]; cancel.focus()")
    first, second, *others = scene.watched.view.queue.members
    shorter = replace(first, jobs=first.jobs[1:], waiting=8)
    queue = replace(scene.watched.view.queue, members=(second, shorter, *others), waiting=14)
    scene.watched.view = replace(scene.watched.view, queue=queue)
    await page.until("document.querySelector('.tiles').innerText.includes('14')")
    assert await page.js("document.querySelector('.queue-of').open")
    assert await page.js("document.activeElement === cancel && cancel.isConnected")


async def test_a_button_does_not_move_away_under_the_pointer(page, scene):
    await page.click(".queue-of summary")
    where = "document.querySelector('.queue-of[open] [data-deed=cancel]').getBoundingClientRect().top"
    await page.js("document.activeElement.blur()")
    box = await page.js("""(() => { const box = document.querySelector('.queue-of[open] [data-deed=cancel]')
        .getBoundingClientRect(); return [box.x + 9, box.y + 9]; })()""")
    await page.call("Input.dispatchMouseEvent", type="mouseMoved", x=box[0], y=box[1])
    before = await page.js(where)
    first, *others = scene.watched.view.queue.members
    newcomer = replace(others[0], user="1", name="Newcomer")
    queue = QueueView(members=(newcomer, *others[1:], first), waiting=21, running=2, elsewhere=4)
    scene.watched.view = replace(scene.watched.view, queue=queue)
    await page.until("document.querySelector('.members').innerText.includes('Newcomer')")
    assert await page.js(where) == before


async def test_somebody_is_banned_by_a_dialog_and_the_answer_stands_in_it(page, scene):
    await look(page, scene, "people")
    await page.click("#person-discord\\/614202310000000001\\/80351110224678912 [data-deed=ban]")
    await page.until("document.querySelector('#sheet[open] #field-for') === document.activeElement")
    await page.type("2d")
    await page.js("document.querySelector('#field-reason').focus()")
    await page.type("spam")
    scene.watched.persons[0] = replace(scene.watched.persons[0], banned="You are banned for 2 days: spam.")
    await page.click("#sheet [type=submit]")
    await page.until("document.querySelector('#sheet .told[data-tone=good]')")
    await page.until("document.querySelector('.people .one .chip.bad')")
    assert scene.desk.done == [(MODERATOR, BanUser(user="80351110224678912", for_s=172_800.0, reason="spam"), GUILD)]
    await page.press("Escape")
    await page.until("!document.querySelector('#sheet').open")


async def test_what_was_filled_in_wrongly_is_said_and_can_be_mended(page, scene):
    await look(page, scene, "people")
    await page.click(".one [data-deed=grant]")
    await page.until("document.querySelector('#sheet[open] form')")
    await page.js("document.querySelector('#field-amount').value = 'lots'")
    await page.press("Enter")
    await page.until("document.querySelector('#sheet .told[data-tone=bad]')?.innerText.includes('lots')")
    await page.click("#sheet .suggested button")
    await page.js("document.querySelector('#field-for').value = '1d'")
    await page.click("#sheet [type=submit]")
    await page.until("document.querySelector('#sheet .told[data-tone=good]')")
    assert len(scene.desk.done) == 1


async def test_a_job_is_cancelled_with_the_keyboard_alone(page, scene):
    job = scene.watched.view.queue.members[0].jobs[0]
    await page.js("document.querySelector('.queue-of summary').focus()")
    await page.press("Enter")
    await page.until("document.querySelector('.queue-of').open")
    await page.press("Tab")
    assert await page.js("document.activeElement.dataset.deed") == "cancel"
    await page.press("Enter")
    await page.until("document.querySelector('#sheet[open] .deed')")
    await page.press("Enter")  # the button that does it has the focus
    await page.until("document.querySelector('#sheet .told')")
    assert scene.desk.done == [(MODERATOR, CancelJob(job_id=job.id), GUILD)]
    await page.press("Enter")  # Close
    await page.until("!document.querySelector('#sheet').open && document.activeElement.dataset.deed === 'cancel'")


async def test_tabs_are_reached_by_keyboard_and_say_where_one_is(page):
    await page.press("Tab")
    assert await page.js("document.activeElement.className") == "skip"
    await page.js("document.querySelector('.tabs a[aria-current]').focus()")
    await page.press("Tab")
    await page.press("Enter")
    await arrived(page, f"location.pathname === '/console/use' && {LIVE}")
    assert await page.js("document.querySelector('[aria-current=page]').innerText") == "Use"
    names = await page.js("""[...document.querySelectorAll('button, a, input, select, summary')].filter((each) =>
        !(each.textContent.trim() || each.ariaLabel || each.title || each.labels?.length || each.type === 'hidden')
        ).length""")
    assert names == 0


async def test_somebody_is_found_and_shown(page, scene):
    await look(page, scene, "people")
    await page.js("document.querySelector('#find-text').focus()")
    await page.type("okon")
    assert await page.js("document.querySelectorAll('.one:not([data-hidden])').length") == 1
    await page.press("Enter")
    await page.until("document.querySelector('#sheet[open] .table')?.innerText.includes('supporter')")
    assert "Ben" in await page.js("document.querySelector('#sheet-title').innerText")


async def test_whoever_is_called_just_so_is_found_beside_others_with_it_in_their_name(page, scene):
    line = scene.watched.persons[1]
    scene.watched.persons[2:] = [replace(line, user="80351110224678920", name="Ben")]
    await look(page, scene, "people")
    await page.js("document.querySelector('#find-text').focus()")
    await page.type("bEn")
    assert await page.js("document.querySelectorAll('.one:not([data-hidden])').length") == 2
    await page.press("Enter")
    await page.until("document.querySelector('#sheet[open] #sheet-title')?.innerText.includes('80351110224678920')")


async def test_who_is_not_listed_is_found_by_an_id_and_by_no_name(page, scene):
    await look(page, scene, "people")
    await page.js("document.querySelector('#find-text').focus()")
    await page.type("Nobody")
    await page.press("Enter")
    await page.until("document.querySelector('#sheet[open] .told')?.innerText.includes('Copy User ID')")
    assert await page.js("document.querySelector('#sheet [data-deed]')") is None
    await page.press("Escape")
    await page.js("document.querySelector('#find-text').value = '80351110224678999'")
    await page.js("document.querySelector('#find-text').focus()")
    await page.press("Enter")
    await page.until("document.querySelector('#sheet[open] [data-deed=ban]')")


async def test_a_reported_picture_is_seen_and_enlarged(page, scene):
    await look(page, scene, "reports")
    await page.until("document.querySelector('.shots img')?.naturalWidth === 320")
    await page.click(".shots img")
    await page.until("document.querySelector('#viewer[open] img').naturalWidth === 320")


async def test_a_prompt_is_tried_and_a_pattern_is_added_where_one_reads_them(page, scene):
    await look(page, scene, "blocklist")
    await page.js("document.querySelector('#test-text').focus()")
    await page.type("a casino at night")
    await page.click("[data-verb='blocklist test'] [type=submit]")
    await page.until("document.querySelector('[data-verb=\"blocklist test\"] .told')")
    await page.js("document.querySelector('#add-text').focus()")
    await page.type("nude")
    await page.press("Enter")
    await page.until("document.querySelector('[data-verb=\"blocklist add\"] .told')")
    assert await page.js("document.querySelector('#add-text').value") == ""
    assert len(scene.desk.done) == 2


async def test_nothing_scrolls_sideways_on_a_phone(page, scene):
    await page.size(390, 844, scale=2, phone=True)
    for section in SECTIONS:
        await look(page, scene, section)
        assert await page.js("document.documentElement.scrollWidth") == 390, section
        right = """Math.max(...[...document.querySelectorAll('main *')].filter((each) =>
            !each.closest('.wide, svg')).map((each) => each.getBoundingClientRect().right))"""
        assert await page.js(right) <= 390, section
    await look(page, scene, "people")
    await page.click(".one [data-deed=quota]")
    await page.until("document.querySelector('#sheet[open] form')")
    assert await page.js("document.querySelector('#sheet').getBoundingClientRect().right <= 390")


async def test_it_is_dark_where_one_likes_it_dark(page, scene):
    ground = "getComputedStyle(document.body).backgroundColor"
    light = await page.js(ground)
    await page.size(1180, 820, dark=True)
    dark = await page.js(ground)
    assert (light, dark) == ("rgb(246, 243, 238)", "rgb(23, 21, 27)")
    await page.click("#theme")
    assert await page.js(ground) == light
    await look(page, scene, "audit")
    assert await page.js(ground) == light  # and it stays as it was wished


async def test_an_operator_chooses_a_community(scene):
    async with chromium() as page:
        await sign_in(page, scene, OPERATOR)
        await page.js("""(() => { const choice = document.querySelector('#community'); choice.value = 'slack/T0OTHER1';
            choice.dispatchEvent(new Event('change')); })()""")
        await arrived(page, f"location.search === '?in=slack%2FT0OTHER1' && {LIVE}")
        await page.until("document.querySelector('.members').innerText.includes('Walter')")
        assert page.errors == []


async def test_whoever_is_signed_out_elsewhere_is_told_how_to_come_back(page, scene):
    await scene.signing.end_all()
    await arrived(page, "document.body.innerText.includes('/mod console')")
    assert "Ada" not in await page.js("document.body.innerText")


async def test_a_link_that_was_used_says_so(scene):
    async with chromium() as page:
        token = await scene.link()
        for _ in range(2):
            await page.call("Page.navigate", url="about:blank")
            await page.call("Page.navigate", url=f"{scene.server.url}/console/sign-in#{token}")
            await arrived(page, "document.querySelector('#token')?.value")
            await page.press("Enter")
            await arrived(page, f"{LIVE} || document.body.innerText.includes('has been used')")
        assert "This link has been used" in await page.js("document.body.innerText")


async def test_what_is_open_is_seen_from_another_section_as_soon_as_it_changes(page, scene):
    seen = (
        """[...document.querySelectorAll('.tabs .count')].map((each) => each.checkVisibility() ? each.innerText : '')"""
    )
    await page.until(f"JSON.stringify({seen}.map((each) => parseInt(each) || 0)) === '[3,0]'")
    scene.watched.reported = []
    await page.until(f"{seen}.every((each) => each === '')")
    assert await page.js("document.querySelector('#gpu-attic') !== null")


async def test_a_break_is_said_and_mended(page, scene):
    scene.watched.is_lost = True
    await page.until("document.querySelector('#link').dataset.link === 'away'")
    assert await page.js("document.querySelector('#gpu-attic') !== null")  # what was known stays
    scene.watched.is_lost = False
    await page.until(LIVE)
