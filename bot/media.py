"""What a file is, told by its first bytes and never by its name: type, kind and, for pictures, width and height."""

from dataclasses import dataclass
from struct import unpack_from

from bot.events import MediaKind

HEAD_BYTES = 64 * 1024
"""Enough of a file to tell: a JPEG notes its size behind up to a few colour profiles and camera notes."""

UNKNOWN_TYPE = "application/octet-stream"

_PNG = b"\x89PNG\r\n\x1a\n"
_SOF = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """What a file is; the sizes are pixels and None where they are not told."""

    type: str
    kind: MediaKind
    width: int | None = None
    height: int | None = None


def recognise(head: bytes) -> Media:
    """Tell what begins like this; any bytes have an answer, and what is unknown is served as mere bytes."""
    if head.startswith(_PNG):
        return _png(head)
    if head.startswith(b"\xff\xd8\xff"):
        return _picture("image/jpeg", _jpeg_size(head))
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return _webp(head)
    if head[:6] in {b"GIF87a", b"GIF89a"} and len(head) >= 10:
        return _sized("image/gif", MediaKind.ANIMATION, unpack_from("<HH", head, 6))
    return _by_mark(head)


def _png(head: bytes) -> Media:
    size = unpack_from(">II", head, 16) if len(head) >= 24 and head[12:16] == b"IHDR" else None
    # An animated PNG says so before its first picture data.
    animated = b"acTL" in head[:HEAD_BYTES].partition(b"IDAT")[0]
    return _sized("image/png", MediaKind.ANIMATION, size) if animated else _picture("image/png", size)


def _by_mark(head: bytes) -> Media:
    if head[4:8] == b"ftyp":
        audio = head[8:12] in {b"M4A ", b"M4B "}
        return Media(type="audio/mp4", kind=MediaKind.AUDIO) if audio else Media(type="video/mp4", kind=MediaKind.VIDEO)
    for mark, media_type, kind in (
        (b"\x1a\x45\xdf\xa3", "video/webm", MediaKind.VIDEO),
        (b"fLaC", "audio/flac", MediaKind.AUDIO),
        (b"OggS", "audio/ogg", MediaKind.AUDIO),
        (b"ID3", "audio/mpeg", MediaKind.AUDIO),
        *((bytes([0xFF, sync]), "audio/mpeg", MediaKind.AUDIO) for sync in (0xFB, 0xFA, 0xF3, 0xF2, 0xE3, 0xE2)),
    ):
        if head.startswith(mark):
            return Media(type=media_type, kind=kind)
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return Media(type="audio/wav", kind=MediaKind.AUDIO)
    return Media(type=UNKNOWN_TYPE, kind=MediaKind.OTHER)


def _jpeg_size(head: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(head) and head[at] == 0xFF:
        if head[at + 1] in _SOF:
            height, width = unpack_from(">HH", head, at + 5)
            return width, height
        at += 2 + max(2, unpack_from(">H", head, at + 2)[0])
    return None


def _webp(head: bytes) -> Media:
    chunk, kind = head[12:16], MediaKind.IMAGE
    size: tuple[int, int] | None = None
    if chunk == b"VP8X" and len(head) >= 30:
        size = (1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little"))
        kind = MediaKind.ANIMATION if head[20] & 0x02 else kind
    elif chunk == b"VP8L" and len(head) >= 25:
        bits = int.from_bytes(head[21:25], "little")
        size = (1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))
    elif chunk == b"VP8 " and len(head) >= 30:
        width, height = unpack_from("<HH", head, 26)
        size = (width & 0x3FFF, height & 0x3FFF)
    return _sized("image/webp", kind, size)


def _picture(media_type: str, size: tuple[int, ...] | None) -> Media:
    return _sized(media_type, MediaKind.IMAGE, size)


def _sized(media_type: str, kind: MediaKind, size: tuple[int, ...] | None) -> Media:
    width, height = size or (None, None)
    return Media(type=media_type, kind=kind, width=width, height=height)
