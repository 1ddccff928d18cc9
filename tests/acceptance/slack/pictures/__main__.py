"""Takes the pictures of docs/slack.md: `python -m tests.acceptance.slack.pictures`, from the root of a checkout."""

import asyncio
import sys

from tests.acceptance.pictures.taking import take
from tests.acceptance.slack.pictures.states import ALBUM

if __name__ == "__main__":
    asyncio.run(take(ALBUM, sys.argv[1:]))
