"""What a moderator said holds at once and for good: in other processes, after the engine's death and after our own."""

import asyncio
import json
from uuid import uuid4

from adapters.simulator.server import Simulator
from tests.acceptance.service.page import Page
from tests.acceptance.service.service import Service, end
from tests.acceptance.service.truth import runs_of

LONG, SHORT = "steps:40 size:64x64", "steps:2 size:64x64"
AGES = 20
HERE = ("--in", "web/local")
WRITTEN_S = 1.2
"""The engine writes to the disk every second: what was acknowledged so long ago has to outlive it."""


async def refused(page: Page, text: str, person: str) -> str:
    """Ask for what is not to be had, as long as it takes to hear no; returns the words."""
    async with asyncio.timeout(60):
        while True:
            status, answer = await page.browser.ask(text, **{"as": person, "event": str(uuid4())})
            assert status != 202, answer
            if status not in {429, 503} and "GPU" not in answer:
                return answer
            await asyncio.sleep(0.05)


async def audited(service: Service, *more: str) -> list[tuple[str, str, str]]:
    """Return what the audit says, the oldest first: what, what became of it, to whom."""
    lines = (await service.run("audit", "--json", "--limit", "0", *more)).splitlines()
    entries = [json.loads(line) for line in reversed(lines)]
    return [(each["measure"], each["outcome"], each["user"]) for each in entries]


async def test_a_ban_and_a_blocklist_outlast_everything_and_what_waited_never_begins(
    service: Service, gpus: list[Simulator], page: Page
) -> None:
    for gpu in gpus:
        gpu.faults.slow_down(AGES)  # nothing ends while the command line starts, however slow the machine
    await service.start()
    busy = [await page.ask(f"/imagine fox {number} {LONG}") for number in range(2)]
    await page.until(lambda: all(page.state(job) == "running" for job in busy))
    waiting = [await page.ask(f"/imagine hen {number} {SHORT}", "ben") for number in range(3)]

    said = await service.run("users", "ban", "ben", "2d", "too", "many", "hens", *HERE)
    assert "Ben is banned for 2 days" in said
    await page.until(lambda: all(page.state(job) == "cancelled" for job in waiting))
    for gpu in gpus:
        gpu.faults.slow_down(1)
    await service.run("policy", "blocklist", "add", "weasel")
    assert "too many hens" in await refused(page, f"/imagine hen {SHORT}", "ben")

    await asyncio.sleep(WRITTEN_S)
    end(service.engine())
    assert "too many hens" in await refused(page, f"/imagine hen {SHORT}", "ben")
    await service.kill()
    await service.start()
    assert "too many hens" in await refused(page, f"/imagine hen {SHORT}", "ben")
    assert "not allowed here" in await refused(page, f"/imagine a W E A S E L {SHORT}", "ada")
    painted = await page.ask(f"/imagine an owl {SHORT}")
    await page.until(lambda: all(page.state(job) == "succeeded" for job in [painted, *busy]))

    assert [runs_of(job, gpus) for job in waiting] == [[], [], []]
    assert page.faults == []
    assert await audited(service, *HERE) == [
        ("ban", "done", "ben"),
        ("banned", "automatic", "ben"),
        ("blocked", "automatic", "ada"),
    ]
    assert ("blocklist-add", "done", None) in await audited(service)


async def test_what_is_purged_from_the_command_line_leaves_every_page(service: Service, page: Page) -> None:
    await service.start()
    mine = await page.ask(f"/imagine a fox {SHORT}")
    bens = await page.ask(f"/imagine a hen {SHORT}", "ben")
    await page.until(lambda: all(page.state(job) == "succeeded" for job in (mine, bens)))

    assert "Removed: 1 job" in await service.run("users", "purge", "ada", "1h", "--yes", *HERE)

    await page.until(lambda: page.faults == [f"gone: {mine}"])
    assert page.state(bens) == "succeeded"
