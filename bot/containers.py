"""Videos without their talk: what ComfyUI's savers write into MP4 and WebM is blanked in place.

No byte moves, so nothing that points into the file has to be corrected: a box or an element of metadata becomes one of
padding, filled with zeros.
"""

from collections.abc import Iterator
from struct import unpack_from

_MP4_WITHIN = frozenset({b"moov", b"trak", b"moof", b"traf"})
_MP4_TALK = frozenset({b"udta", b"meta", b"uuid"})

_SEGMENT, _TAGS, _ATTACHMENTS = 0x18538067, 0x1254C367, 0x1941A469
_VOID = 0xEC
_VOID_HEAD = 9  # its id, and a size written in eight bytes


class Malformed(ValueError):
    """The bytes are not what their beginning says."""


def mp4_blanked(content: bytes) -> bytes:
    """Return an MP4 without its user data; raises Malformed."""
    blanked = bytearray(content)
    pending = [(0, len(content))]
    while pending:
        start, end = pending.pop()
        for kind, at, body, after in _boxes(content, start, end):
            if kind in _MP4_WITHIN:
                pending.append((body, after))
            elif kind in _MP4_TALK:
                blanked[at + 4 : at + 8] = b"free"
                blanked[body:after] = bytes(after - body)
    return bytes(blanked)


def _boxes(content: bytes, at: int, end: int) -> Iterator[tuple[bytes, int, int, int]]:
    """Iterate over kind, start, start of the body, and end."""
    while at < end:
        size, kind = unpack_from(">I4s", content, at)
        body = at + 8
        if size == 1:
            (size,) = unpack_from(">Q", content, body)
            body += 8
        after = end if size == 0 else at + size
        if not body <= after <= end:
            raise Malformed
        yield kind, at, body, after
        at = after


def webm_blanked(content: bytes) -> bytes:
    """Return a WebM without its tags and attachments; raises Malformed."""
    blanked = bytearray(content)
    pending = [(0, len(content))]
    while pending:
        start, end = pending.pop()
        for kind, at, body, after in _elements(content, start, end):
            if kind == _SEGMENT:
                pending.append((body, after))
            elif kind in {_TAGS, _ATTACHMENTS}:
                if after - at < _VOID_HEAD:
                    raise Malformed
                size = after - at - _VOID_HEAD
                blanked[at:after] = bytes([_VOID, 0x01]) + size.to_bytes(7, "big") + bytes(size)
    return bytes(blanked)


def _elements(content: bytes, at: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """Iterate over id, start, start of the body, and end."""
    while at < end:
        id_length = _length(content[at], most=4)
        kind = int.from_bytes(content[at : at + id_length], "big")
        sized = at + id_length
        length = _length(content[sized], most=8)
        body = sized + length
        size = int.from_bytes(content[sized:body], "big") & (1 << 7 * length) - 1
        unknown = size == (1 << 7 * length) - 1
        # Only of the segment it is plain where an unknown size ends.
        after = end if unknown and kind == _SEGMENT else body + size
        if after > end:
            raise Malformed
        yield kind, at, body, after
        at = after


def _length(first: int, *, most: int) -> int:
    length = 9 - first.bit_length()
    if length > most:
        raise Malformed
    return length
