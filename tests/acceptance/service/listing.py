"""The pool as `fairbrush servers list` tells it, which is another process each time."""

import asyncio
import json

from tests.acceptance.service.service import PATIENCE_S, Service


async def servers(service: Service) -> dict[str, dict]:
    """Return what is told of each GPU, by name."""
    return {each["name"]: each for each in json.loads(await service.run("servers", "list", "--json"))}


async def until_state(service: Service, name: str, state: str) -> dict:
    """Wait until the command shows a GPU in a state, as an operator would: by asking again. Returns what it shows."""
    async with asyncio.timeout(PATIENCE_S):
        # Another process is asked. One of a service's own seeds is in no list until that service tells of it.
        while (told := (await servers(service)).get(name, {})).get("state") != state:  # noqa: ASYNC110 - see above
            await asyncio.sleep(0.3)
    return told
