"""The graphs of the contracts: small enough for a CPU, with models that the server says it has."""

import io
import itertools
import random
from typing import Any

from PIL import Image

Prompt = dict[str, dict[str, Any]]

SIZE = 64
MANY = 2_000
"""Sampler steps that outlast any test; the run is interrupted instead."""

_fresh = itertools.count(random.randrange(2**40))


def fresh() -> int:
    """A number that no run before this one has used, so that nothing of it is cached or repeated."""
    return next(_fresh)


def node(class_type: str, **inputs: Any) -> dict[str, Any]:
    return {"class_type": class_type, "inputs": inputs}


def options(info: dict[str, Any], class_type: str, name: str) -> list[str]:
    """The choices that a server offers for an input."""
    spec = info[class_type]["input"]["required"][name]
    return spec[0] if isinstance(spec[0], list) else spec[1]["options"]


def painting(info: dict[str, Any], *, seed: int, steps: int = 2, batch: int = 1, prefix: str = "contract") -> Prompt:
    """Text to image: 4 checkpoint, 5 latent, 6 and 7 texts, 3 sampler, 8 decoder, 9 output."""
    checkpoint = options(info, "CheckpointLoaderSimple", "ckpt_name")[0]
    return {
        "4": node("CheckpointLoaderSimple", ckpt_name=checkpoint),
        "5": node("EmptyLatentImage", width=SIZE, height=SIZE, batch_size=batch),
        "6": node("CLIPTextEncode", text="a lighthouse", clip=["4", 1]),
        "7": node("CLIPTextEncode", text="blurry", clip=["4", 1]),
        "3": node(
            "KSampler",
            model=["4", 0],
            positive=["6", 0],
            negative=["7", 0],
            latent_image=["5", 0],
            seed=seed,
            steps=steps,
            cfg=5.0,
            sampler_name="euler",
            scheduler="normal",
            denoise=1.0,
        ),
        "8": node("VAEDecode", samples=["3", 0], vae=["4", 2]),
        "9": node("SaveImage", images=["8", 0], filename_prefix=prefix),
    }


def blank(color: int | None = None, *, width: int = SIZE, batch: int = 1, prefix: str = "contract") -> Prompt:
    """The cheapest picture: 1 one colour, 2 output."""
    color = fresh() % 2**24 if color is None else color
    return {
        "1": node("EmptyImage", width=width, height=SIZE, batch_size=batch, color=color),
        "2": node("SaveImage", images=["1", 0], filename_prefix=prefix),
    }


def of_upload(name: str) -> Prompt:
    """A picture from the input folder: 1 loader, 2 output."""
    return {"1": node("LoadImage", image=name), "2": node("PreviewImage", images=["1", 0])}


def png(color: tuple[int, int, int] = (200, 60, 60)) -> bytes:
    """A small picture to upload."""
    buffer = io.BytesIO()
    Image.new("RGB", (SIZE, SIZE), color).save(buffer, "PNG")
    return buffer.getvalue()
