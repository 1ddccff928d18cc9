"""What an embed may hold (docs: resources/message, embed limits)."""

from collections.abc import Iterator
from typing import Any

from .shapes import Check, Fault, Path, anything, fields, flag, integer, listing, nullable, text

_TOTAL = 6000
_URL = text(1, 2048, like=r"(https?|attachment)://.+")


def _picture() -> Check:
    unused = dict.fromkeys(("proxy_url", "height", "width", "flags", "content_type", "description"), anything)
    return fields({"url": _URL}, unused)


_FIELD = fields({"name": text(1, 256), "value": text(1, 1024)}, {"inline": flag})

EMBED = fields(
    {},
    {
        "title": nullable(text(0, 256)),
        "type": text(0, 32),
        "description": nullable(text(0, 4096)),
        "url": nullable(_URL),
        "timestamp": nullable(text(1, 64, like=r"\d{4}-\d\d-\d\d[T ].+")),
        "color": nullable(integer(0, 0xFFFFFF)),
        "footer": fields({"text": text(0, 2048)}, {"icon_url": _URL, "proxy_icon_url": anything}),
        "image": _picture(),
        "thumbnail": _picture(),
        "video": anything,
        "provider": anything,
        "flags": anything,
        "author": fields({"name": text(1, 256)}, {"url": _URL, "icon_url": _URL, "proxy_icon_url": anything}),
        "fields": listing(_FIELD, 0, 25),
    },
)


def _characters(embed: dict[str, Any]) -> int:
    parts = [embed.get("title"), embed.get("description")]
    parts += [embed.get("footer", {}).get("text"), embed.get("author", {}).get("name")]
    for each in embed.get("fields", []):
        parts += [each["name"], each["value"]]
    return sum(len(part) for part in parts if part)


def embeds(value: Any, path: Path) -> Iterator[Fault]:
    """Accept at most ten embeds of 6000 characters together."""
    found = [*listing(EMBED, 0, 10)(value, path)]
    yield from found
    if not found and sum(map(_characters, value)) > _TOTAL:
        yield Fault(path=path, code="MAX_EMBED_SIZE_EXCEEDED", message=f"Embed size exceeds maximum size of {_TOTAL}")
