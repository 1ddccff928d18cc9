"""The tidying of a whole service: files that no job refers to, cards that are too old."""

import json
import os
import time
from pathlib import Path
from uuid import uuid4

from bot.app import ServiceOptions, opened
from bot.service.tidying import ORPHANED_S
from bot.settings import Settings
from tests.fakes.contents import chunks
from tests.integration.web.desk import DEMO, KEY, STUDIO, png

LONG_AGO_S = time.time() - 2 * ORPHANED_S


def options_in(folder: Path) -> ServiceOptions:
    return ServiceOptions(settings=Settings(), state=folder, key=KEY, servers={}, guests=(DEMO,))


async def kept_in(service, folder, colour, *, old):
    """A file in the store's folder, put long ago or just now."""
    stored = await service.core.files.put(chunks(png(colour)), name="a", media_type="")
    if old:
        os.utime(folder / "files" / stored.key[:2] / stored.key, (LONG_AGO_S, LONG_AGO_S))
    return stored.key


async def test_a_picture_that_never_became_a_jobs_is_tidied_once_it_is_old(tmp_path):
    async with opened(options_in(tmp_path)) as service:
        await kept_in(service, tmp_path, "red", old=True)
        young = await kept_in(service, tmp_path, "blue", old=False)
        known = await kept_in(service, tmp_path, "green", old=True)
        await service.core.pool.edge.ask("HSET", service.core.pool.edge.keys.key("files"), known, 1)

        await service.tidying.tidy()

        assert {kept.key for kept in await service.core.files.kept()} == {young, known}


async def test_a_store_that_knows_no_file_at_all_is_taken_for_the_wrong_one_and_nothing_is_lost(tmp_path):
    async with opened(options_in(tmp_path)) as service:
        keys = {await kept_in(service, tmp_path, colour, old=True) for colour in ("red", "green")}

        await service.tidying.tidy()

        assert {kept.key for kept in await service.core.files.kept()} == keys


async def test_a_card_that_is_older_than_its_job_may_be_is_tidied_with_its_words(tmp_path):
    line = {
        "place": {"tenant": {"platform": "web", "id": "local"}, "channel": "studio"},
        "job_id": str(uuid4()),
        "posted_ms": 1,
        "card": {"job_id": str(uuid4()), "state": "succeeded", "title": "", "requester": "", "prompt": "a secret cat"}
        | {"headline": ""},
    }
    (tmp_path / "channels.jsonl").write_text(json.dumps(line) + "\n")
    async with opened(options_in(tmp_path)) as service:
        await service.tidying.chat.load()
        assert len(service.tidying.chat.entries(STUDIO)) == 1

        await service.tidying.tidy()

        assert service.tidying.chat.entries(STUDIO) == []
        assert b"secret" not in (tmp_path / "channels.jsonl").read_bytes()
