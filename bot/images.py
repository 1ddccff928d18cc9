"""The image gate: every picture that somebody sends passes here, whatever platform it came by.

Bytes, type and pixels are checked before anything is decoded; the orientation that a camera noted is applied; then the
picture is encoded anew, which leaves all metadata behind and nothing of the sender's bytes. Blocking: call it off the
event loop.
"""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO

from PIL import Image, ImageOps

from bot.errors import ImageRefused
from bot.jobs import is_taken
from workflows.values import FileHandle

MAX_BYTES = 32 * 1024 * 1024
"""The largest picture that is looked at: three times what Discord lets most people attach."""

MIN_SIDE = 8
"""A latent is an eighth of the picture: what is narrower has nothing left of it."""

MAX_RATIO = 20
"""Scaled to the size that a model works at, a narrower picture would be a line, on which samplers fail."""

MAX_PIXELS = 40_000_000
"""A 40 megapixel camera. Decoded that is 160 MB, and twice that while a picture is turned (benchmarks/gate.py)."""

MAX_WEBP_PIXELS = 20_000_000
"""Half of it: the WebP decoder holds every pixel four times."""

WEBP_SIDE = 16_383
"""Pixels of the longest side that WebP can have."""

_FORMATS = ("PNG", "JPEG", "WEBP")

_TOO_HEAVY = f"The picture is larger than {MAX_BYTES // 1024**2} MB."
_UNREADABLE = "That is no picture that can be read: send a PNG, JPEG or WebP."

# Pillow warns of bombs that are larger than what is let through here, and repeats what a picture's notes get wrong.
# Set once: `catch_warnings` around each picture would exchange the filters of the whole process under other threads.
warnings.filterwarnings("ignore", module=r"PIL\.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """A picture that passed: its handle, and the bytes that were written here."""

    handle: FileHandle
    content: bytes = field(repr=False)


def admit(content: bytes) -> Admitted:
    """Check a picture and encode it anew as PNG; raises ImageRefused."""
    if len(content) > MAX_BYTES:
        raise ImageRefused(_TOO_HEAVY)
    try:
        return _encode(content)
    except (ImageRefused, MemoryError):
        raise
    except Exception as error:  # broken notes make Pillow raise whatever its parsers trip over
        raise ImageRefused(_UNREADABLE) from error


def refusal_of(promised: FileHandle) -> str | None:
    """Say why a picture would not pass, by what its sender's platform tells of it: 0 and '' are what it does not tell.

    Videos are not judged here.
    """
    if promised.bytes > MAX_BYTES:
        return _TOO_HEAVY
    kind = promised.media_type.partition(";")[0].strip().lower()
    if kind.startswith("video/"):
        return None
    if kind and not is_taken(kind):
        return _UNREADABLE
    most = MAX_WEBP_PIXELS if kind == "image/webp" else MAX_PIXELS
    return _misfit(promised.width, promised.height, most) if promised.width and promised.height else None


def _encode(content: bytes) -> Admitted:
    with Image.open(BytesIO(content), formats=_FORMATS) as opened:
        _check_pixels(opened)
        # Each step gives up what it began with before the next one begins: two copies at once are the most there is.
        ImageOps.exif_transpose(opened, in_place=True)
        picture = _plain(opened)
    picture.info.clear()  # No text chunks, no colour profile: what is saved are pixels and nothing else.
    buffer = BytesIO()
    picture.save(buffer, "PNG", compress_level=1)
    encoded = buffer.getvalue()
    handle = FileHandle(
        key=sha256(encoded).hexdigest(), media_type="image/png", width=picture.width, height=picture.height
    )
    return Admitted(handle=handle, content=encoded)


def _check_pixels(picture: Image.Image) -> None:
    most = MAX_WEBP_PIXELS if picture.format == "WEBP" else MAX_PIXELS
    if misfit := _misfit(picture.width, picture.height, most):
        raise ImageRefused(misfit)


def _misfit(width: int, height: int, most: int) -> str | None:
    narrow, wide = sorted((width, height))
    if narrow < MIN_SIDE or wide > MAX_RATIO * narrow:
        return (
            f"The picture is too narrow: {width}x{height}. Each side needs {MIN_SIDE} pixels at least, "
            f"and one side at most {MAX_RATIO} times the other."
        )
    if width * height > most:
        return f"The picture is too large: {width}x{height}, and {most // 1_000_000} megapixels are the most."
    return None


def _plain(picture: Image.Image) -> Image.Image:
    """Return eight bits a channel, red, green and blue, with transparency where there is any."""
    if picture.mode.startswith("I"):
        # Sixteen bits of grey, such as a depth map: Pillow's own conversion cuts off what is over 255.
        picture.load()
        grey = picture.point(lambda level: level * (1 / 256)).convert("L")
        grey.info.clear()  # A transparent level was one of the sixteen bits.
        return grey.convert("RGB")
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    if picture.mode == mode:
        picture.load()
        return picture
    return picture.convert(mode)


# ---- Smaller copies ----------------------------------------------------------------------------------------------

_QUALITIES = (90, 75, 55)
_SCALES = (1.0, 0.7, 0.5, 0.35, 0.25, 0.12)


def smaller(content: bytes, limit: int) -> bytes | None:
    """Return a copy of a picture of at most so many bytes, as WebP, or as JPEG where it is too long for WebP.

    First the quality goes down, then the size. None for what is no still picture that can be read, or where even the
    smallest copy is too large. No notes of the original are in it. Blocking: call it off the event loop.
    """
    try:
        with Image.open(BytesIO(content), formats=_FORMATS) as opened:
            if opened.width * opened.height > MAX_PIXELS or getattr(opened, "n_frames", 1) > 1:
                return None
            ImageOps.exif_transpose(opened, in_place=True)
            picture = _plain(opened)
        picture.info.clear()
        return next((copy for copy in _copies(picture) if len(copy) <= limit), None)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - as in `admit`: broken notes make Pillow raise whatever its parsers trip over
        return None


def _copies(picture: Image.Image) -> Iterator[bytes]:
    for scale in _SCALES:
        size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
        scaled = picture if scale == 1 else picture.resize(size, Image.Resampling.LANCZOS)
        for quality in _QUALITIES:
            yield _lossy(scaled, quality)


def _lossy(picture: Image.Image, quality: int) -> bytes:
    buffer = BytesIO()
    if max(picture.size) <= WEBP_SIDE:
        picture.save(buffer, "WEBP", quality=quality)
        return buffer.getvalue()
    if picture.mode == "RGBA":  # JPEG knows no transparency: white, as where people look at it
        flat = Image.new("RGB", picture.size, "white")
        flat.paste(picture, mask=picture.getchannel("A"))
        picture = flat
    picture.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()
