"""What is to be painted, and the painting of it: the same scene always gives the same pixels."""

import random
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageEnhance, ImageOps

from adapters.simulator.painting.caption import write_caption
from adapters.simulator.painting.land import paint_land
from adapters.simulator.painting.palette import palette_of
from adapters.simulator.painting.sky import paint_sky
from adapters.simulator.painting.subjects import paint_subjects
from adapters.simulator.painting.words import subjects_of

_SMOOTH_UP_TO = 1_400
"""Sides up to this are painted twice as large and reduced, which is Pillow's only antialiasing."""
_GRAIN = 0.045
_VIGNETTE = 0.30


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Everything that a picture depends on."""

    prompt: str
    negative: str
    seed: int
    model: str
    width: int
    height: int


def paint(scene: Scene) -> Image.Image:
    """A landscape for the words of the prompt, with its caption."""
    return write_caption(_painted(scene), scene.prompt)


def repaint(base: Image.Image, scene: Scene, denoise: float, mask: Image.Image | None) -> Image.Image:
    """The base moved towards the scene by `denoise` (0 to 1), only where the mask is white."""
    base = base.convert("RGB")
    # Half the denoise already lets the subject through, as with a real model: the blend follows an s-curve.
    strength = denoise * denoise * (3 - 2 * denoise)
    changed = Image.blend(base, _painted(scene), strength)
    if mask is not None:
        changed = Image.composite(changed, base, mask.convert("L").resize(base.size, Image.Resampling.BILINEAR))
    return write_caption(changed, scene.prompt) if denoise > 0 else changed


def _painted(scene: Scene) -> Image.Image:
    rng = random.Random(repr(scene))  # noqa: S311 — a picture, reproducible by design
    scale = 2 if max(scene.width, scene.height) <= _SMOOTH_UP_TO else 1
    palette = palette_of(scene.prompt, rng)
    canvas = Image.new("RGB", (max(8, scene.width * scale), max(8, scene.height * scale)))
    light = paint_sky(canvas, palette, rng)
    ground = paint_land(canvas, palette, light, scene.prompt, rng)
    paint_subjects(canvas, palette, ground, subjects_of(scene.prompt), rng)
    picture = canvas.resize((scene.width, scene.height), Image.Resampling.BOX)
    return _finish(picture, rng)


def _finish(picture: Image.Image, rng: random.Random) -> Image.Image:
    """Film grain, darker corners, a little more colour."""
    width, height = picture.size
    grain = Image.frombytes("L", (width, height), rng.randbytes(width * height))
    grained = ImageChops.overlay(picture, Image.merge("RGB", (grain,) * 3))
    picture = Image.blend(picture, grained, _GRAIN)
    corners = ImageOps.invert(Image.radial_gradient("L")).resize((width, height), Image.Resampling.BICUBIC)
    corners = corners.point([min(255, 110 + value) for value in range(256)])
    shaded = ImageChops.multiply(picture, Image.merge("RGB", (corners,) * 3))
    return ImageEnhance.Color(Image.blend(picture, shaded, _VIGNETTE)).enhance(1.08)
