"""Takes the pictures of docs/moderating.md: `python -m tests.acceptance.moderation.pictures`, from a checkout's root.

Those of the console are taken by `python -m tests.acceptance.web.console_pictures`.
"""

import asyncio
import sys

from tests.acceptance.moderation.pictures.in_discord import ALBUM as IN_DISCORD
from tests.acceptance.moderation.pictures.in_slack import ALBUM as IN_SLACK
from tests.acceptance.pictures.taking import take


async def main(names: list[str]) -> None:
    """Take them all, or those that are named."""
    for album in (IN_DISCORD, IN_SLACK):
        await take(album, [name for name in album.pictures if name in names or not names])


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
