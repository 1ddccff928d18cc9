"""Binary frames."""

import json
import struct

import pytest

from adapters.comfyui.frames import PictureFrame, read_frame
from tests.unit.comfyui.recordings import JPEG, PNG


def described(metadata: object, image: bytes = JPEG) -> bytes:
    text = metadata if isinstance(metadata, bytes) else json.dumps(metadata).encode()
    return struct.pack(">II", 4, len(text)) + text + image


def test_a_nameless_preview() -> None:
    frame = bytes.fromhex("0000000100000002") + PNG
    assert read_frame(frame) == PictureFrame(image=PNG, media_type="image/png")


def test_a_named_preview() -> None:
    metadata = {"node_id": "3", "prompt_id": "ours", "image_type": "image/jpeg"}
    assert read_frame(described(metadata)) == PictureFrame(
        image=JPEG, media_type="image/jpeg", prompt_id="ours", node="3"
    )


def test_a_named_preview_without_a_node() -> None:
    picture = read_frame(described({"node_id": 3, "prompt_id": "ours", "image_type": "image/png"}))
    assert picture is not None
    assert picture.node is None


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\0\0\0\1",
        bytes.fromhex("0000000100000001"),  # no picture in it
        bytes.fromhex("0000000100000007") + JPEG,  # a type that nobody knows
        bytes.fromhex("00000003000000013268c3a9"),  # text: names a node, but no run
        bytes.fromhex("0000000400ffffff") + JPEG,  # more metadata than there is
        described(b"no json"),
        described([]),
        described({"node_id": "3", "image_type": "image/jpeg"}),
        described({"prompt_id": "ours", "image_type": "text/html"}),
        described({"prompt_id": "ours", "image_type": ["image/png"]}),
        described({"prompt_id": "ours", "image_type": "image/png"}, image=b""),
    ],
)
def test_what_is_no_picture_of_anybodys_is_left_out(frame: bytes) -> None:
    assert read_frame(frame) is None
