"""The chat page in a real browser, as somebody uses it."""

import asyncio
import hashlib
import json

import pytest

from adapters.web.chat import WebChat
from adapters.web.log import FileLog
from adapters.web.server import WebOptions, WebServer
from bot.jobs import JobState
from tests.acceptance.web.browser import CHROMIUM, chromium
from tests.integration.web.conftest import asked_job
from tests.integration.web.conftest import scene as scene
from tests.integration.web.desk import DEMO, KEY, png

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")


@pytest.fixture
async def page(scene):
    async with chromium() as page:
        await page.open(scene.server.url)
        yield page
        assert page.errors == []


async def say(page, text):
    await page.js("document.querySelector('#say').focus()")
    await page.type(text)
    await page.press("Escape")
    await page.press("Enter")


async def asked(page, scene, text="/imagine a fox in the snow steps:9"):
    """Type a command and wait for its message."""
    await say(page, text)
    await page.until("document.querySelector('.message:last-child[data-state=queued]')")
    job = asked_job(scene.desk)
    await page.until(f"document.querySelector('#job-{job}')")
    return job


async def test_a_command_is_completed_as_it_is_typed(page, scene):
    await page.until("!document.querySelector('#empty').hidden")
    await page.js("document.querySelector('#say').focus()")
    await page.type("/im")
    await page.until("document.querySelector('#menu').innerText.includes('/imagine')")
    await page.press("Tab")
    await page.until("document.querySelector('#say').value === '/imagine '")
    await page.type("a fox in the snow sampler:dpmpp_s")
    await page.until("document.querySelector('#menu').innerText.trim() === 'dpmpp_sde'")
    await page.press("ArrowDown")
    await page.press("Enter")
    await page.until("document.querySelector('#say').value.endsWith('sampler:dpmpp_sde ')")
    await page.press("Enter")
    await page.until("document.querySelector('[data-state=queued] .headline')")
    assert "sampler:dpmpp_sde" in scene.desk.submissions[-1].text


async def test_the_bar_moves_the_preview_changes_and_the_pictures_bytes_arrive(page, scene):
    job = await asked(page, scene)
    await scene.desk.start(job)
    await page.until("document.querySelector('progress:indeterminate')")
    await scene.desk.step(job, 3, 9, png("red"))
    await page.until("document.querySelector('progress').value === 3")
    await page.until("document.querySelector('.preview img').naturalWidth")
    first = await page.js("document.querySelector('.preview img').src")
    await page.js("window.bar = document.querySelector('progress')")
    await scene.desk.step(job, 7, 9, png("blue"))
    await page.until("document.querySelector('progress').value === 7")
    await page.until(f"document.querySelector('.preview img').src !== {json.dumps(first)}")
    assert await page.js("window.bar === document.querySelector('progress')")

    await scene.desk.finish(job, png("teal", (320, 200)))
    await page.until("document.querySelector('[data-state=succeeded] .picture img')?.naturalWidth === 320")
    digest = await page.js("""fetch(document.querySelector('.picture img').src).then((got) => got.arrayBuffer())
        .then((bytes) => crypto.subtle.digest('SHA-256', bytes))
        .then((hash) => [...new Uint8Array(hash)].map((each) => each.toString(16).padStart(2, '0')).join(''))""")
    assert digest == hashlib.sha256(png("teal", (320, 200))).hexdigest()
    assert await page.js("document.querySelector('.picture img').alt") == "Picture: a fox in the snow"
    await page.until("document.querySelector('#said').textContent.includes('ready')")


async def test_a_waiting_job_is_cancelled_by_its_button(page, scene):
    job = await asked(page, scene)
    await page.click(f"#job-{job} [data-press=cancel]")
    await page.until(f"document.querySelector('#job-{job}').dataset.state === 'cancelled'")

    assert (await scene.desk.job(job)).state is JobState.CANCELLED


async def test_a_reload_in_the_middle_shows_where_the_job_is(page, scene):
    job = await asked(page, scene)
    await scene.desk.start(job)
    await scene.desk.step(job, 4, 9, png("red"))
    await page.open(scene.server.url)
    await page.until("document.querySelector('progress')?.value === 4")
    await scene.desk.finish(job, png("teal"))
    await page.until("document.querySelector('[data-state=succeeded]')")

    assert await page.js("document.querySelectorAll('.message').length") == 1


async def test_the_page_comes_back_by_itself_after_the_service_was_restarted(page, scene, tmp_path):
    job = await asked(page, scene)
    await scene.desk.start(job)
    port = int(scene.server.url.rpartition(":")[2])
    await scene.server.__aexit__()
    await page.until("document.querySelector('#link').dataset.link === 'lost'")
    await say(page, "/imagine a hen")
    await page.until("document.querySelector('.note')?.innerText.includes('cannot be reached')")
    assert await page.js("document.querySelector('#say').value.trim()") == "/imagine a hen"

    scene.desk.chat = chat = WebChat(FileLog(tmp_path / "channel.jsonl"))
    options = WebOptions(key=KEY, guests=[DEMO], port=port)
    async with WebServer(desk=scene.desk, chat=chat, files=scene.desk.files, options=options) as again:
        assert again.note is None
        await page.until("document.querySelector('#link').dataset.link === 'live'")
        await scene.desk.finish(job, png("teal"))
        await page.until("document.querySelector('[data-state=succeeded] .picture img')?.naturalWidth")
        await page.press("Enter")
        await page.until("document.querySelectorAll('.message').length === 2")


async def test_faults_are_shown_together_and_up_brings_the_message_back(page, scene):
    await say(page, "/imagine a fox steps:900 width:33")
    await page.until("document.querySelectorAll('.faults dt').length === 2")
    assert await page.js("document.querySelector('#say').value") == "/imagine a fox steps:900 width:33"
    await page.js("document.querySelector('#say').value = ''")
    await page.press("ArrowUp")
    assert await page.js("document.querySelector('#say').value") == "/imagine a fox steps:900 width:33"
    await page.click(".note [data-dismiss]")
    await page.until("!document.querySelector('.note')")


async def test_a_form_edits_and_reruns(page, scene):
    job = await asked(page, scene)
    await scene.desk.start(job)
    await scene.desk.finish(job, png("teal"))
    await page.click(f"#job-{job} [data-press=edit]")
    await page.until("document.querySelector('#sheet').open")
    await page.js("document.querySelector('#field-steps').value = '900'")
    await page.click("#sheet .main")
    await page.until("document.querySelector('#field-steps').getAttribute('aria-invalid') === 'true'")
    await page.js("document.querySelector('#field-steps').value = '11'")
    await page.click("#sheet .main")
    await page.until("!document.querySelector('#sheet').open")
    await page.until("document.querySelectorAll('.message').length === 2")

    made = await scene.desk.job(asked_job(scene.desk))
    assert (made.job.values["steps"], made.job.parent) == (11, job)


async def paste_a_picture(page):
    await page.js("""new Promise((done) => {
        const canvas = document.createElement('canvas'); canvas.width = 256; canvas.height = 192;
        canvas.getContext('2d').fillRect(0, 0, 256, 192);
        canvas.toBlob((blob) => {
            const clipboard = new DataTransfer(); clipboard.items.add(new File([blob], 'a.png', {type: 'image/png'}));
            document.querySelector('#say').dispatchEvent(
                new ClipboardEvent('paste', {clipboardData: clipboard, bubbles: true, cancelable: true}));
            done(); }, 'image/png'); })""")


async def test_a_pasted_picture_and_a_painted_mask_are_sent(page, scene):
    await paste_a_picture(page)
    await page.click("[data-paint]")
    await page.until("document.querySelector('#mask').open")
    await page.click("#easel")
    await page.click("#use-mask")
    await page.until("document.querySelector('#say').value === '/inpaint '")
    await say(page, "a hat")
    await page.until("document.querySelector('.message')")

    pictures = scene.desk.submissions[-1].pictures
    assert set(pictures) == {"image", "mask"}
    assert {(each.handle.width, each.handle.height) for each in pictures.values()} == {(256, 192)}
    colours = await asyncio.to_thread(_colours, pictures["mask"].content)
    assert {(0, 0, 0), (255, 255, 255)} <= colours
    assert await page.js("document.querySelector('#attached').hidden")


async def places(page):
    """Tell where everything in the composer is that may be clicked, the chips and the menu aside."""
    clicked = "document.querySelectorAll('#attached button, .box button, .box textarea')"
    return await page.js(f"JSON.stringify([...{clicked}].map((each) => each.getBoundingClientRect()))")


@pytest.mark.parametrize("width", [1180, 390])
async def test_nothing_that_may_be_clicked_moves_when_chips_and_the_hint_come_and_go(page, scene, width):
    await page.size(width, 820)
    await paste_a_picture(page)
    await page.until("document.querySelector('[data-paint]')")
    await page.js("document.querySelector('#say').focus()")
    shown = "['chips', 'hint'].filter((each) => !document.getElementById(each).hidden).join()"

    seen = []
    for text, above in (("a", ""), ("/imagine a", "chips"), ("/imagine a cfg:", "chips,hint"), ("a", "")):
        await page.js("document.querySelector('#say').value = ''")
        await page.type(text)
        await page.until(f"{shown} === {json.dumps(above)}")
        seen.append(await places(page))
    assert seen == [seen[0]] * 4


def _colours(content):
    from io import BytesIO

    from PIL import Image

    with Image.open(BytesIO(content)) as picture:
        return {color for _, color in picture.convert("RGB").getcolors(1 << 20)}


async def test_delete_asks_twice_and_takes_the_message_away(page, scene):
    job = await asked(page, scene)
    await scene.desk.start(job)
    await scene.desk.finish(job, png("teal"))
    await page.click(f"#job-{job} [data-press=delete]")
    assert await page.js("document.querySelectorAll('.message').length") == 1
    await page.click(f"#job-{job} [data-press=delete]")
    await page.until("document.querySelectorAll('.message').length === 0")
    await page.until("!document.querySelector('#empty').hidden")


async def test_parameters_are_offered_as_a_command(page, scene):
    job = await asked(page, scene, "/imagine a fox seed:42")
    await scene.desk.start(job)
    await scene.desk.finish(job, png("teal"))
    await page.click(f"#job-{job} [data-press=parameters]")
    await page.until("document.querySelector('.command code')?.textContent.includes('seed:42')")
    await page.click(".command [data-fill]")
    await page.until("document.querySelector('#say').value.startsWith('/txt2img a fox')")


async def test_the_theme_is_kept_and_a_phone_needs_no_sideways_scrolling(page, scene):
    await asked(page, scene, "/imagine " + "averyveryverylongword" * 12)
    await page.click("#theme")
    await page.open(scene.server.url)
    assert await page.js("document.documentElement.dataset.theme") == "dark"
    await page.size(360, 700, phone=True)
    await page.until("innerWidth === 360")
    assert await page.js("document.documentElement.scrollWidth <= 360")
    assert await page.js(
        "document.querySelector('#channel').scrollWidth <= document.querySelector('#channel').clientWidth"
    )


async def test_an_answer_of_the_browser_that_comes_when_nobody_waits_for_it_any_more_ends_nothing(page):
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await page.js("new Promise((done) => { window.answer = done; })")
    await page.js("answer()")
    assert await page.js("1 + 1") == 2
