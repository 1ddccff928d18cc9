"""The least that anybody can do: an aiohttp client that posts a graph, listens, and saves the picture."""

import json
from pathlib import Path
from uuid import uuid4

import aiohttp

from workflows.graph import WireGraph


class BareClient:
    """One session and one socket, kept open; entered as an async context manager."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client_id = uuid4().hex
        self._session = aiohttp.ClientSession()

    async def __aenter__(self) -> "BareClient":
        self._socket = await self._session.ws_connect(f"{self._url}/ws?clientId={self._client_id}", max_msg_size=0)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._socket.close()
        await self._session.close()

    async def paint(self, graph: WireGraph, path: Path) -> str:
        """Post, wait for the success, fetch the one picture and write it; returns the prompt id."""
        prompt_id = str(uuid4())
        body = {"prompt": graph, "client_id": self._client_id, "prompt_id": prompt_id}
        async with self._session.post(f"{self._url}/prompt", json=body) as answer:
            answer.raise_for_status()
            await answer.json()
        image = await self._success(prompt_id)
        async with self._session.get(f"{self._url}/view", params=image) as answer:
            answer.raise_for_status()
            path.write_bytes(await answer.read())  # noqa: ASYNC240 - a bare client blocks
        return prompt_id

    async def _success(self, prompt_id: str) -> dict[str, str]:
        image: dict[str, str] = {}
        async for frame in self._socket:
            if frame.type is not aiohttp.WSMsgType.TEXT:
                continue
            message = json.loads(frame.data)
            if message["data"].get("prompt_id") != prompt_id:
                continue
            if message["type"] == "executed":
                image = message["data"]["output"]["images"][0]
            elif message["type"] == "execution_success":
                break
        return image
