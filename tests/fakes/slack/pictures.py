"""What is known of a picture from its first bytes."""

import struct

_SIGNS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif", b"RIFF": "image/webp"}
SHOWN = frozenset({"image/png", "image/jpeg", "image/gif"})
"""What a `slack_file` may be (reference/block-kit/composition-objects/slack-file-object)."""


def kind(content: bytes) -> str:
    """Return the media type that the content itself tells; Slack goes by it, too."""
    return next((known for sign, known in _SIGNS.items() if content.startswith(sign)), "application/octet-stream")


def size(content: bytes) -> tuple[int, int] | None:
    """Return width and height of a PNG; of other pictures some, of anything else none."""
    if content.startswith(b"\x89PNG") and len(content) >= 24:
        width, height = struct.unpack(">II", content[16:24])
        return width, height
    return (360, 360) if kind(content) in SHOWN else None
