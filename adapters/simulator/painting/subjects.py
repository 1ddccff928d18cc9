"""Silhouettes for the few things that the painter can draw."""

import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

from adapters.simulator.painting.canvas import glow, soft
from adapters.simulator.painting.land import Ground, ridge_y
from adapters.simulator.painting.palette import Color, Palette, mix
from adapters.simulator.painting.trees import paint_crown

_AT_MOST = 3
_LAMP: Color = (255, 221, 140)


@dataclass(frozen=True, slots=True)
class Stage:
    """Where and with what a subject is painted; `x` and `foot` are the middle of its foot, `size` its height."""

    canvas: Image.Image
    draw: ImageDraw.ImageDraw
    palette: Palette
    ground: Ground
    rng: random.Random
    x: float
    foot: float
    size: float

    @property
    def dark(self) -> Color:
        """The colour of a silhouette: darker than the nearest land."""
        return mix(self.palette.near, (8, 8, 14), 0.55)

    def polygon(self, points: Sequence[tuple[float, float]], color: Color) -> None:
        """A shape in units of the subject's size, y upwards from its foot."""
        self.draw.polygon([(self.x + x * self.size, self.foot - y * self.size) for x, y in points], fill=color)

    def disc(self, x: float, y: float, wide: float, high: float, color: Color) -> None:
        """An ellipse in the same units; half axes."""
        left, top = self.x + (x - wide) * self.size, self.foot - (y + high) * self.size
        self.draw.ellipse((left, top, left + 2 * wide * self.size, top + 2 * high * self.size), fill=color)


def paint_subjects(
    canvas: Image.Image, palette: Palette, ground: Ground, names: Sequence[str], rng: random.Random
) -> None:
    """Paint the named subjects side by side; without any, some birds in the sky."""
    chosen = list(names[:_AT_MOST]) or (["birds"] if not palette.moon else [])
    high = _higher_side(ground, canvas.width)
    side = min(canvas.width, canvas.height)
    for index, name in enumerate(chosen):
        place = high if index == 0 else (0.78, 0.5, 0.3)[index] if high < 0.5 else (0.22, 0.5, 0.7)[index]
        x = canvas.width * (place + rng.uniform(-0.04, 0.04))
        foot = ridge_y(ground, x) + side * 0.012
        share, painter = _PAINTERS[name]
        size = side * share * rng.uniform(0.92, 1.08)
        painter(Stage(canvas, ImageDraw.Draw(canvas), palette, ground, rng, x, foot, size))


def _higher_side(ground: Ground, width: int) -> float:
    left, right = ridge_y(ground, width * 0.24), ridge_y(ground, width * 0.76)
    return 0.24 if left < right else 0.76


def _lighthouse(stage: Stage) -> None:
    white = mix((238, 232, 222), stage.palette.sky[2], 0.25 if not stage.palette.moon else 0.55)
    red = mix((186, 52, 48), stage.palette.near, 0.25)
    stage.polygon([(-0.12, -0.06), (-0.1, 0.035), (0.1, 0.035), (0.12, -0.06)], stage.dark)
    bands = 5
    for band in range(bands):
        low, high = band / bands * 0.72, (band + 1) / bands * 0.72
        left, right = 0.095 - low * 0.06, 0.095 - high * 0.06
        color = red if band % 2 else white
        stage.polygon([(-left, 0.03 + low), (-right, 0.03 + high), (right, 0.03 + high), (left, 0.03 + low)], color)
        shade = mix(color, stage.dark, 0.4)
        stage.polygon(
            [(right * 0.2, 0.03 + low), (right * 0.2, 0.03 + high), (right, 0.03 + high), (left, 0.03 + low)], shade
        )
    stage.polygon([(-0.075, 0.745), (-0.075, 0.775), (0.075, 0.775), (0.075, 0.745)], stage.dark)
    lamp = (stage.x, stage.foot - 0.82 * stage.size)
    if stage.palette.lit:
        far = stage.canvas.width
        for way, opacity in ((-1, 150), (1, 110)):
            spread = far * 0.07
            beam = [lamp, (lamp[0] + way * far, lamp[1] - spread * 0.4), (lamp[0] + way * far, lamp[1] + spread)]
            soft(stage.canvas, [(beam, opacity)], _LAMP, stage.size * 0.03)
        glow(stage.canvas, lamp, stage.size * 0.34, _LAMP, 0.9)
    stage.polygon([(-0.045, 0.775), (-0.045, 0.86), (0.045, 0.86), (0.045, 0.775)], mix(_LAMP, (255, 255, 255), 0.3))
    stage.polygon([(-0.07, 0.86), (0.0, 0.94), (0.07, 0.86)], red)


def _boat(stage: Stage) -> None:
    line = stage.ground.water
    x = stage.canvas.width * stage.rng.uniform(0.42, 0.6)
    foot = line + (stage.canvas.height - line) * 0.16 if line is not None else stage.foot
    at = Stage(stage.canvas, stage.draw, stage.palette, stage.ground, stage.rng, x, foot, stage.size)
    sail = mix((246, 240, 228), stage.palette.sky[2], 0.35)
    at.polygon([(-0.42, 0.1), (0.45, 0.1), (0.32, -0.03), (-0.3, -0.03)], stage.dark)
    at.polygon([(-0.01, 0.1), (-0.01, 0.98), (0.015, 0.98), (0.015, 0.1)], stage.dark)
    at.polygon([(0.03, 0.16), (0.03, 0.95), (0.2, 0.5), (0.36, 0.16)], sail)
    at.polygon([(-0.03, 0.18), (-0.03, 0.86), (-0.16, 0.5), (-0.32, 0.18)], mix(sail, stage.dark, 0.22))
    for index in range(7):
        wide = 0.4 - 0.04 * index
        at.polygon(
            [(-wide, -0.06 - index * 0.05), (wide, -0.06 - index * 0.05), (wide * 0.8, -0.075 - index * 0.05)],
            mix(stage.dark, stage.palette.sky[1], 0.25 + index * 0.07),
        )


def _cat(stage: Stage) -> None:
    dark = stage.dark
    tail = [(0.16 + 0.3 * math.sin(step / 24 * 2.7), 0.04 + 0.52 * (step / 24) ** 1.3) for step in range(25)]
    for index, (x, y) in enumerate(tail):
        thick = 0.05 - 0.0008 * index
        stage.disc(x, y, thick, thick, dark)
    stage.disc(0.0, 0.2, 0.27, 0.25, dark)
    stage.polygon([(-0.24, 0.2), (-0.14, 0.62), (0.14, 0.62), (0.24, 0.2)], dark)
    stage.disc(0.0, 0.72, 0.19, 0.165, dark)
    for way in (-1, 1):
        stage.polygon([(way * 0.185, 0.72), (way * 0.17, 1.0), (way * 0.03, 0.85)], dark)
        stage.disc(way * 0.1, 0.02, 0.09, 0.045, dark)
        stage.disc(way * 0.075, 0.735, 0.036, 0.03, mix(_LAMP, stage.palette.light, 0.3))
        stage.disc(way * 0.075, 0.735, 0.012, 0.028, dark)


def _tree(stage: Stage) -> None:
    leaf = {
        "autumn": (214, 104, 38),
        "winter": (236, 240, 246),
        "dawn": (240, 170, 190),
        "neon": (255, 80, 180),
    }.get(stage.palette.name, mix(stage.palette.near, (120, 160, 80), 0.6))
    if stage.palette.moon or stage.palette.name == "dusk":
        leaf = mix(leaf, stage.dark, 0.6)
    paint_crown(stage.canvas, stage.x, stage.foot, stage.size, stage.dark, leaf, stage.rng)


def _house(stage: Stage) -> None:
    wall, roof = mix(stage.dark, stage.palette.far, 0.18), stage.dark
    stage.polygon([(0.2, 0.5), (0.2, 0.92), (0.3, 0.92), (0.3, 0.5)], roof)
    stage.polygon([(-0.42, -0.04), (-0.42, 0.45), (0.42, 0.45), (0.42, -0.04)], wall)
    stage.polygon([(-0.54, 0.43), (-0.3, 0.8), (0.3, 0.8), (0.54, 0.43)], roof)
    lamp = _LAMP if stage.palette.lit or stage.palette.snow else mix(wall, stage.palette.sky[3], 0.45)
    for x in (-0.27, 0.12):
        stage.polygon([(x, 0.16), (x, 0.34), (x + 0.15, 0.34), (x + 0.15, 0.16)], lamp)
    stage.polygon([(-0.06, -0.04), (-0.06, 0.24), (0.06, 0.24), (0.06, -0.04)], roof)
    if stage.palette.lit:
        glow(stage.canvas, (stage.x, stage.foot - 0.2 * stage.size), stage.size * 0.8, _LAMP, 0.3)
    for step in range(6):
        drift = stage.size * (0.25 + 0.02 * step * step)
        glow(
            stage.canvas,
            (stage.x + drift, stage.foot - (0.98 + 0.13 * step) * stage.size),
            stage.size * (0.07 + 0.03 * step),
            stage.palette.cloud,
            0.42 - 0.06 * step,
        )


def _castle(stage: Stage) -> None:
    wall = mix(stage.dark, stage.palette.far, 0.15)
    stage.polygon([(-0.45, -0.05), (-0.45, 0.36), (0.45, 0.36), (0.45, -0.05)], wall)
    for x, wide, high in ((-0.45, 0.1, 0.62), (0.45, 0.1, 0.56), (-0.16, 0.08, 0.8), (0.17, 0.11, 0.72)):
        stage.polygon([(x - wide, -0.05), (x - wide, high), (x + wide, high), (x + wide, -0.05)], wall)
        stage.polygon([(x - wide * 1.25, high), (x, high + 0.26), (x + wide * 1.25, high)], stage.dark)
        lamp = _LAMP if stage.palette.lit else mix(wall, stage.palette.sky[3], 0.4)
        stage.polygon(
            [(x - 0.02, high - 0.18), (x - 0.02, high - 0.08), (x + 0.02, high - 0.08), (x + 0.02, high - 0.18)], lamp
        )
    for step in range(9):
        x = -0.42 + step * 0.105
        stage.polygon([(x, 0.36), (x, 0.41), (x + 0.05, 0.41), (x + 0.05, 0.36)], wall)
    stage.polygon([(-0.07, -0.05), (-0.07, 0.14), (0.0, 0.2), (0.07, 0.14), (0.07, -0.05)], stage.dark)


def _person(stage: Stage) -> None:
    dark = stage.dark
    stage.disc(0.0, 0.9, 0.075, 0.085, dark)
    stage.polygon([(-0.1, 0.8), (-0.2, 0.3), (-0.24, 0.1), (0.2, 0.1), (0.16, 0.3), (0.1, 0.8), (0.0, 0.84)], dark)
    for x in (-0.1, 0.06):
        stage.polygon([(x - 0.04, 0.12), (x - 0.03, -0.02), (x + 0.06, -0.02), (x + 0.05, 0.12)], dark)
    stage.polygon([(0.25, -0.02), (0.27, 0.98), (0.29, 0.98), (0.28, -0.02)], dark)
    stage.polygon([(0.08, 0.74), (0.27, 0.6), (0.28, 0.55), (0.06, 0.62)], dark)


def _birds(stage: Stage) -> None:
    rng, color = stage.rng, mix(stage.dark, stage.palette.sky[1], 0.15)
    x, y = stage.canvas.width * rng.uniform(0.35, 0.65), stage.canvas.height * rng.uniform(0.16, 0.32)
    for _ in range(rng.randint(4, 8)):
        size = stage.size * rng.uniform(0.5, 1.1)
        at_x, at_y = x + rng.gauss(0, 2.6) * stage.size, y + rng.gauss(0, 1.2) * stage.size
        lift, thick = rng.uniform(0.25, 0.5), max(1, int(size * 0.09))
        for way in (-1, 1):
            wing = [
                (at_x, at_y),
                (at_x + way * size * 0.4, at_y - size * lift),
                (at_x + way * size, at_y - size * lift * 0.35),
            ]
            stage.draw.line(wing, fill=color, width=thick, joint="curve")


def _balloon(stage: Stage) -> None:
    rng, canvas = stage.rng, stage.canvas
    for x, y, share in ((0.34, 0.42, 1.0), (0.62, 0.28, 0.6), (0.8, 0.5, 0.36)):
        size = stage.size * share
        at = Stage(canvas, stage.draw, stage.palette, stage.ground, rng, canvas.width * x, canvas.height * y, size)
        color = mix(
            rng.choice(((214, 72, 62), (238, 164, 62), (64, 128, 160), (150, 86, 150))), stage.palette.sky[2], 0.15
        )
        for wide, tint in ((0.36, 0.0), (0.24, 0.25), (0.11, 0.0)):
            at.disc(0.0, 0.62, wide, 0.38, mix(color, (255, 240, 220), tint))
        at.polygon([(-0.2, 0.32), (0.2, 0.32), (0.06, 0.14), (-0.06, 0.14)], mix(color, stage.dark, 0.25))
        at.polygon([(-0.07, 0.0), (-0.06, 0.09), (0.06, 0.09), (0.07, 0.0)], stage.dark)


def _flowers(stage: Stage) -> None:
    rng, canvas = stage.rng, stage.canvas
    kinds = ((232, 76, 92), (250, 196, 84), (236, 236, 246), (176, 118, 206), (244, 140, 170))
    unit = min(canvas.width, canvas.height) / 1000
    for _ in range(420):
        x = rng.uniform(0, canvas.width)
        top = ridge_y(stage.ground, x)
        share = rng.random() ** 1.3
        y = top + (canvas.height - top) * share
        size = unit * (2.2 + 9 * share) * rng.uniform(0.6, 1.2)
        color = mix(rng.choice(kinds), stage.palette.near, 0.45 if stage.palette.moon else 0.15)
        stage.draw.line(
            [(x, y), (x, y + size * 2.4)], fill=mix(stage.palette.near, (70, 110, 60), 0.4), width=max(1, int(size / 4))
        )
        stage.draw.ellipse((x - size, y - size, x + size, y + size), fill=color)
        stage.draw.ellipse((x - size / 3, y - size / 3, x + size / 3, y + size / 3), fill=mix(color, (80, 40, 20), 0.5))


_PAINTERS: Mapping[str, tuple[float, Callable[[Stage], None]]] = {
    "lighthouse": (0.46, _lighthouse),
    "boat": (0.24, _boat),
    "cat": (0.34, _cat),
    "tree": (0.5, _tree),
    "house": (0.17, _house),
    "castle": (0.34, _castle),
    "person": (0.24, _person),
    "birds": (0.035, _birds),
    "balloon": (0.34, _balloon),
    "flowers": (0.02, _flowers),
}
