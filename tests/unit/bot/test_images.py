"""The image gate: what passes, what is refused, and what is left behind."""

import struct
import warnings
import zlib
from io import BytesIO
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from bot import images
from bot.errors import ImageRefused
from bot.images import WEBP_SIDE, admit, smaller
from bot.media import recognise
from workflows.values import FileHandle


def _png(width: int, height: int, *, depth: int, rows: list[bytes]) -> bytes:
    """Write a grey PNG by hand: what Pillow would not."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, depth, 0, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def _jpeg_with_notes(*entries: tuple[int, int, int, bytes]) -> bytes:
    """Return a good JPEG whose EXIF block has these entries: tag, type, count and four bytes of value."""
    table = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHI4s", *entry) for entry in entries)
    notes = b"Exif\0\0II*\0\x08\0\0\0" + table + b"\0\0\0\0"
    return _saved(Image.new("RGB", (8, 8)), "JPEG", exif=notes)


def _saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_ordinary_pictures_pass_as_png(kind: str) -> None:
    admitted = admit(_saved(Image.new("RGB", (30, 20), "teal"), kind))

    assert (admitted.handle.width, admitted.handle.height) == (30, 20)
    assert admitted.handle.media_type == "image/png"
    assert Image.open(BytesIO(admitted.content)).size == (30, 20)


def test_the_same_picture_has_the_same_name_whatever_was_attached_to_it() -> None:
    note = PngInfo()
    note.add_text("prompt", "secret workflow")
    picture = Image.new("RGB", (8, 8), "red")

    plain, noted = admit(_saved(picture, "PNG")), admit(_saved(picture, "PNG", pnginfo=note))

    assert plain.handle == noted.handle
    assert b"secret" not in noted.content


def test_camera_orientation_is_applied_and_its_place_forgotten() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "Camera of somebody"

    admitted = admit(_saved(Image.new("RGB", (30, 20)), "JPEG", exif=exif))

    assert (admitted.handle.width, admitted.handle.height) == (20, 30)
    assert b"somebody" not in admitted.content


def test_transparency_is_kept() -> None:
    admitted = admit(_saved(Image.new("RGBA", (8, 8), (0, 0, 0, 0)), "PNG"))

    assert Image.open(BytesIO(admitted.content)).mode == "RGBA"


def test_a_picture_of_too_many_bytes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "MAX_BYTES", 10)

    with pytest.raises(ImageRefused, match="larger than"):
        admit(b"x" * 11)


def test_a_bomb_is_refused_by_its_header_before_it_is_decoded() -> None:
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    bomb = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))

    with pytest.raises(ImageRefused):
        admit(bomb + _saved(Image.new("RGB", (2, 2)), "PNG")[33:])


def test_a_picture_over_the_pixel_limit_is_refused_with_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "MAX_PIXELS", 99)

    with pytest.raises(ImageRefused, match="10x10"):
        admit(_saved(Image.new("RGB", (10, 10)), "PNG"))


def test_a_webp_may_have_fewer_pixels_because_its_decoder_holds_them_more_often(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(images, "MAX_WEBP_PIXELS", 99)

    with pytest.raises(ImageRefused, match="10x10"):
        admit(_saved(Image.new("RGB", (10, 10)), "WEBP"))


@pytest.mark.parametrize("size", [(1, 5000), (7, 7), (3000, 100)])
def test_a_picture_that_would_be_a_line_on_the_gpu_is_refused_with_its_size(size: tuple[int, int]) -> None:
    with pytest.raises(ImageRefused, match=f"{size[0]}x{size[1]}"):
        admit(_saved(Image.new("RGB", size), "PNG"))


@pytest.mark.parametrize(
    "content", [b"", b"GIF89a", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\x89PNG\r\n\x1a\n"]
)
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(ImageRefused, match="PNG, JPEG or WebP"):
        admit(content)


def test_a_cut_picture_is_refused() -> None:
    whole = _saved(Image.effect_mandelbrot((64, 64), (-2, -1, 1, 1), 50).convert("RGB"), "JPEG")

    with pytest.raises(ImageRefused):
        admit(whole[: len(whole) // 2])


@given(st.binary(max_size=300))
def test_no_bytes_do_more_than_be_refused(content: bytes) -> None:
    for head in (b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"RIFF\x20\x00\x00\x00WEBP"):
        with pytest.raises(ImageRefused):
            admit(head + content)


# Found by throwing random notes at the gate: turning these makes Pillow raise struct.error and AttributeError.
TURNED = (0x0112, 3, 1, b"\x06\0\0\0")


@pytest.mark.parametrize(
    "notes",
    [
        pytest.param([TURNED, (0xA005, 7, 2, b"\x08\x1a\x1e\0"), (0x8825, 0, 0, b"\0\x1a\x08\x1a")], id="tables"),
        pytest.param([TURNED, (0x010F, 5, 2, b"\x08\0\0\0")], id="fraction for a name"),
    ],
)
def test_broken_camera_notes_are_a_refusal_and_nothing_else(notes: list[tuple[int, int, int, bytes]]) -> None:
    with pytest.raises(ImageRefused):
        admit(_jpeg_with_notes(*notes))


def test_sixteen_bits_of_grey_become_eight_and_not_white() -> None:
    depths = _png(9, 8, depth=16, rows=[struct.pack(">9H", *[0, 32768, 65535] * 3)] * 8)

    picture = Image.open(BytesIO(admit(depths).content))

    assert [picture.getpixel((x, 0)) for x in range(3)] == [(0, 0, 0), (128, 128, 128), (255, 255, 255)]


def test_the_gate_leaves_the_filters_of_other_threads_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    content = _saved(Image.new("RGB", (8, 8)), "PNG")

    with monkeypatch.context() as patched:
        patched.setattr(warnings, "catch_warnings", None)
        assert admit(content).handle.width == 8


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "RGB", "1"])
def test_pixels_pass_as_they_are(mode: str) -> None:
    picture = Image.effect_mandelbrot((16, 16), (-2, -1, 1, 1), 50).convert(mode)

    admitted = Image.open(BytesIO(admit(_saved(picture, "PNG")).content))

    assert admitted.tobytes() == picture.convert(admitted.mode).tobytes()


def test_nothing_but_pixels_is_written() -> None:
    note = PngInfo()
    note.add_text("prompt", "secret", zip=True)
    picture = Image.new("RGB", (8, 8), "red")
    content = _saved(picture, "PNG", pnginfo=note, icc_profile=b"profile of somebody", dpi=(72, 72), gamma=1)

    assert admit(content).content == admit(_saved(picture, "PNG")).content


# ---- Smaller copies ----------------------------------------------------------------------------------------------


def _noise(width: int, height: int, mode: str = "RGB") -> Image.Image:
    return Image.frombytes(mode, (width, height), Random(1).randbytes(width * height * len(mode)))


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("limit", [60_000, 20_000, 5_000])
def test_a_smaller_copy_fits_its_limit_and_keeps_the_shape(mode, limit):
    copy = smaller(_saved(_noise(256, 128, mode), "PNG"), limit)

    assert copy is not None
    assert len(copy) <= limit
    with Image.open(BytesIO(copy)) as opened:
        assert opened.format == "WEBP"
        assert opened.width == pytest.approx(2 * opened.height, abs=2)


def test_quality_goes_before_size():
    copy = smaller(_saved(_noise(256, 128), "PNG"), 40_000)

    assert copy is not None
    assert recognise(copy).width == 256


def test_what_is_too_long_for_webp_becomes_a_jpeg():
    copy = smaller(_saved(_noise(WEBP_SIDE + 1, 2, "RGBA"), "PNG"), 10**6)

    assert copy is not None
    assert recognise(copy).type == "image/jpeg"


def test_a_copy_holds_no_notes_of_the_original():
    notes = PngInfo()
    notes.add_text("prompt", "a secret cat")
    copy = smaller(_saved(_noise(64, 64), "PNG", pnginfo=notes), 10**6)

    assert copy is not None
    assert b"secret" not in copy


@pytest.mark.parametrize("content", [b"", b"no picture", _saved(Image.new("RGB", (8, 8)), "PNG")[:40]])
def test_what_is_no_picture_has_no_copy(content):
    assert smaller(content, 10**6) is None


def test_an_animation_has_no_copy_and_neither_has_what_cannot_be_small_enough():
    frames = [Image.new("RGB", (32, 32), color) for color in ("red", "blue")]

    assert smaller(_saved(frames[0], "WEBP", save_all=True, append_images=frames[1:]), 10**6) is None
    assert smaller(_saved(_noise(64, 64), "PNG"), 10) is None


# ---- What is only promised ---------------------------------------------------------------------------------------


def _promised(media_type: str = "image/png", width: int = 64, height: int = 64, size: int = 100) -> FileHandle:
    return FileHandle(key="", media_type=media_type, width=width, height=height, bytes=size)


@pytest.mark.parametrize(
    ("promised", "why"),
    [
        (_promised(), None),
        (_promised("image/jpeg; charset=x"), None),
        (_promised("", 0, 0, 0), None),
        (_promised("video/mp4", 5, 5), None),
        (_promised(size=images.MAX_BYTES + 1), "larger than 32 MB"),
        (_promised("image/gif"), "send a PNG, JPEG or WebP"),
        (_promised(width=4), "too narrow"),
        (_promised(width=10_000, height=10_000), "too large"),
        (_promised("image/webp", 5000, 5000), "too large"),
        (_promised("image/jpeg", 5000, 5000), None),
    ],
)
def test_what_would_be_refused_is_known_before_it_is_fetched_as_far_as_its_platform_tells(promised, why):
    refused = images.refusal_of(promised)

    assert refused is None if why is None else why in (refused or "")
