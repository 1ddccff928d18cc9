"""Links to originals, for messages in which only a smaller copy has room."""

from collections.abc import Callable
from urllib.parse import quote

from bot.jobs import StoredFile
from bot.service.core import Core

ORIGINALS_S = 7 * 24 * 3600.0
"""How long the link to an original is good: a week, in which somebody who wants to keep it has saved it."""

_DAY_S = 24 * 3600.0


def originals(core: Core) -> Callable[[StoredFile], str | None]:
    """Return what makes the address under which anybody who has it may fetch a file, for a while."""
    settings = core.options.settings
    base, for_s = settings.public_url, min(ORIGINALS_S, settings.keep_days * _DAY_S)

    def link(file: StoredFile) -> str | None:
        if base is None:
            return None
        return f"{base}/files/{file.key}/{quote(file.name, safe='')}?{core.files.link(file.key, for_s=for_s)}"

    return link
