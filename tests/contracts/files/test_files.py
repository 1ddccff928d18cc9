"""What every `FileStore` promises, tried on a folder and on the one in memory."""

from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from adapters.files import LinkSigner, LocalFiles
from bot.errors import FileGone, ResultLost
from bot.events import MediaKind
from bot.ports import FileStore
from tests.fakes.contents import chunks
from tests.fakes.memory_files import MemoryFiles

LIMIT = 1024


@pytest.fixture(params=["folder", "memory"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> FileStore:
    if request.param == "memory":
        return MemoryFiles(max_bytes=LIMIT)
    return LocalFiles(tmp_path / "files", LinkSigner(b"a secret of tests"), max_bytes=LIMIT)


async def read(files: FileStore, key: str) -> bytes:
    return b"".join([chunk async for chunk in files.read(key)])


def picture() -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (12, 8), "teal").save(buffer, "PNG")
    return buffer.getvalue()


async def test_what_was_put_is_read_again(files):
    kept = await files.put(chunks(b"one", b"", b"two"), name="a.bin", media_type="")

    assert await read(files, kept.key) == b"onetwo"
    assert kept.bytes == 6


async def test_the_same_content_twice_is_kept_once(files):
    first = await files.put(chunks(b"same"), name="a", media_type="")
    second = await files.put(chunks(b"sa", b"me"), name="b", media_type="")

    assert first.key == second.key


async def test_type_and_size_are_told_by_the_content_whatever_the_name_says(files):
    kept = await files.put(chunks(picture()), name="page.html", media_type="text/html")

    assert (kept.media_type, kept.kind, kept.width, kept.height) == ("image/png", MediaKind.IMAGE, 12, 8)


async def test_a_page_that_calls_itself_a_picture_is_mere_bytes(files):
    kept = await files.put(chunks(b"<svg onload='x()'>"), name="a.png", media_type="image/png")

    assert kept.media_type == "application/octet-stream"


async def test_a_file_over_the_limit_is_refused_as_a_whole(files):
    with pytest.raises(ResultLost):
        await files.put(chunks(b"x" * LIMIT, b"x"), name="a", media_type="")


@pytest.mark.parametrize("key", ["", "..", "../../etc/passwd", "0" * 64, "A" * 64, "x\0y"])
async def test_what_is_no_key_of_ours_opens_nothing(files, key):
    with pytest.raises(FileGone):
        await read(files, key)


async def test_a_name_is_never_a_path(files):
    kept = await files.put(chunks(b"x"), name="../../etc/passwd", media_type="")

    assert "/" not in kept.name


async def test_a_broken_source_leaves_nothing(files):
    async def broken() -> AsyncIterator[bytes]:
        yield b"half"
        raise ResultLost

    with pytest.raises(ResultLost):
        await files.put(broken(), name="a", media_type="")
