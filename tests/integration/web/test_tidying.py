"""The tidying of a whole service: files that no job refers to, cards that are too old."""

import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

from bot.app import SPARED_S, ServiceOptions, _opened
from bot.settings import Settings
from tests.integration.web.desk import DEMO, KEY, png

LONG_AGO_S = time.time() - 2 * SPARED_S


async def whole(content: bytes) -> AsyncIterator[bytes]:
    yield content


def options_in(folder: Path) -> ServiceOptions:
    return ServiceOptions(settings=Settings(), state=folder, key=KEY, servers={}, guests=(DEMO,))


async def test_a_picture_that_never_became_a_jobs_is_tidied_once_it_is_old(tmp_path):
    async with _opened(options_in(tmp_path)) as service:
        old = await service.files.put(whole(png("red")), name="a", media_type="")
        young = await service.files.put(whole(png("blue")), name="b", media_type="")
        os.utime(tmp_path / "files" / old.key[:2] / old.key, (LONG_AGO_S, LONG_AGO_S))

        await service._tidy()

        assert [kept.key for kept in await service.files.kept()] == [young.key]
