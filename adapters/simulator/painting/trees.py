"""Trees: rows of pines on a ridge, and one big crown."""

import math
import random
from collections.abc import Sequence

from PIL import Image, ImageDraw

from adapters.simulator.painting.canvas import Point, height_at
from adapters.simulator.painting.palette import Color, mix


def paint_pines(
    canvas: Image.Image, ridge: Sequence[Point], color: Color, size: float, rng: random.Random, density: float
) -> None:
    """A row of pines along a ridge; density 1 is a closed wood."""
    draw = ImageDraw.Draw(canvas)
    x, clump = -size * 0.5, rng.random()
    while x < canvas.width + size:
        clump = min(1.0, max(0.0, clump + rng.uniform(-0.12, 0.12)))
        if clump < density + 0.15:
            _pine(
                draw,
                x,
                height_at(ridge, min(max(x, 0), canvas.width)) + size * 0.08,
                size * rng.uniform(0.55, 1.15),
                color,
            )
        x += size * rng.uniform(0.22, 0.5)


def paint_crown(
    canvas: Image.Image, x: float, foot: float, size: float, trunk: Color, leaf: Color, rng: random.Random
) -> None:
    """One broad tree: a trunk and a crown of many round leaves masses, lighter towards the top."""
    draw = ImageDraw.Draw(canvas)
    draw.polygon(
        [
            (x - size * 0.07, foot),
            (x - size * 0.03, foot - size * 0.55),
            (x + size * 0.03, foot - size * 0.55),
            (x + size * 0.08, foot),
        ],
        fill=trunk,
    )
    turns = [(rng.uniform(0, 2 * math.pi), rng.random() ** 0.6) for _ in range(150)]
    masses = [(0.36 * far * math.cos(turn), 0.7 + 0.24 * far * math.sin(turn)) for turn, far in turns]
    for across, up in sorted(masses, key=lambda mass: mass[1]):
        radius = size * rng.uniform(0.03, 0.085)
        center = (x + across * size, foot - up * size)
        color = mix(trunk, leaf, min(1.0, max(0.3, (up - 0.3) * 1.7 - abs(across) * 0.4 + rng.uniform(-0.12, 0.16))))
        draw.ellipse((center[0] - radius, center[1] - radius, center[0] + radius, center[1] + radius), fill=color)


def _pine(draw: ImageDraw.ImageDraw, x: float, foot: float, size: float, color: Color) -> None:
    for share, wide in ((0.0, 0.30), (0.28, 0.23), (0.55, 0.15)):
        low, high = foot - size * share, foot - size * min(1.0, share + 0.5)
        draw.polygon([(x - size * wide, low), (x, high), (x + size * wide, low)], fill=color)
