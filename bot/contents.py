"""What is in a stored file, where somebody has to hold all of it at once."""

from bot.jobs import StoredFile
from bot.ports import FileStore


async def content_of(files: FileStore, file: StoredFile, most: int) -> bytes | None:
    """Return a file's content; None when it has more bytes than that. Raises FileGone."""
    if file.bytes > most:
        return None
    content = bytearray()
    async for chunk in files.read(file.key):
        content += chunk
        if len(content) > most:
            return None
    return bytes(content)
