"""Many people on the chat page, each with a page of their own: `python -m benchmarks.crowd URL PEOPLE JOBS`.

Prints one line of JSON when every page shows the end of every job: how many of them succeeded, and what went wrong.
"""

import asyncio
import json
import re
import sys
from collections import Counter
from dataclasses import dataclass, field
from time import monotonic
from typing import Any
from uuid import uuid4

import aiohttp

from benchmarks.report import percentile

FINAL = {"succeeded", "failed", "cancelled"}
AGAIN_S = 0.2
PATIENCE_S = 300.0


@dataclass
class Crowd:
    """What all pages were shown."""

    url: str
    jobs: int
    asked: dict[str, float] = field(default_factory=dict)
    refused: Counter[int] = field(default_factory=Counter)
    answers_s: list[float] = field(default_factory=list)
    everybody_is_here: asyncio.Barrier = field(default_factory=lambda: asyncio.Barrier(1))
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def visit(self, person: str, share: int) -> dict[str, str]:
        """Open a page, ask for a share of the jobs, and watch until all have ended; returns each one's state."""
        shown: dict[str, str] = {}
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(self.url, cookie_jar=jar, headers={"Origin": self.url}) as http:
            async with http.get("/") as page:
                await page.read()
            async with http.ws_connect("/live", max_msg_size=0) as socket, asyncio.TaskGroup() as tasks:
                await self.everybody_is_here.wait()
                asking = tasks.create_task(self._ask(http, person, share))
                while len(self.asked) < self.jobs or any(shown.get(job) not in FINAL for job in self.asked):
                    self._see(json.loads((await socket.receive()).data), shown)
                await asking
        return {job: shown[job] for job in self.asked}

    async def _ask(self, http: aiohttp.ClientSession, person: str, share: int) -> None:
        for _ in range(share):
            event, accepted = str(uuid4()), False
            while not accepted:
                accepted = await self._ask_once(http, person, event)

    async def _ask_once(self, http: aiohttp.ClientSession, person: str, event: str) -> bool:
        form = aiohttp.FormData(default_to_multipart=True)
        form.add_field("ask", json.dumps({"as": person, "event": event, "text": "/imagine a fox steps:12 size:64x64"}))
        began = monotonic()
        async with http.post("/ask", data=form) as response:
            body = await response.read()
            self.answers_s.append(monotonic() - began)
            if response.status == 202:
                self.asked[json.loads(body)["job"]] = began
                return True
        self.refused[response.status] += 1
        await asyncio.sleep(AGAIN_S)  # as somebody would who is told to wait
        return False

    def _see(self, message: dict[str, Any], shown: dict[str, str]) -> None:
        cards = message["cards"] if message["type"] == "state" else [message] if message["type"] == "card" else []
        for card in cards:
            found = re.search(r'data-state="(\w+)"', card["html"])
            shown[card["id"]] = found[1] if found else ""


async def main(url: str, people: int, jobs: int) -> None:
    """Let them all in."""
    crowd = Crowd(url, jobs, everybody_is_here=asyncio.Barrier(people))
    async with asyncio.timeout(PATIENCE_S), asyncio.TaskGroup() as tasks:
        pages = [tasks.create_task(crowd.visit(f"person{number}", jobs // people)) for number in range(people)]
    states = [page.result() for page in pages]
    found = {
        "agree": all(each == states[0] for each in states),
        "states": Counter(states[0].values()),
        "refused": crowd.refused,
        "answer p50/p99 ms": "/".join(f"{percentile(crowd.answers_s, each) * 1000:.0f}" for each in (50, 99)),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
