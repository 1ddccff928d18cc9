"""A page that is left open in a real browser over a kill and a restart shows the truth."""

import pytest

from adapters.simulator.server import Simulator
from tests.acceptance.service.service import Service
from tests.acceptance.service.truth import nothing_ran_twice
from tests.acceptance.web.browser import CHROMIUM, chromium

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")

WORDS = ("fox", "hen", "owl", "eel")


async def test_a_page_left_open_over_a_kill_shows_every_job_to_its_end(service: Service, gpus: list[Simulator]) -> None:
    await service.start()
    async with chromium() as page:
        await page.open(service.url)
        await page.js("document.querySelector('#say').focus()")
        for number, word in enumerate(WORDS, start=1):
            await page.type(f"/imagine {word} steps:25 size:64x64")
            await page.press("Escape")
            await page.press("Enter")
            await page.until(f"document.querySelectorAll('.message').length === {number}")
            await page.until("document.querySelector('#say').value === ''")  # the answer may come after the message
        await page.until("document.querySelector('[data-state=running] progress')?.value > 2")
        await service.kill()
        await page.until("document.querySelector('#link').dataset.link === 'lost'")

        await service.start()
        await page.until("document.querySelector('#link').dataset.link === 'live'")
        await page.until(f"document.querySelectorAll('[data-state=succeeded]').length === {len(WORDS)}")
        await page.until("[...document.querySelectorAll('.picture img')].every((each) => each.naturalWidth === 64)")
        assert await page.js("document.querySelectorAll('.message').length") == len(WORDS)
        assert await page.js("document.querySelectorAll('.picture img').length") == len(WORDS)
        said = await page.js("[...document.querySelectorAll('.message .prompt')].map((each) => each.innerText)")
        ids = await page.js("[...document.querySelectorAll('.message')].map((each) => each.id.slice(4))")
        assert page.errors == []

    assert said == list(WORDS)
    assert isinstance(ids, list)
    nothing_ran_twice(ids, gpus)
