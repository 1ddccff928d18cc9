"""Binary frames of the event socket, as ComfyUI 0.3.64 sends them; big-endian.

    1 PREVIEW_IMAGE                uint32 1 | uint32 1=JPEG 2=PNG | image
    3 TEXT                         uint32 3 | uint32 n | n bytes node id | text
    4 PREVIEW_IMAGE_WITH_METADATA  uint32 4 | uint32 n | n bytes JSON | image

Event 3 names no run, so nothing in it can be proved to be ours: it is left out, like every kind that is unknown.
"""

import json
import struct
from dataclasses import dataclass, field

_PREVIEW, _PREVIEW_WITH_METADATA = 1, 4
_MEDIA_TYPES = {1: "image/jpeg", 2: "image/png"}
_HEAD = struct.Struct(">II")
_MAX_METADATA = 64 * 1024  # 0.3.64 sends under 300 bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureFrame:
    """A picture; without `prompt_id` the sender did not say whose it is."""

    image: bytes = field(repr=False)
    media_type: str
    prompt_id: str | None = None
    node: str | None = None


def read_frame(data: bytes) -> PictureFrame | None:
    """Read a binary frame; None for what is no picture or is cut off. Never raises."""
    if len(data) <= _HEAD.size:
        return None
    event, number = _HEAD.unpack_from(data)
    if event == _PREVIEW and number in _MEDIA_TYPES:
        return PictureFrame(image=data[_HEAD.size :], media_type=_MEDIA_TYPES[number])
    if event == _PREVIEW_WITH_METADATA and number <= _MAX_METADATA:
        return _read_described(data[_HEAD.size : _HEAD.size + number], data[_HEAD.size + number :])
    return None


def _read_described(metadata: bytes, image: bytes) -> PictureFrame | None:
    try:
        facts = json.loads(metadata)
    except (ValueError, RecursionError):
        return None
    if not isinstance(facts, dict) or not image:
        return None
    prompt_id, node, media_type = (facts.get(key) for key in ("prompt_id", "node_id", "image_type"))
    if not isinstance(prompt_id, str) or not isinstance(media_type, str) or media_type not in _MEDIA_TYPES.values():
        return None
    return PictureFrame(
        image=image, media_type=media_type, prompt_id=prompt_id, node=node if isinstance(node, str) else None
    )
