"""Sounds without their talk: what ComfyUI's savers write into FLAC, MP3, Ogg and WAV, which may be the whole graph.

All are blanked in place, but for an MP3, of which the tags before and behind the sound are cut off.
"""

from collections.abc import Iterator
from struct import pack_into, unpack_from

from bot.containers import Malformed

_PADDING, _STREAMINFO, _SEEKTABLE = 1, 0, 3
_ID3_HEAD, _ID3V1 = 10, 128
_APE_TAIL = 32 + _ID3V1  # where the end of an APE tag stands, before or without an ID3v1 tag
_WAV_KEPT = frozenset({b"fmt ", b"fact", b"data"})
_OGG_HEAD = 27
_OGG_BEGINS = 0x02
_COMMENTS = {b"OpusHead": b"OpusTags", b"\x01vorbis": b"\x03vorbis"}
"""How the second packet of a stream begins, the one that talks, by how the first one does."""


def flac_blanked(content: bytes) -> bytes:
    """Return a FLAC with nothing but padding beside what describes its samples; raises Malformed."""
    blanked, at, last = bytearray(content), 4, False
    while not last:
        head = content[at]
        last, kind = bool(head & 0x80), head & 0x7F
        after = at + 4 + int.from_bytes(content[at + 1 : at + 4], "big")
        if after > len(content) or (at == 4) != (kind == _STREAMINFO):
            raise Malformed
        if kind not in {_STREAMINFO, _SEEKTABLE}:
            blanked[at] = head & 0x80 | _PADDING
            blanked[at + 4 : after] = bytes(after - at - 4)
        at = after
    if content[at] != 0xFF or _has_id3v1(content) or b"APETAGEX" in content[-_APE_TAIL:]:
        raise Malformed
    return bytes(blanked)


def mp3_bare(content: bytes) -> bytes:
    """Return an MP3 without its tags; raises Malformed."""
    at, end = 0, len(content)
    while content[at : at + 3] == b"ID3":
        size = 0
        for each in content[at + 6 : at + _ID3_HEAD]:
            size = size << 7 | each & 0x7F
        at += _ID3_HEAD + size + (_ID3_HEAD if content[at + 5] & 0x10 else 0)
    if content[at] != 0xFF or content[at + 1] & 0xE0 != 0xE0 or b"APETAGEX" in content[max(at, end - _APE_TAIL) :]:
        raise Malformed
    return content[at : end - _ID3V1 if _has_id3v1(content) else end]


def _has_id3v1(content: bytes) -> bool:
    return content[-_ID3V1:].startswith(b"TAG") and len(content) >= _ID3V1


def wav_blanked(content: bytes) -> bytes:
    """Return a WAV whose chunks beside format and samples are junk; raises Malformed."""
    blanked, at = bytearray(content), 12
    while at < len(content):
        kind, size = unpack_from("<4sI", content, at)
        after = at + 8 + size
        if after > len(content):
            if kind != b"data":
                raise Malformed
            after = len(content)  # Whoever wrote it into a pipe did not know yet how long it would be.
        if kind not in _WAV_KEPT:
            blanked[at : at + 4] = b"JUNK"
            blanked[at + 8 : after] = bytes(after - at - 8)
        at = after + size % 2
    return bytes(blanked)


def ogg_blanked(content: bytes) -> bytes:
    """Return an Ogg of Opus or Vorbis streams without their comments; raises Malformed for any other stream."""
    blanked = bytearray(content)
    talks: dict[int, _Talk] = {}
    for at, body, after in _pages(content):
        stream = int.from_bytes(content[at + 14 : at + 18], "little")
        known = talks.get(stream)
        if content[at + 5] & _OGG_BEGINS and (known is None or known.done):
            talks[stream] = _Talk(content[body:after])
        elif known is None or content[at + 5] & _OGG_BEGINS:
            raise Malformed
        elif not known.done:
            known.read(content, at)
            if known.done:
                known.blank(blanked)
    if not talks or not all(talk.done for talk in talks.values()):
        raise Malformed
    return bytes(blanked)


class _Talk:
    """The comments of one stream: its second packet, over as many pages as it takes."""

    def __init__(self, first: bytes) -> None:
        self._begins = next((tags for head, tags in _COMMENTS.items() if first.startswith(head)), b"")
        if not self._begins:
            raise Malformed
        self._pages: list[int] = []
        self._pieces: list[tuple[int, int]] = []  # start and end of what each page holds of it
        self.done = False

    def read(self, content: bytes, page: int) -> None:
        """Take what a page holds of the packet."""
        size = 0
        for lace in content[page + _OGG_HEAD : page + _OGG_HEAD + content[page + 26]]:
            size += lace
            if lace < 255:
                self.done = True
                break
        body = page + _OGG_HEAD + content[page + 26]
        self._pages.append(page)
        self._pieces.append((body, body + size))

    def blank(self, blanked: bytearray) -> None:
        """Keep who wrote the stream and say that there are no comments; what is left of the packet is padding."""
        packet = b"".join(blanked[start:end] for start, end in self._pieces)
        mark = len(self._begins)
        (vendor,) = unpack_from("<I", packet, mark)
        said = mark + 4 + vendor + 4  # behind the number of comments
        if not packet.startswith(self._begins) or said > len(packet):
            raise Malformed
        # Vorbis ends its comments with a bit that is set; to Opus an odd first byte would mean data worth keeping.
        closing = b"\x01" if mark == 7 else b""
        quiet = (packet[: said - 4] + bytes(4) + closing).ljust(len(packet), b"\0")
        for start, end in self._pieces:
            blanked[start:end], quiet = quiet[: end - start], quiet[end - start :]
        for page in self._pages:
            _seal(blanked, page)


def _pages(content: bytes) -> Iterator[tuple[int, int, int]]:
    """Iterate over start, start of the body, and end."""
    at = 0
    while at < len(content):
        body = at + _OGG_HEAD + content[at + 26]
        after = body + sum(content[at + _OGG_HEAD : body])
        if content[at : at + 4] != b"OggS" or after > len(content):
            raise Malformed
        yield at, body, after
        at = after


def _seal(blanked: bytearray, page: int) -> None:
    """Write a page's checksum anew."""
    body = page + _OGG_HEAD + blanked[page + 26]
    pack_into("<I", blanked, page + 22, 0)
    pack_into("<I", blanked, page + 22, _checksum(blanked[page : body + sum(blanked[page + _OGG_HEAD : body])]))


def _row(value: int) -> int:
    for _ in range(8):
        value = (value << 1 ^ (0x04C11DB7 if value & 0x80000000 else 0)) & 0xFFFFFFFF
    return value


_ROWS = [_row(each << 24) for each in range(256)]


def _checksum(page: bytearray) -> int:
    # Ogg's own: zlib's polynomial, yet not reflected and from zero.
    value = 0
    for each in page:
        value = (value << 8 & 0xFFFFFFFF) ^ _ROWS[value >> 24 ^ each]
    return value
