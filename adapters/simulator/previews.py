"""Preview frames: a picture that comes out of noise step by step, as JPEG that fits 512x512."""

import io
import random
from functools import lru_cache

from PIL import Image, ImageFilter, ImageOps

PREVIEW_SIZE = 512
"""ComfyUI's --preview-size; smaller pictures are enlarged to it."""


def preview(final: Image.Image, progress: float, seed: int) -> bytes:
    """The picture as it looks at `progress` (0 to 1): noise and blur at first, itself at the end."""
    image = ImageOps.contain(final, (PREVIEW_SIZE, PREVIEW_SIZE), Image.Resampling.BILINEAR)
    left = (1 - progress) ** 1.5
    if left > 0:
        image = image.filter(ImageFilter.GaussianBlur(left * 28))
        image = Image.blend(image, _noise(image.size, seed), left * 0.75)
    return _jpeg(image)


@lru_cache(maxsize=16)
def flat_preview(width: int, height: int) -> bytes:
    """A frame of the same shape that costs nothing."""
    image = ImageOps.contain(Image.new("RGB", (width, height)), (PREVIEW_SIZE, PREVIEW_SIZE))
    return _jpeg(image)


def _noise(size: tuple[int, int], seed: int) -> Image.Image:
    # Latents are small: coarse, coloured noise is what a real half-done preview shows.
    cells = (max(1, size[0] // 6), max(1, size[1] // 6))
    noise = Image.frombytes("RGB", cells, random.Random(seed).randbytes(cells[0] * cells[1] * 3))  # noqa: S311 — a picture
    return noise.resize(size, Image.Resampling.BICUBIC)


def _jpeg(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=88)
    return buffer.getvalue()
