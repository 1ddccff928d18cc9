"""What posted pictures tell: nothing that the manifest does not allow, and every pixel as it was."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from bot.events import MediaKind
from bot.media import Media, recognise
from bot.metadata import is_rewritten, parameters_text, rewritten
from workflows.values import FileHandle, Size

SECRET = "the operator's secret graph"
HEADS = (b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF\x20\x00\x00\x00WEBP", b"RIFF\x20\x00\x00\x00WEBPVP8X")


def picture(mode: str = "RGB") -> Image.Image:
    return Image.effect_mandelbrot((48, 32), (-2, -1, 1, 1), 50).convert(mode)


def saved(kind: str, mode: str = "RGB") -> bytes:
    buffer, exif, info = BytesIO(), Image.Exif(), PngInfo()
    exif[0x010F] = SECRET
    info.add_text("prompt", SECRET)
    info.add_text("workflow", SECRET, zip=True)
    info.add_itxt("more", SECRET)
    extra: dict[str, object] = {"pnginfo": info} if kind == "PNG" else {}
    if kind == "JPEG":
        extra = {"comment": SECRET.encode(), "progressive": True}
    picture(mode).save(buffer, kind, exif=exif.tobytes(), **extra)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("kind", "mode"), [("PNG", "RGB"), ("PNG", "RGBA"), ("PNG", "P"), ("JPEG", "RGB"), ("WEBP", "RGB")]
)
@pytest.mark.parametrize("policy", ["none", "parameters"])
def test_what_the_server_wrote_is_gone_and_every_pixel_stays(kind, mode, policy):
    before = saved(kind, mode)

    after = rewritten(before, policy, "a cat")

    opened = Image.open(BytesIO(after))
    assert opened.convert("RGBA").tobytes() == Image.open(BytesIO(before)).convert("RGBA").tobytes()
    assert SECRET.encode() not in after
    assert not opened.getexif()
    assert {key for key in opened.info if isinstance(opened.info[key], str)} <= {"parameters"}


def test_a_png_says_how_it_was_made_as_plain_text():
    after = rewritten(saved("PNG"), "parameters", "a cat on a 屋根\nseed: 7")

    assert Image.open(BytesIO(after)).info["parameters"] == "a cat on a 屋根\nseed: 7"


def test_nothing_is_told_when_the_manifest_says_none():
    assert "parameters" not in Image.open(BytesIO(rewritten(saved("PNG"), "none", "a cat"))).info


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_the_graph_stays_when_the_manifest_says_so(kind):
    assert rewritten(saved(kind), "graph", "a cat") == saved(kind)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_what_follows_the_end_of_a_picture_is_cut_off(kind):
    assert SECRET.encode() not in rewritten(saved(kind) + SECRET.encode(), "none", "")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@given(cut=st.integers(min_value=12, max_value=400))
def test_a_cut_picture_is_refused_and_never_raises(kind, cut):
    assert rewritten(saved(kind)[:-cut], "parameters", "a cat") is None


@given(st.sampled_from(HEADS), st.binary(max_size=200))
def test_any_bytes_have_an_answer(head, content):
    answer = rewritten(head + content, "parameters", "a cat")

    assert answer is None or answer.startswith(head[:3])
    assert isinstance(recognise(head + content), Media)


@given(st.data())
def test_a_damaged_picture_never_raises(data):
    content = bytearray(saved(data.draw(st.sampled_from(["PNG", "JPEG", "WEBP"]))))
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))

    rewritten(bytes(content), "parameters", "a cat")
    recognise(bytes(content))


def test_parameters_are_written_as_a_command_takes_them():
    values = {
        "prompt": "a cat",
        "negative_prompt": "",
        "seed": 7,
        "size": Size(width=8, height=9),
        "image": FileHandle(key="ab" * 32, media_type="image/png", width=1, height=1),
    }

    assert parameters_text(values) == f"a cat\nseed: 7, size: 8x9, image: fairbrush-{'ab' * 20}.png"


@pytest.mark.parametrize(
    ("kind", "media_type", "told"),
    [
        ("PNG", "image/png", MediaKind.IMAGE),
        ("JPEG", "image/jpeg", MediaKind.IMAGE),
        ("WEBP", "image/webp", MediaKind.IMAGE),
        ("GIF", "image/gif", MediaKind.ANIMATION),
    ],
)
def test_pictures_are_recognised_with_their_size(kind, media_type, told):
    buffer = BytesIO()
    picture().save(buffer, kind)

    assert recognise(buffer.getvalue()) == Media(type=media_type, kind=told, width=48, height=32)


@pytest.mark.parametrize(
    "options", [{"lossless": True}, {"save_all": True, "append_images": [Image.new("RGB", (48, 32))]}]
)
def test_every_kind_of_webp_tells_its_size(options):
    buffer = BytesIO()
    picture().save(buffer, "WEBP", **options)

    told = recognise(buffer.getvalue())

    assert (told.width, told.height) == (48, 32)
    assert told.kind is (MediaKind.ANIMATION if "save_all" in options else MediaKind.IMAGE)


def test_an_animated_png_is_an_animation():
    buffer = BytesIO()
    picture().save(buffer, "PNG", save_all=True, append_images=[Image.new("RGB", (48, 32))])

    assert recognise(buffer.getvalue()).kind is MediaKind.ANIMATION
    assert Image.open(BytesIO(rewritten(buffer.getvalue(), "none", ""))).n_frames == 2


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (b"\0\0\0\x18ftypisom", "video/mp4"),
        (b"\0\0\0\x18ftypM4A ", "audio/mp4"),
        (b"\x1a\x45\xdf\xa3", "video/webm"),
        (b"fLaC", "audio/flac"),
        (b"RIFF\0\0\0\0WAVE", "audio/wav"),
        (b"<html>", "application/octet-stream"),
        (b"", "application/octet-stream"),
    ],
)
def test_other_files_are_told_by_their_beginning(head, media_type):
    assert recognise(head).type == media_type


def box(kind: bytes, body: bytes) -> bytes:
    return (len(body) + 8).to_bytes(4, "big") + kind + body


def element(kind: bytes, body: bytes) -> bytes:
    return kind + b"\x01" + len(body).to_bytes(7, "big") + body


TALK = SECRET.encode()
MP4 = b"".join(
    [
        box(b"ftyp", b"isom\0\0\2\0"),
        box(b"mdat", b"the frames"),
        box(b"moov", box(b"mvhd", b"x") + box(b"trak", box(b"udta", TALK)) + box(b"udta", box(b"meta", TALK))),
        box(b"uuid", TALK),
    ]
)
WEBM = element(b"\x1a\x45\xdf\xa3", b"webm") + element(
    b"\x18\x53\x80\x67",
    element(b"\x1f\x43\xb6\x75", b"the frames")
    + element(b"\x12\x54\xc3\x67", TALK)
    + element(b"\x1c\x53\xbb\x6b", b"x"),
)


@pytest.mark.parametrize("video", [MP4, WEBM])
def test_a_video_loses_its_talk_and_no_other_byte_moves(video):
    after = rewritten(video, "parameters", "a cat")

    assert len(after) == len(video)
    assert TALK not in after
    assert after.index(b"the frames") == video.index(b"the frames")
    assert rewritten(after, "none", "") == after
    assert rewritten(video, "graph", "") == video


@given(st.sampled_from([MP4, WEBM]), st.data())
def test_a_damaged_video_never_raises(video, data):
    content = bytearray(video)
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))

    rewritten(bytes(content), "none", "")


@pytest.mark.parametrize("video", [MP4, WEBM])
def test_a_cut_video_is_refused(video):
    assert rewritten(video[:-3], "none", "") is None


def flac_block(kind: int, body: bytes, *, last: bool = False) -> bytes:
    return bytes([kind | (0x80 if last else 0)]) + len(body).to_bytes(3, "big") + body


def id3(body: bytes) -> bytes:
    size = bytes(len(body) >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x04\0\0" + size + body


def ogg_checksum(page: bytes) -> int:
    """Return what Ogg's own description says, bit by bit."""
    value = 0
    for each in page:
        value ^= each << 24
        for _ in range(8):
            value = (value << 1 ^ (0x04C11DB7 if value >> 31 else 0)) & 0xFFFFFFFF
    return value


def ogg_page(laces: bytes, body: bytes, *, number: int, flags: int = 0) -> bytes:
    head = b"OggS\0" + bytes([flags]) + bytes(8) + b"one " + number.to_bytes(4, "little")
    whole = head + bytes(4) + bytes([len(laces)]) + laces + body
    return head + ogg_checksum(whole).to_bytes(4, "little") + bytes([len(laces)]) + laces + body


def ogg_pages(content: bytes) -> list[bytes]:
    return [b"OggS" + rest for rest in content.split(b"OggS")[1:]]


def ogg(first: bytes, begins: bytes, *, talk: bytes) -> bytes:
    """Return an Ogg whose comments begin on one page and end on the next, where more follows."""
    vendor = len(b"Lavf").to_bytes(4, "little") + b"Lavf"
    packet = begins + vendor + b"\1\0\0\0" + len(talk).to_bytes(4, "little") + talk + b"\1"
    packet = packet.ljust(255 + 10, b"\1")
    return b"".join(
        [
            ogg_page(bytes([len(first)]), first, number=0, flags=2),
            ogg_page(b"\xff", packet[:255], number=1),
            ogg_page(b"\x0a\x0b", packet[255:] + b"the samples", number=2, flags=1),
        ]
    )


LONG_TALK = (b"prompt=" + TALK) * 6
FLAC = (
    b"fLaC"
    + flac_block(0, bytes(34))
    + flac_block(4, TALK)
    + flac_block(2, TALK)
    + flac_block(6, TALK, last=True)
    + b"\xff\xf8the samples"
)
MP3 = id3(b"TXXX" + TALK) + b"\xff\xfb\x90\0the samples" + bytes(200) + (b"TAG" + TALK).ljust(128, b"\0")
OPUS = ogg(b"OpusHead....", b"OpusTags", talk=LONG_TALK)
VORBIS = ogg(b"\x01vorbis....", b"\x03vorbis", talk=LONG_TALK)
WAV_CHUNKS = b"".join(
    kind + len(body).to_bytes(4, "little") + body + bytes(len(body) % 2)
    for kind, body in ((b"fmt ", bytes(16)), (b"LIST", TALK + b"odd"), (b"data", b"the samples!"))
)
WAV = b"RIFF" + (4 + len(WAV_CHUNKS)).to_bytes(4, "little") + b"WAVE" + WAV_CHUNKS
SOUNDS = {"flac": FLAC, "mp3": MP3, "opus": OPUS, "vorbis": VORBIS, "wav": WAV}
by_name = pytest.mark.parametrize("sound", SOUNDS.values(), ids=SOUNDS.keys())


@by_name
def test_a_sound_loses_its_talk_and_keeps_its_samples(sound):
    after = rewritten(sound, "parameters", "a cat")

    assert is_rewritten(recognise(sound).type)
    assert after is not None
    assert b"secret" not in after
    assert b"the samples" in after
    assert recognise(after).type == recognise(sound).type
    assert rewritten(after, "none", "") == after
    assert rewritten(sound, "graph", "") == sound


@pytest.mark.parametrize("sound", [FLAC, OPUS, VORBIS, WAV])
def test_where_a_sound_is_blanked_no_byte_moves(sound):
    after = rewritten(sound, "none", "")

    assert after.index(b"the samples") == sound.index(b"the samples")
    assert len(after) == len(sound)


@pytest.mark.parametrize("sound", [OPUS, VORBIS])
def test_every_page_of_an_ogg_has_its_checksum_and_the_comments_are_none(sound):
    after = rewritten(sound, "none", "")

    for page in ogg_pages(after):
        assert int.from_bytes(page[22:26], "little") == ogg_checksum(page[:22] + bytes(4) + page[26:])
    ending = b"\1" if sound is VORBIS else b"\0"
    assert b"\x04\0\0\0Lavf\0\0\0\0" + ending + bytes(20) in after


@pytest.mark.parametrize(
    "sound",
    [
        FLAC[:60],
        FLAC + (b"TAG" + TALK).ljust(128, b"\0"),
        id3(b"")[:8],
        id3(TALK) + b"no sound",
        MP3[:-128] + b"APETAGEX" + bytes(24),
        OPUS[:-3],
        OPUS[: OPUS.rindex(b"OggS")],
        ogg_page(b"\x06", b"theora", number=0, flags=2),
        b"OggS",
        WAV[:50],
    ],
)
def test_a_sound_that_cannot_be_read_to_its_end_is_refused(sound):
    assert rewritten(sound, "none", "") is None


@given(st.sampled_from(list(SOUNDS.values())), st.data())
def test_a_damaged_sound_never_raises(sound, data):
    content = bytearray(sound)
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))

    rewritten(bytes(content), "none", "")
