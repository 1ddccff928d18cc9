"""PNG bytes: pictures, flat colours at next to no cost, and the text chunks that ComfyUI adds."""

import io
import struct
import zlib
from collections.abc import Mapping
from functools import lru_cache

from PIL import Image

from adapters.simulator.values import Picture

_HEADER_END = 8 + 25
"""The signature and the IHDR chunk; text may follow right behind."""


def encode_png(picture: Picture) -> bytes:
    """The picture as PNG; without an image, one flat colour of that size."""
    if picture.image is None:
        return _flat(picture.width, picture.height)
    buffer = io.BytesIO()
    picture.image.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def with_text(png: bytes, texts: Mapping[str, str]) -> bytes:
    """The same picture with tEXt chunks; JSON from `json.dumps` is plain ASCII, names are cut to what PNG allows."""
    chunks = [
        _chunk(b"tEXt", name.encode("latin-1", "replace")[:79] + b"\0" + text.encode("latin-1", "replace"))
        for name, text in texts.items()
    ]
    return b"".join((png[:_HEADER_END], *chunks, png[_HEADER_END:]))


@lru_cache(maxsize=64)
def _flat(width: int, height: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), (104, 118, 140)).save(buffer, "PNG", compress_level=9)
    return buffer.getvalue()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
