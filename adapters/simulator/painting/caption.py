"""The honest corner of every picture: that no GPU made it, and what was asked for."""

from functools import cache

from PIL import Image, ImageDraw, ImageFilter, ImageFont

_LABEL = "simulated · no GPU"
_SMALLEST = 48
"""Narrower pictures have no room for any letter."""


def write_caption(picture: Image.Image, prompt: str) -> Image.Image:
    """The picture with the label, and as much of the prompt as fits beside it."""
    width, height = picture.size
    if width < _SMALLEST or height < _SMALLEST:
        return picture
    size = max(9, round(min(width, height) / 36))
    font = _font(size)
    text = _fitting(prompt, font, width - 2 * size)
    shade = Image.new("L", (1, 16))
    for row in range(16):
        shade.putpixel((0, row), int(row / 15 * 150))
    depth = size * 3
    picture = picture.copy()
    # A picture that is repainted has a caption already: only a blur of it may shine through.
    edge = (0, height - size * 2, width, height)
    picture.paste(picture.crop(edge).filter(ImageFilter.GaussianBlur(size)), edge[:2])
    picture.paste((6, 8, 14), (0, height - depth), shade.resize((width, depth), Image.Resampling.BICUBIC))
    draw = ImageDraw.Draw(picture, "RGBA")
    draw.text((size * 0.8, height - size * 0.75), text, font=font, fill=(255, 255, 255, 205), anchor="ls")
    return picture


def _fitting(prompt: str, font: ImageFont.FreeTypeFont, room: float) -> str:
    if font.getlength(_LABEL) > room:
        return _LABEL.split(" ")[0]
    words = " ".join(prompt.split())
    text = f"{_LABEL} · {words}" if words else _LABEL
    while font.getlength(text) > room and text != _LABEL:
        words = words[: max(0, len(words) * 9 // 10 - 1)].rstrip(" ,")
        text = f"{_LABEL} · {words}…" if words else _LABEL
    return text


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size)
    if not isinstance(font, ImageFont.FreeTypeFont):  # a Pillow without FreeType has one bitmap font of one size
        raise TypeError("Pillow was built without FreeType")
    return font
