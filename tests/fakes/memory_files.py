"""A `FileStore` in memory, with the same promises as the one on disk."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from hashlib import sha256

from bot.errors import FileGone, ResultLost
from bot.jobs import StoredFile
from bot.media import recognise


@dataclass
class MemoryFiles:
    """Files by key; `max_bytes` is the limit of one."""

    max_bytes: int = 1024**2
    contents: dict[str, bytes] = field(default_factory=dict)

    async def put(self, content: AsyncIterator[bytes], *, name: str, media_type: str) -> StoredFile:
        whole = b""
        async for chunk in content:
            whole += chunk
            if len(whole) > self.max_bytes:
                raise ResultLost
        media = recognise(whole)
        key = sha256(whole).hexdigest()
        self.contents[key] = whole
        return StoredFile(
            key=key,
            name=name.rpartition("/")[2] or "file",
            kind=media.kind,
            media_type=media.type,
            bytes=len(whole),
            width=media.width,
            height=media.height,
        )

    async def read(self, key: str) -> AsyncIterator[bytes]:
        if key not in self.contents:
            raise FileGone
        yield self.contents[key]

    def link(self, key: str, *, for_s: float) -> str:
        return f"key={key}"
