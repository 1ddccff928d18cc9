"""Colours by time of day and mood."""

import colorsys
import random
from collections.abc import Mapping
from dataclasses import dataclass, replace

from adapters.simulator.painting.words import TIMES, first_of

Color = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Palette:
    """Sky from top to horizon, the light in it, and land from far to near."""

    sky: tuple[Color, Color, Color, Color]
    light: Color
    far: Color
    near: Color
    cloud: Color
    stars: int = 0
    moon: bool = False
    lit: bool = False
    """Windows and lamps are on."""
    snow: bool = False
    name: str = ""


def _rgb(text: str) -> Color:
    return int(text[:2], 16), int(text[2:4], 16), int(text[4:], 16)


def _palette(sky: str, light: str, land: str, cloud: str) -> Palette:
    first, second, third, fourth = (_rgb(part) for part in sky.split())
    far, near = (_rgb(part) for part in land.split())
    return Palette((first, second, third, fourth), _rgb(light), far, near, _rgb(cloud))


PALETTES: Mapping[str, Palette] = {
    "dusk": replace(_palette("1f2350 5b3a78 d9657a ffc27a", "ffe3a8", "9c5f86 191a38", "f59a8e"), stars=40, lit=True),
    "dawn": _palette("5d7fb8 9fb1d6 f4c3c0 ffe6c4", "fff4d6", "a9a3c4 3d4a63", "ffe2dc"),
    "day": _palette("2f7fc8 68aee2 a9d6ef e6f4f2", "fffbe8", "93bccb 24553f", "ffffff"),
    "night": replace(
        _palette("070b24 101c44 1e3a66 3f6583", "f4f1dc", "33557a 060a18", "3a5070"), stars=420, moon=True, lit=True
    ),
    "space": replace(
        _palette("05030f 160d36 3b1c63 7a3f86", "d8c8ff", "5b3a80 0a0618", "5a3a8c"), stars=900, moon=True, lit=True
    ),
    "storm": replace(_palette("2e3a46 4e5d69 7d8b92 b3bab5", "d9dcd2", "77868c 1c262b", "5d6a72"), lit=True),
    "winter": replace(_palette("6f93b8 9db9d3 cfdde8 f6eee6", "fff6e6", "b5c7d8 4a6076", "f4f8fb"), snow=True),
    "autumn": _palette("4b6f93 9aa9ad ecc39a ffe1ae", "fff0c8", "c08a5c 4a2a18", "fbe6cc"),
    "neon": replace(_palette("0d0628 35105c b0237f ff6f91", "ffe36e", "6a2b86 0c0620", "ff5fa8"), stars=120, lit=True),
    "aurora": replace(
        _palette("04101f 08263a 0f5553 4fae8c", "eafff4", "2d6a72 040c14", "2f9f86"), stars=360, moon=True, lit=True
    ),
    "gold": _palette("3f7fb0 8fb5c4 f0d9a4 ffe9b4", "fffbe0", "d9a566 7a4522", "fff3d8"),
    "teal": _palette("0f4c5c 2f7f86 8fc6b4 fbe8c0", "fff6da", "5f9a98 12323a", "f2efd8"),
}
_UNSAID = ("dusk", "dawn", "day", "gold", "teal", "night", "autumn")


def palette_of(prompt: str, rng: random.Random) -> Palette:
    """The palette that the prompt asks for, or one by chance; its hues vary a little with the seed."""
    name = first_of(prompt, TIMES) or rng.choice(_UNSAID)
    palette = PALETTES[name]
    turn, warmth = rng.uniform(-0.025, 0.025), rng.uniform(0.94, 1.05)
    first, second, third, fourth = (_turned(color, turn, warmth) for color in palette.sky)
    return replace(
        palette,
        sky=(first, second, third, fourth),
        far=_turned(palette.far, turn, warmth),
        near=_turned(palette.near, turn, warmth),
        name=name,
    )


def mix(first: Color, second: Color, share: float) -> Color:
    """The first colour moved towards the second."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def _turned(color: Color, turn: float, brightness: float) -> Color:
    hue, saturation, value = colorsys.rgb_to_hsv(*(part / 255 for part in color))
    red, green, blue = colorsys.hsv_to_rgb((hue + turn) % 1.0, saturation, min(1.0, value * brightness))
    return round(red * 255), round(green * 255), round(blue * 255)
