"""Takes the pictures of docs/discord.md: `python -m tests.acceptance.discord.pictures`, from the root of a checkout."""

import asyncio
import sys

from tests.acceptance.discord.pictures.states import ALBUM
from tests.acceptance.pictures.taking import take

if __name__ == "__main__":
    asyncio.run(take(ALBUM, sys.argv[1:]))
