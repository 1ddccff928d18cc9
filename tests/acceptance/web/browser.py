"""A real Chromium without a window, spoken to by its own protocol (Chrome DevTools) over a local socket."""

import asyncio
import json
import os
import shutil
import tempfile
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from websockets.asyncio.client import ClientConnection, connect

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage",
    "--remote-debugging-port=0", "--force-color-profile=srgb", "--hide-scrollbars",
)  # fmt: skip

_KEYS = {"Enter": 13, "Tab": 9, "Escape": 27, "ArrowUp": 38, "ArrowDown": 40}

PATIENCE_S = 60.0


@dataclass
class Page:
    """One tab."""

    socket: ClientConnection
    errors: list[str] = field(default_factory=list)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))
    _waiting: dict[int, asyncio.Future[dict]] = field(default_factory=dict)

    async def listen(self) -> None:
        """Hear the browser until the connection ends."""
        async for text in self.socket:
            message = json.loads(text)
            if (waiting := self._waiting.get(message.get("id", 0))) and not waiting.done():
                waiting.set_result(message)
            elif message.get("method") == "Runtime.exceptionThrown":
                self.errors.append(message["params"]["exceptionDetails"]["text"])
            elif message.get("method") == "Log.entryAdded" and "Security" in str(message):
                self.errors.append(message["params"]["entry"]["text"])

    async def call(self, method: str, **parameters: object) -> dict:
        """Call a method of the protocol."""
        number = next(self._numbers)
        self._waiting[number] = answer = asyncio.get_running_loop().create_future()
        try:
            await self.socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
            async with asyncio.timeout(PATIENCE_S):
                message = await answer
        finally:
            self._waiting.pop(number, None)  # an answer that comes after somebody left is nobody's
        assert "error" not in message, message
        return message["result"]

    async def js(self, expression: str) -> object:
        """Evaluate an expression in the page."""
        found = await self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    async def until(self, expression: str) -> object:
        """Wait until an expression of the page is true."""
        wait = f"""new Promise((done) => {{
            const look = async () => {{
                const found = {expression};
                if (found) done(found); else setTimeout(look, 20);
            }};
            look();
        }})"""
        try:
            return await self.js(wait)
        except TimeoutError:
            text = await self.js("document.body.innerText")
            raise AssertionError(f"{expression} did not come true; the page says: {text}") from None

    async def open(self, url: str) -> None:
        """Go to an address and wait until the channel is live."""
        await self.call("Page.navigate", url=url)
        await self.until("document.querySelector('#link')?.dataset.link === 'live'")

    async def type(self, text: str) -> None:
        """Type into whatever has the focus."""
        for letter in text:
            await self.call("Input.dispatchKeyEvent", type="keyDown", text=letter, key=letter)
            await self.call("Input.dispatchKeyEvent", type="keyUp", key=letter)

    async def press(self, key: str) -> None:
        """Press a named key."""
        text = {"text": "\r"} if key == "Enter" else {}
        code = _KEYS[key]
        await self.call("Input.dispatchKeyEvent", type="keyDown", key=key, code=key, windowsVirtualKeyCode=code, **text)
        await self.call("Input.dispatchKeyEvent", type="keyUp", key=key, code=key, windowsVirtualKeyCode=code)

    async def click(self, selector: str) -> None:
        """Click with the mouse in the middle of an element."""
        quoted = json.dumps(selector)
        # Clicked where it stays for two frames, and only when nothing lies over it.
        box = await self.until(f"""await (async () => {{
            const found = document.querySelector({quoted}); if (!found) return;
            found.scrollIntoView({{block: 'nearest'}});
            const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
            const at = () => {{ const box = found.getBoundingClientRect();
                return [box.x + box.width / 2, box.y + box.height / 2]; }};
            const before = at(); await frame(); const after = at();
            const top = document.elementFromPoint(...after);
            if (String(before) === String(after) && found.contains(top)) return after;
        }})()""")
        for kind in ("mousePressed", "mouseReleased"):
            await self.call("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1)  # type: ignore[index]

    async def size(self, width: int, height: int, *, dark: bool = False, scale: float = 1, phone: bool = False) -> None:
        """Be a screen of this size."""
        await self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=phone
        )
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        await self.call("Emulation.setEmulatedMedia", features=scheme)

    async def picture(self) -> bytes:
        """Take a picture of what is seen, as PNG."""
        return b64decode((await self.call("Page.captureScreenshot", format="png"))["data"])


@asynccontextmanager
async def chromium() -> AsyncIterator[Page]:
    """Start a browser with an empty profile, and end it."""
    assert CHROMIUM is not None
    with tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True) as profile:
        environment = {**os.environ, "HOME": profile}
        browser = await asyncio.create_subprocess_exec(
            CHROMIUM, *_FLAGS, f"--user-data-dir={profile}", "about:blank",
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL, env=environment,
        )  # fmt: skip
        try:
            async with _tab(Path(profile)) as page:
                yield page
        finally:
            browser.terminate()
            await browser.wait()


@asynccontextmanager
async def _tab(profile: Path) -> AsyncIterator[Page]:
    port = await _port(profile)
    # The browser's own socket is enough: one target, attached flat, needs no look at its HTTP side.
    async with connect(f"ws://127.0.0.1:{port[0]}{port[1]}", max_size=None) as browser:
        await browser.send(json.dumps({"id": 1, "method": "Target.getTargets"}))
        targets = json.loads(await browser.recv())["result"]["targetInfos"]
    target = next(each["targetId"] for each in targets if each["type"] == "page")
    async with connect(f"ws://127.0.0.1:{port[0]}/devtools/page/{target}", max_size=None) as socket:
        page = Page(socket)
        async with asyncio.TaskGroup() as tasks:
            listening = tasks.create_task(page.listen())
            for domain in ("Page", "Runtime", "Log"):
                await page.call(f"{domain}.enable")
            await page.size(1180, 820)
            yield page
            listening.cancel()


async def _port(profile: Path) -> tuple[str, str]:
    """Read where the browser listens; it writes a file once it does."""
    file = profile / "DevToolsActivePort"
    async with asyncio.timeout(60):
        while True:
            lines = file.read_text().splitlines() if file.exists() else []
            if len(lines) == 2:
                return lines[0], lines[1]
            await asyncio.sleep(0.05)  # there is nothing to wait on but the file
