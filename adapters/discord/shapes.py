"""What Discord reads and writes."""

from typing import Any

Json = dict[str, Any]
"""A JSON object: foreign where it comes from Discord, checked where it is read."""

_ID_DIGITS = 20  # of 64 bits


def is_id(text: str) -> bool:
    """Whether a text may be one of Discord's ids; only then may it become a part of an address."""
    return text.isascii() and text.isdigit() and len(text) <= _ID_DIGITS
