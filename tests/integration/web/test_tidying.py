"""The tidying of a whole service: files that no job refers to, cards that are too old."""

import json
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

from bot.app import SPARED_S, ServiceOptions, _opened
from bot.settings import Settings
from tests.integration.web.desk import DEMO, KEY, STUDIO, png

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


async def test_a_card_that_is_older_than_its_job_may_be_is_tidied_with_its_words(tmp_path):
    line = {
        "place": {"tenant": {"platform": "web", "id": "local"}, "channel": "studio"},
        "job_id": str(uuid4()),
        "posted_ms": 1,
        "card": {"job_id": str(uuid4()), "state": "succeeded", "title": "", "requester": "", "prompt": "a secret cat"}
        | {"headline": ""},
    }
    (tmp_path / "channels.jsonl").write_text(json.dumps(line) + "\n")
    async with _opened(options_in(tmp_path)) as service:
        await service.chat.load()
        assert len(service.chat.entries(STUDIO)) == 1

        await service._tidy()

        assert service.chat.entries(STUDIO) == []
        assert b"secret" not in (tmp_path / "channels.jsonl").read_bytes()
