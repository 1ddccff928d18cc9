"""The sky: gradient, stars, clouds, and the sun or moon."""

import math
import random
from dataclasses import dataclass

from PIL import Image, ImageDraw

from adapters.simulator.painting.canvas import Point, ellipse, glow, gradient, soft
from adapters.simulator.painting.palette import Color, Palette, mix

_HORIZON = 0.66
"""Where the sky's last colour is reached; the land may cover more."""


@dataclass(frozen=True, slots=True)
class Light:
    """Where the sun or moon stands."""

    x: float
    y: float
    radius: float


def paint_sky(canvas: Image.Image, palette: Palette, rng: random.Random) -> Light:
    """Paint the whole canvas as sky; where its light is."""
    width, height = canvas.size
    canvas.paste(gradient((width, int(height * _HORIZON)), palette.sky), (0, 0))
    canvas.paste(palette.sky[3], (0, int(height * _HORIZON), width, height))
    side = min(width, height)
    low = not palette.moon and palette.name in ("dusk", "dawn", "gold", "neon", "autumn")
    light = Light(
        x=width * rng.choice((rng.uniform(0.18, 0.4), rng.uniform(0.6, 0.82))),
        y=height * (rng.uniform(0.40, 0.50) if low else rng.uniform(0.14, 0.3)),
        radius=side * (rng.uniform(0.055, 0.085) if low else rng.uniform(0.035, 0.055)),
    )
    if palette.stars:
        _stars(canvas, palette, rng)
    if palette.name == "aurora":
        _aurora(canvas, rng)
    _clouds(canvas, palette, light, rng)
    _shine(canvas, palette, light, rng)
    return light


def _stars(canvas: Image.Image, palette: Palette, rng: random.Random) -> None:
    width, height = canvas.size
    draw = ImageDraw.Draw(canvas)
    unit = min(width, height) / 1000
    for _ in range(palette.stars):
        x, y = rng.uniform(0, width), height * 0.6 * rng.random() ** 1.5
        size = unit * rng.choice((0.7, 0.7, 0.9, 1.2, 1.9))
        behind = mix(palette.sky[0], palette.sky[2], y / (height * 0.6))
        color = mix(behind, (255, 250, 240), rng.uniform(0.25, 0.95) * (1 - y / height))
        draw.ellipse((x - size, y - size, x + size, y + size), fill=color)


def _aurora(canvas: Image.Image, rng: random.Random) -> None:
    width, height = canvas.size
    for color, top in (((70, 240, 170), 0.08), ((120, 120, 240), 0.03)):
        phase, shapes = rng.uniform(0, 6.3), []
        for index in range(48):
            x = width * index / 47
            sway = math.sin(index / 7 + phase) * 0.5 + math.sin(index / 3.1 + phase * 2) * 0.2
            y = height * (0.33 + sway * 0.12)
            rise = height * (0.2 + top + rng.uniform(-0.04, 0.04))
            strip = width / 40
            shapes.append(([(x, y), (x + strip, y), (x + strip * 1.3, y - rise), (x + strip * 0.3, y - rise)], 95))
        soft(canvas, shapes, color, height * 0.03)


def _clouds(canvas: Image.Image, palette: Palette, light: Light, rng: random.Random) -> None:
    width, height = canvas.size
    heavy = palette.name == "storm"
    shapes: list[tuple[list[Point], int]] = []
    for _ in range(rng.randint(14, 18) if heavy else rng.randint(4, 8)):
        x, y = rng.uniform(-0.1, 1.1) * width, height * rng.uniform(0.05, 0.52)
        length = width * rng.uniform(0.14, 0.42)
        thick = height * rng.uniform(0.010, 0.032) * (2.2 if heavy else 1)
        for _ in range(rng.randint(3, 6)):
            center = (x + rng.uniform(-0.5, 0.5) * length, y + rng.uniform(-1, 1) * thick)
            opacity = rng.randint(70, 150) if not palette.moon else rng.randint(40, 90)
            shapes.append((ellipse(center, length * rng.uniform(0.35, 0.8), thick * rng.uniform(1, 2.4)), opacity))
    soft(canvas, shapes, palette.cloud, height * 0.012)
    # The undersides that face the light catch its colour.
    glow(canvas, (light.x, light.y), width * 0.5, palette.cloud, 0.18, 1.6)


def _shine(canvas: Image.Image, palette: Palette, light: Light, rng: random.Random) -> None:
    center = (light.x, light.y)
    warm: Color = mix(palette.light, palette.sky[3], 0.35)
    glow(canvas, center, light.radius * 11, warm, 0.55, 2.2)
    glow(canvas, center, light.radius * 3.6, palette.light, 0.75, 1.8)
    if palette.name == "storm":
        return
    draw = ImageDraw.Draw(canvas)
    box = (light.x - light.radius, light.y - light.radius, light.x + light.radius, light.y + light.radius)
    draw.ellipse(box, fill=mix(palette.light, (255, 255, 255), 0.45))
    if palette.moon:
        _craters(draw, light, palette, rng)
    if palette.name == "space":
        _ring(draw, light, palette)
    if palette.name == "neon":
        _bars(canvas, light, palette)


def _craters(draw: ImageDraw.ImageDraw, light: Light, palette: Palette, rng: random.Random) -> None:
    for _ in range(7):
        turn, far = rng.uniform(0, 6.3), light.radius * rng.uniform(0.1, 0.7)
        x, y, size = (
            light.x + far * math.cos(turn),
            light.y + far * math.sin(turn),
            light.radius * rng.uniform(0.08, 0.2),
        )
        draw.ellipse((x - size, y - size, x + size, y + size), fill=mix(palette.light, palette.sky[3], 0.18))


def _ring(draw: ImageDraw.ImageDraw, light: Light, palette: Palette) -> None:
    wide, flat = light.radius * 2.1, light.radius * 0.55
    box = (light.x - wide, light.y - flat, light.x + wide, light.y + flat)
    draw.arc(box, -25, 205, fill=mix(palette.light, palette.cloud, 0.4), width=max(1, int(light.radius * 0.14)))


def _bars(canvas: Image.Image, light: Light, palette: Palette) -> None:
    """The striped sun of the eighties."""
    draw = ImageDraw.Draw(canvas)
    for index in range(5):
        y = light.y + light.radius * (0.05 + index * 0.2)
        half = math.sqrt(max(0.0, light.radius**2 - (y - light.y) ** 2))
        thick = light.radius * (0.03 + 0.018 * index)
        draw.rectangle((light.x - half, y, light.x + half, y + thick), fill=palette.sky[3])
