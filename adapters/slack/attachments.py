"""What Slack tells of a file that somebody sent. Pure; foreign JSON, so nothing of it is believed to be there."""

from dataclasses import dataclass, field

from adapters.slack.shapes import Json
from bot.bundles import promise
from bot.submissions import Promised


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that somebody sent, as Slack tells of it."""

    address: str = field(repr=False)
    media_type: str = ""
    width: int = 0
    height: int = 0
    bytes: int = 0

    def promised(self) -> Promised:
        """Return it as far as Slack tells of it."""
        return promise(media_type=self.media_type, width=self.width, height=self.height, size=self.bytes)


def attachment_of(file: Json) -> Attachment:
    """Read what Slack tells of a file."""
    return Attachment(
        address=str(file.get("url_private_download") or file.get("url_private") or ""),
        media_type=str(file.get("mimetype") or ""),
        width=_number(file.get("original_w")),
        height=_number(file.get("original_h")),
        bytes=_number(file.get("size")),
    )


def _number(value: object) -> int:
    return value if isinstance(value, int) and 0 <= value < 2**40 else 0
