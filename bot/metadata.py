"""What a posted file may tell about its making. Pure over bytes; pixels are never encoded anew.

ComfyUI writes the whole graph into every picture: models, texts, and whatever else an operator's graph holds. Posted
pictures carry what the workflow's manifest allows instead: nothing, one text of parameters, or the graph as it came.
"""

from collections.abc import Callable, Iterator, Mapping
from struct import error as struct_error
from struct import pack, unpack_from
from typing import Literal
from zlib import crc32

from bot.containers import Malformed, mp4_blanked, webm_blanked
from bot.media import HEAD_BYTES, recognise
from bot.sounds import flac_blanked, mp3_bare, ogg_blanked, wav_blanked
from workflows.values import Values, jsonable

Policy = Literal["none", "parameters", "graph"]

MAX_REWRITTEN_BYTES = 128 * 1024 * 1024
"""The largest file that is rewritten: an 8-bit RGBA of 32 megapixels that did not compress at all, minutes of video."""

_PNG = b"\x89PNG\r\n\x1a\n"
# What changes how the pixels look, and animations. Everything else is talk.
_PNG_KEPT = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"cICP", b"pHYs"}
    | {b"bKGD", b"acTL", b"fcTL", b"fdAT"}
)
_WEBP_KEPT = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"})
_WEBP_TALK_FLAGS = 0x08 | 0x04  # EXIF, XMP
_BARE_BY_TYPE: Mapping[str, Callable[[bytes], bytes]] = {
    "video/mp4": mp4_blanked,
    "video/webm": webm_blanked,
    "audio/mp4": mp4_blanked,
    "audio/flac": flac_blanked,
    "audio/mpeg": mp3_bare,
    "audio/ogg": ogg_blanked,
    "audio/wav": wav_blanked,
}
"""Videos and sounds: how each loses its talk; what cannot be read raises Malformed."""

_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
_BARE = frozenset({0x01, *range(0xD0, 0xD8)})  # markers without a length
_JPEG_TALK = frozenset({*range(0xE1, 0xF0), 0xFE}) - {0xE2, 0xEE}  # APPn and COM, but for the profile and Adobe's


def is_rewritten(media_type: str) -> bool:
    """Tell whether `rewritten` knows the format; what it does not know passes as it came."""
    return media_type in {"image/png", "image/jpeg", "image/webp"} or media_type in _BARE_BY_TYPE


def parameters_text(values: Values) -> str:
    """Write down how a picture was made, in the form in which a command takes it again."""
    told = jsonable(values)
    prompt = str(told.pop("prompt", ""))
    options = ", ".join(f"{name}: {value}" for name, value in told.items() if value not in (None, ""))
    return "\n".join(part for part in (prompt, options) if part)


def rewritten(content: bytes, policy: Policy, text: str) -> bytes | None:
    """Return a picture, video or sound with only the metadata that the policy allows; None when it cannot be read.

    What cannot be read cannot be shown to be free of metadata, so whoever posts refuses it. `text` goes into a PNG
    under `parameters`; the other formats carry nothing.
    """
    kind = recognise(content[:HEAD_BYTES]).type
    if policy == "graph":
        return content
    try:
        match kind:
            case "image/png":
                return _png(content, text if policy == "parameters" else "")
            case "image/jpeg":
                return b"".join(_jpeg(content))
            case "image/webp":
                return _webp(content)
            case _:
                bare = _BARE_BY_TYPE.get(kind)
                return bare(content) if bare else None
    except (Malformed, struct_error, IndexError):
        return None


def _png(content: bytes, text: str) -> bytes:
    kept = [_PNG]
    for kind, whole in _png_chunks(content):
        if kind in _PNG_KEPT:
            kept.append(whole)
        if kind == b"IHDR" and text:
            kept.append(_png_text(text))
        if kind == b"IEND":
            return b"".join(kept)  # What follows the end is nobody's picture.
    raise Malformed


def _png_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_PNG)
    while at < len(content):
        (length,) = unpack_from(">I", content, at)
        whole = content[at : at + length + 12]
        if len(whole) < length + 12 or (at == len(_PNG)) != (whole[4:8] == b"IHDR"):
            raise Malformed
        yield whole[4:8], whole
        at += len(whole)


def _png_text(text: str) -> bytes:
    body = b"iTXtparameters\0\0\0\0\0" + text.encode(errors="replace")
    return pack(">I", len(body) - 4) + body + pack(">I", crc32(body))


def _jpeg(content: bytes) -> Iterator[bytes]:
    yield content[:2]
    at = 2
    while True:
        if content[at] != 0xFF:
            raise Malformed
        marker = content[at + 1]
        if marker == 0xFF:  # fill bytes may stand before any marker
            at += 1
            continue
        end = _segment_end(content, at, marker)
        if marker not in _JPEG_TALK:
            yield content[at:end]
        if marker == _EOI:
            return
        at = end


def _segment_end(content: bytes, at: int, marker: int) -> int:
    if marker == _EOI or marker in _BARE:
        return at + 2
    (length,) = unpack_from(">H", content, at + 2)
    if length < 2 or marker in {0x00, _SOI}:
        raise Malformed
    end = at + 2 + int(length)
    return _scan_end(content, end) if marker == _SOS else end


def _scan_end(content: bytes, at: int) -> int:
    # In picture data 0xFF is followed by 0 or a restart marker; anything else ends it.
    while (at := content.find(b"\xff", at)) >= 0:
        following = content[at + 1]
        if following and following not in _BARE and following != 0xFF:
            return at
        at += 1 if following == 0xFF else 2
    raise Malformed


def _webp(content: bytes) -> bytes:
    end = 8 + unpack_from("<I", content, 4)[0]
    if end > len(content) + 1:
        raise Malformed
    body = b"WEBP" + b"".join(_webp_chunks(content, min(end, len(content))))
    if len(body) == 4:
        raise Malformed
    return b"RIFF" + pack("<I", len(body)) + body


def _webp_chunks(content: bytes, end: int) -> Iterator[bytes]:
    at = 12
    while at < end:
        kind = content[at : at + 4]
        (length,) = unpack_from("<I", content, at + 4)
        body = content[at + 8 : at + 8 + length]
        if len(body) < length:
            raise Malformed
        if kind == b"VP8X":
            body = bytes([body[0] & ~_WEBP_TALK_FLAGS]) + body[1:]
        if kind in _WEBP_KEPT:
            yield kind + pack("<I", length) + body + b"\0" * (length % 2)
        at += 8 + length + length % 2
