"""The simulator shares its event loop with `fairbrush imagine` and the demo: nothing that blocks runs on it."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.contracts.comfyui.graphs import fresh, node, options, png
from tests.contracts.comfyui.probe import Probe


@pytest.fixture
def on_the_loop(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which calls that may block were made on an event loop."""
    noted: list[str] = []

    def watch(owner: type, name: str) -> None:
        original: Callable[..., Any] = getattr(owner, name)

        def watched(*given: Any, **named: Any) -> Any:
            if asyncio._get_running_loop() is not None:
                noted.append(f"{owner.__name__}.{name}")
            return original(*given, **named)

        monkeypatch.setattr(owner, name, watched)

    for name in ("iterdir", "is_file", "open", "read_bytes", "write_bytes"):
        watch(Path, name)
    for name in ("resize", "convert", "filter", "save"):
        watch(Image.Image, name)
    return noted


async def test_looking_into_folders_and_resizing_pictures_leave_the_loop_free(
    probe: Probe, on_the_loop: list[str]
) -> None:
    name = f"{fresh()}.png"
    await probe.upload(name, await asyncio.to_thread(png))
    await probe.get("/object_info")
    await probe.get("/object_info/LoadImage")
    await probe.get("/internal/files/input")
    assert await probe.fetch("/view", filename=name, type="input")
    checkpoint = options(probe.info, "CheckpointLoaderSimple", "ckpt_name")[0]
    scaled = {"image": ["1", 0], "width": 70, "height": 70, "upscale_method": "area", "crop": "disabled"}
    prompt = {
        "1": node("LoadImage", image=name),
        "2": node("ImageScale", **scaled),
        "3": node("CheckpointLoaderSimple", ckpt_name=checkpoint),
        "4": node("VAEEncode", pixels=["2", 0], vae=["3", 2]),
        "5": node("VAEEncodeForInpaint", pixels=["2", 0], vae=["3", 2], mask=["1", 1], grow_mask_by=6),
        "6": node("VAEDecode", samples=["4", 0], vae=["3", 2]),
        "7": node("VAEDecode", samples=["5", 0], vae=["3", 2]),
        "8": node("SaveImage", images=["6", 0], filename_prefix="loop"),
        "9": node("SaveImage", images=["7", 0], filename_prefix="loop"),
    }
    _, events = await probe.run(prompt)
    assert [event.kind for event in events].count("executed") == 2
    assert on_the_loop == []
