"""The folder of files: whole or not at all, opened by signed links, listed for retention."""

import asyncio
import gc
import tempfile
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.files import LinkSigner, LocalFiles
from bot.errors import FileGone
from tests.fakes.contents import chunks

SECRET = b"a secret of tests"
KEY, OTHER = "a" * 64, "b" * 64


@pytest.fixture
def files(tmp_path: Path) -> LocalFiles:
    return LocalFiles(tmp_path, LinkSigner(SECRET))


async def test_a_put_that_is_cancelled_leaves_no_file(files, tmp_path):
    begun = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        yield b"half"
        begun.set()
        await asyncio.Event().wait()

    putting = asyncio.create_task(files.put(endless(), name="a", media_type=""))
    await begun.wait()
    putting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await putting

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


async def test_a_put_that_is_cancelled_while_its_file_is_opened_leaves_none_open_and_none_there(
    files, tmp_path, monkeypatch
):
    asked, may, opened = threading.Event(), threading.Event(), tempfile.mkstemp

    def slowly(**where: Any) -> tuple[int, str]:
        asked.set()
        may.wait()
        return opened(**where)

    monkeypatch.setattr(tempfile, "mkstemp", slowly)
    putting = asyncio.create_task(files.put(chunks(b"x"), name="a", media_type=""))
    await asyncio.to_thread(asked.wait)
    putting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await putting
    may.set()
    await asyncio.get_running_loop().shutdown_default_executor()
    await asyncio.sleep(0)

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    gc.collect()  # a file that is left open is told here, as a warning, which fails the test


async def test_what_a_killed_process_left_is_swept_and_what_is_kept_stays(files, tmp_path):
    kept = await files.put(chunks(b"x"), name="a", media_type="")
    (tmp_path / ".part-left").write_bytes(b"half")

    await files.sweep(older_than_s=3600)
    assert (tmp_path / ".part-left").exists()
    await files.sweep(older_than_s=-1)

    assert not (tmp_path / ".part-left").exists()
    assert [each.key for each in await files.kept()] == [kept.key]


async def test_files_are_listed_with_their_bytes_and_the_oldest_first(files):
    first = await files.put(chunks(b"first"), name="a", media_type="")
    second = await files.put(chunks(b"second one"), name="b", media_type="")

    kept = await files.kept()

    assert [(each.key, each.bytes) for each in kept] == [(first.key, 5), (second.key, 10)]
    assert kept[0].stored_s <= kept[1].stored_s


async def test_only_what_is_old_enough_is_listed_for_the_tidying(tmp_path):
    now = [0.0]
    files = LocalFiles(tmp_path, LinkSigner(SECRET, lambda: now[0]))
    kept = await files.put(chunks(b"x"), name="a", media_type="")
    [stored] = [each.stored_s for each in await LocalFiles(tmp_path, LinkSigner(SECRET)).kept()]

    now[0] = stored + 599
    assert await files.kept(older_than_s=600) == []
    now[0] = stored + 601
    assert [each.key for each in await files.kept(older_than_s=600)] == [kept.key]


async def test_what_has_expired_is_gone_and_may_expire_again(files):
    kept = await files.put(chunks(b"x"), name="a", media_type="")

    assert not await files.expire(kept.key, spare_s=600)
    assert await files.expire(kept.key, spare_s=-1)
    assert await files.expire(kept.key, spare_s=-1)
    assert await files.expire("../../etc/passwd", spare_s=-1)
    with pytest.raises(FileGone):
        await anext(files.read(kept.key))


async def test_what_the_disk_does_not_let_go_stops_nobody(files, tmp_path):
    (tmp_path / KEY[:2] / KEY).mkdir(parents=True)
    (tmp_path / ".part-odd").mkdir()
    (tmp_path / KEY[:2] / "notes.txt").write_text("not ours")

    assert not await files.expire(KEY, spare_s=-1)
    await files.sweep(older_than_s=-1)

    assert (tmp_path / KEY[:2] / "notes.txt").exists()


def test_a_link_opens_its_file_until_it_expires():
    now = [1000.0]
    signer = LinkSigner(SECRET, lambda: now[0])
    query = signer.link(KEY, for_s=60)

    assert signer.opens(KEY, query)
    now[0] += 60
    assert not signer.opens(KEY, query)


def test_a_link_opens_no_other_file_and_no_later_moment():
    signer = LinkSigner(SECRET)
    query = signer.link(KEY, for_s=60)
    later = parse_qs(query) | {"until": ["99999999999"]}

    assert not signer.opens(OTHER, query)
    assert not signer.opens(KEY, urlencode(later, doseq=True))
    assert not LinkSigner(b"another secret of tests").opens(KEY, query)


@given(st.text())
def test_no_text_opens_anything_or_raises(query):
    assert not LinkSigner(SECRET).opens(KEY, query)
    assert not LinkSigner(SECRET).opens(KEY, f"until=99999999999&signature={query}")


def test_a_secret_is_long_and_not_shown():
    with pytest.raises(ValueError, match="16 bytes"):
        LinkSigner(b"short")
    assert "secret" not in repr(LinkSigner(SECRET))
