"""The image gate: every picture that somebody sends passes here, whatever platform it came by.

Bytes, type and pixels are checked before anything is decoded; the orientation that a camera noted is applied; then the
picture is encoded anew, which leaves all metadata behind and nothing of the sender's bytes. Blocking: call it off the
event loop.
"""

import warnings
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO

from PIL import Image, ImageOps

from bot.errors import SubmissionError
from workflows.values import FileHandle

MAX_BYTES = 32 * 1024 * 1024
"""The largest picture that is looked at: three times what Discord lets most people attach."""

MAX_PIXELS = 40_000_000
"""A 40 megapixel camera; decoded that is 160 MB for a moment."""

_FORMATS = ("PNG", "JPEG", "WEBP")


class ImageRefused(SubmissionError):
    """The attachment is no picture that can be used; the message says why, for the person who sent it."""

    code = "image_refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """A picture that passed: its handle, and the bytes that were written here."""

    handle: FileHandle
    content: bytes = field(repr=False)


def admit(content: bytes) -> Admitted:
    """Check a picture and encode it anew as PNG; raises ImageRefused."""
    if len(content) > MAX_BYTES:
        raise ImageRefused(f"is larger than {MAX_BYTES // 1024**2} MB.")
    try:
        with warnings.catch_warnings():
            # Pillow warns of a bomb where it does not yet refuse it; our own limit is lower and final.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return _encode(content)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise ImageRefused("is no picture that can be read: send a PNG, JPEG or WebP.") from error


def _encode(content: bytes) -> Admitted:
    with Image.open(BytesIO(content), formats=_FORMATS) as opened:
        if opened.width * opened.height > MAX_PIXELS:
            raise ImageRefused(
                f"is too large: {opened.width}x{opened.height}, at most {MAX_PIXELS // 1_000_000} megapixels."
            )
        upright = ImageOps.exif_transpose(opened)
        picture = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    # A fresh image carries pixels and nothing else: no EXIF, no text chunks, no colour profile's comments.
    bare = Image.frombytes(picture.mode, picture.size, picture.tobytes())
    buffer = BytesIO()
    bare.save(buffer, "PNG", compress_level=1)
    encoded = buffer.getvalue()
    handle = FileHandle(key=sha256(encoded).hexdigest(), media_type="image/png", width=bare.width, height=bare.height)
    return Admitted(handle=handle, content=encoded)
