"""Placeholder."""

import random
from dataclasses import dataclass

from PIL import Image


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    prompt: str
    negative: str
    seed: int
    model: str
    width: int
    height: int


def paint(scene: Scene) -> Image.Image:
    r = random.Random(repr(scene))
    a = Image.frombytes("RGB", (4, 4), r.randbytes(48))
    return a.resize((scene.width, scene.height), Image.Resampling.BICUBIC)


def repaint(base: Image.Image, scene: Scene, denoise: float, mask: Image.Image | None) -> Image.Image:
    out = Image.blend(base, paint(scene), denoise)
    if mask is not None:
        out = Image.composite(out, base, mask.resize(base.size))
    return out
