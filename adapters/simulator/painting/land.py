"""The land under the sky: layers that fade with distance, or water that mirrors what is above it."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFilter, ImageOps

from adapters.simulator.painting.canvas import Point, fill_below, height_at, jagged, rolling
from adapters.simulator.painting.palette import Color, Palette, mix
from adapters.simulator.painting.relief import paint_lee, paint_shade, paint_snow
from adapters.simulator.painting.sky import Light
from adapters.simulator.painting.trees import paint_pines
from adapters.simulator.painting.words import LANDS, first_of

_UNSAID = ("hills", "hills", "mountains", "sea", "forest")


@dataclass(frozen=True, slots=True)
class Ground:
    """Where subjects may stand: the nearest ridge, and the water line if there is water."""

    ridge: Sequence[Point]
    water: float | None = None


def paint_land(canvas: Image.Image, palette: Palette, light: Light, prompt: str, rng: random.Random) -> Ground:
    """Paint the land that the prompt speaks of, or one by chance."""
    return _LANDS[first_of(prompt, LANDS) or rng.choice(_UNSAID)](canvas, palette, light, rng)


def _hills(canvas: Image.Image, palette: Palette, _light: Light, rng: random.Random) -> Ground:
    ridge: list[Point] = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        base, rise = _place(canvas, share, 0.60, 0.90), canvas.height * (0.16 - 0.03 * share)
        ridge = rolling(canvas.width, base, rise, rng, 1.1 + share)
        _layer(canvas, ridge, palette, share)
        if 0.2 < share < 0.9 and rng.random() < 0.8:
            paint_pines(canvas, ridge, _shade(palette, share + 0.12), canvas.height * (0.015 + 0.03 * share), rng, 0.35)
    return Ground(ridge)


def _forest(canvas: Image.Image, palette: Palette, _light: Light, rng: random.Random) -> Ground:
    ridge: list[Point] = []
    for share in (0.0, 0.2, 0.42, 0.68, 1.0):
        ridge = rolling(canvas.width, _place(canvas, share, 0.58, 0.93), canvas.height * 0.10, rng, 1.0 + share)
        paint_pines(
            canvas, ridge, _shade(palette, share), canvas.height * (0.03 + 0.13 * share), rng, 1.0 - 0.35 * share
        )
        _layer(canvas, ridge, palette, share)
    return Ground(ridge)


def _mountains(canvas: Image.Image, palette: Palette, light: Light, rng: random.Random) -> Ground:
    for share, rise in ((0.0, 0.34), (0.28, 0.27)):
        ridge = jagged(canvas.width, _place(canvas, share, 0.66, 0.84), canvas.height * rise, rng)
        _layer(canvas, ridge, palette, share)
        paint_snow(canvas, ridge, mix((255, 255, 255), palette.sky[2], 0.12 + 0.5 * share), rng)
        paint_shade(canvas, ridge, light.x, (*mix(palette.sky[0], palette.near, 0.3), 88), rng)
    ridge = []
    for share in (0.55, 0.78, 1.0):
        ridge = rolling(canvas.width, _place(canvas, share, 0.66, 0.92), canvas.height * 0.09, rng, 1.2 + share)
        if share < 1.0:
            paint_pines(canvas, ridge, _shade(palette, share), canvas.height * (0.01 + 0.05 * share), rng, 0.9)
        _layer(canvas, ridge, palette, share)
    return Ground(ridge)


def _desert(canvas: Image.Image, palette: Palette, light: Light, rng: random.Random) -> Ground:
    ridge: list[Point] = []
    for share in (0.0, 0.3, 0.6, 1.0):
        ridge = rolling(canvas.width, _place(canvas, share, 0.62, 0.92), canvas.height * 0.15, rng, 0.8 + 0.4 * share)
        _layer(canvas, ridge, palette, share * 0.8)
        paint_lee(canvas, ridge, light.x, (*palette.near, int(60 + 60 * share)))
    return Ground(ridge)


def _sea(canvas: Image.Image, palette: Palette, light: Light, rng: random.Random) -> Ground:
    line = canvas.height * rng.uniform(0.56, 0.62)
    for share in (0.0, 0.22):
        ridge = rolling(canvas.width, line + 2, canvas.height * rng.uniform(0.03, 0.08), rng, 1.2)
        _layer(canvas, [(x, min(y, line)) for x, y in ridge], palette, share)
    _water(canvas, line, palette, light, rng)
    return Ground(_headland(canvas, palette, rng), line)


def _city(canvas: Image.Image, palette: Palette, light: Light, rng: random.Random) -> Ground:
    line = canvas.height * 0.72
    for share, tall in ((0.15, 0.42), (0.5, 0.36), (0.9, 0.27)):
        _buildings(canvas, line, tall, _shade(palette, share), palette, rng)
    _water(canvas, line, palette, light, rng)
    quay = [(0.0, canvas.height * 0.955), (float(canvas.width), canvas.height * 0.955)]
    fill_below(canvas, quay, _shade(palette, 1.0), _shade(palette, 1.0))
    return Ground(quay, line)


_LANDS: Mapping[str, Callable[[Image.Image, Palette, Light, random.Random], Ground]] = {
    "hills": _hills,
    "forest": _forest,
    "mountains": _mountains,
    "desert": _desert,
    "sea": _sea,
    "city": _city,
}


def _place(canvas: Image.Image, share: float, far: float, near: float) -> float:
    return canvas.height * (far + (near - far) * share)


def _shade(palette: Palette, share: float) -> Color:
    """The land's colour at a distance (0 far, 1 near)."""
    return mix(palette.far, palette.near, min(1.0, share) ** 0.9)


def _layer(canvas: Image.Image, ridge: Sequence[Point], palette: Palette, share: float) -> None:
    """One ridge with the haze of the distance at its foot."""
    color = _shade(palette, share)
    if palette.snow:
        color = mix((250, 252, 255), color, 0.45 + 0.3 * share)
    fill_below(canvas, ridge, color, mix(color, palette.sky[3], 0.5 * (1 - share)))


def _water(canvas: Image.Image, line: float, palette: Palette, light: Light, rng: random.Random) -> None:
    """What is above, upside down, darker and torn by waves, with the light's path on it."""
    top, depth = int(line), canvas.height - int(line)
    mirror = ImageOps.flip(canvas.crop((0, max(0, top - depth), canvas.width, top)))
    mirror = mirror.resize((max(1, canvas.width // 6), max(1, depth // 3))).filter(ImageFilter.BoxBlur((3, 1)))
    mirror = mirror.resize((canvas.width, depth), Image.Resampling.BICUBIC)
    deep = mix(palette.sky[0], palette.near, 0.25)
    canvas.paste(Image.blend(mirror, Image.new("RGB", mirror.size, deep), 0.36), (0, top))
    draw = ImageDraw.Draw(canvas, "RGBA")
    unit = canvas.height / 1000
    for _ in range(420):
        share = rng.random() ** 1.4
        y, length = top + depth * share, canvas.width * (0.01 + 0.07 * share) * rng.uniform(0.5, 1.4)
        x, bright = rng.uniform(-0.05, 1.05) * canvas.width, rng.random() < 0.5
        color = (*palette.sky[3], 26) if bright else (*deep, 60)
        draw.rounded_rectangle((x, y, x + length, y + unit * (1 + 3.2 * share)), unit, fill=color)
    for _ in range(150):
        share = rng.random()
        spread = light.radius * (0.7 + 3.4 * share)
        x, y = rng.gauss(light.x, spread * 0.55), top + depth * share
        length = light.radius * rng.uniform(0.15, 0.8) * (0.5 + share)
        draw.rounded_rectangle(
            (x - length, y, x + length, y + unit * (1.5 + 3 * share)),
            unit,
            fill=(*palette.light, int(170 * (1 - share * 0.6))),
        )


def _headland(canvas: Image.Image, palette: Palette, rng: random.Random) -> list[Point]:
    """A dark shore that comes in from one side."""
    mirrored = rng.random() < 0.5
    ridge = rolling(canvas.width, canvas.height * 0.97, canvas.height * 0.05, rng, 2.0)
    shore = []
    for x, y in ridge:
        share = x / canvas.width
        share = 1 - share if mirrored else share
        rise = canvas.height * 0.21 * max(0.0, 1 - share / 0.62) ** 0.8
        shore.append((x, y - rise))
    fill_below(canvas, shore, mix(palette.near, palette.far, 0.12), palette.near)
    return shore


def _buildings(
    canvas: Image.Image, line: float, tall: float, color: Color, palette: Palette, rng: random.Random
) -> None:
    draw = ImageDraw.Draw(canvas)
    unit, x = canvas.width / 100, -canvas.width * 0.02
    while x < canvas.width:
        wide = unit * rng.uniform(2.6, 6.5)
        middle = 1 - abs(x / canvas.width - 0.5) * 0.9
        top = line - canvas.height * tall * middle * rng.uniform(0.35, 1.0)
        draw.rectangle((x, top, x + wide, line), fill=color)
        if rng.random() < 0.3:
            draw.rectangle((x + wide * 0.46, top - unit * rng.uniform(1, 4), x + wide * 0.54, top), fill=color)
        _windows(draw, (x, top, x + wide, line), color, palette, rng)
        x += wide + unit * rng.uniform(-0.4, 0.7)


def _windows(
    draw: ImageDraw.ImageDraw,
    box: tuple[float, float, float, float],
    color: Color,
    palette: Palette,
    rng: random.Random,
) -> None:
    left, top, right, bottom = box
    cell = max(3.0, (right - left) / rng.choice((4, 5, 6)))
    neon = palette.name == "neon"
    lamps = ((255, 214, 130), (255, 190, 110), (150, 230, 255)) if not neon else ((90, 240, 255), (255, 90, 200))
    y = top + cell * 0.6
    while y < bottom - cell:
        x = left + cell * 0.35
        while x < right - cell * 0.6:
            if rng.random() < (0.42 if palette.lit else 0.5):
                lamp = (
                    mix(color, rng.choice(lamps), rng.uniform(0.5, 0.95))
                    if palette.lit
                    else mix(color, palette.sky[3], 0.22)
                )
                draw.rectangle((x, y, x + cell * 0.42, y + cell * 0.55), fill=lamp)
            x += cell
        y += cell * 1.15


def ridge_y(ground: Ground, x: float) -> float:
    """Where something stands at x."""
    return height_at(ground.ridge, x)
