"""Originals by signed link: for whoever has it, from wherever, for a while; and nothing else that way."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from adapters.files import LinkSigner, LocalFiles
from adapters.web import originals
from tests.fakes.contents import chunks
from tests.integration.web.conftest import scene_of
from tests.integration.web.desk import DEMO, KEY, png
from tests.integration.web.test_strangers import routes_of

OUTSIDE = {"Host": "pictures.example.org", "Sec-Fetch-Site": "cross-site"}
"""What a proxy passes on of somebody who clicked in a chat."""


@pytest.fixture
async def house(tmp_path):
    async with scene_of(tmp_path, DEMO, serves_originals=True) as scene, scene.visit() as outsider:
        yield scene, outsider


async def kept(scene, content, name="a"):
    return await scene.desk.files.put(chunks(content), name=name, media_type="")


async def got(outsider, path, **headers):
    async with outsider.http.get(outsider.url(path), headers={**OUTSIDE, **headers}) as response:
        return response.status, await response.read(), response.headers


async def test_whoever_has_the_link_gets_the_very_bytes_under_any_name_and_without_a_session(house):
    scene, outsider = house
    file = await kept(scene, png("gold", (700, 500)))

    status, content, headers = await got(
        outsider, f"/files/{file.key}/boat.png?{scene.desk.files.link(file.key, for_s=60)}"
    )

    assert (status, content) == (200, png("gold", (700, 500)))
    assert headers["Content-Type"] == "image/png"
    assert headers["Content-Disposition"] == 'inline; filename="boat.png"'
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in headers


async def test_what_could_speak_as_a_page_is_saved_and_never_shown(house):
    scene, outsider = house
    file = await kept(scene, b"<script>alert(1)</script>")

    _, _, headers = await got(outsider, f"/files/{file.key}/a.html?{scene.desk.files.link(file.key, for_s=60)}")

    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["Content-Disposition"].startswith("attachment")


async def test_without_a_link_that_is_good_now_nobody_learns_whether_a_file_is_there(house, tmp_path):
    scene, outsider = house
    file, other = await kept(scene, png("gold")), await kept(scene, png("gray"))
    earlier = LocalFiles(tmp_path / "files", LinkSigner(KEY, clock=lambda: time.time() - 61))
    queries = ("", earlier.link(file.key, for_s=60), scene.desk.files.link(other.key, for_s=60), "until=9&signature=é")
    for key in (file.key, "0" * 64):
        for query in queries:
            status, content, _ = await got(outsider, f"/files/{key}/a.png?{query}")
            assert (status, content) == (410, b"This link has expired.")


async def test_a_file_that_was_deleted_is_gone_though_its_link_is_good(house):
    scene, outsider = house
    file = await kept(scene, png("gold"))
    await scene.desk.files.expire(file.key, spare_s=-1)

    assert (await got(outsider, f"/files/{file.key}/a.png?{scene.desk.files.link(file.key, for_s=60)}"))[0] == 404


@pytest.mark.parametrize("path", ["/files", "/files/", "/files/x/y", f"/files/{'0' * 64}", f"/files/{'0' * 64}/"])
async def test_nothing_is_listed(house, path):
    _, outsider = house

    assert (await got(outsider, path))[0] in (404, 421)


@pytest.mark.parametrize("path", ["/", "/live", "/static/page.css", "/files/../static/page.css", "/files%2f../live"])
async def test_a_proxy_that_passes_everything_on_opens_nothing_but_files(house, path):
    _, outsider = house

    assert (await got(outsider, path))[0] in (404, 421)


async def test_files_are_all_that_the_option_adds(house, tmp_path):
    scene, _ = house

    (tmp_path / "plain").mkdir()
    async with scene_of(tmp_path / "plain", DEMO) as plain:
        assert routes_of(scene.server.app) - routes_of(plain.server.app) == {"GET /files/{key}/{name}"}


async def test_only_so_many_are_sent_at_once_and_the_next_is_told_to_come_again(house, monkeypatch):
    scene, outsider = house
    reading, go_on = asyncio.Event(), asyncio.Event()

    async def slow(key: str) -> AsyncIterator[bytes]:
        reading.set()
        await go_on.wait()
        yield png("gold")

    file = await kept(scene, png("gold"))
    path = f"/files/{file.key}/a.png?{scene.desk.files.link(file.key, for_s=60)}"
    [route] = [each for each in scene.server.app.router.routes() if "/files/{key}" in str(each.resource)]
    monkeypatch.setattr(route.handler.__self__, "_sending", asyncio.Semaphore(1))
    monkeypatch.setattr(scene.desk.files, "read", slow)
    async with asyncio.TaskGroup() as tasks:
        first = tasks.create_task(got(outsider, path))
        await reading.wait()
        status, _, headers = await got(outsider, path)
        go_on.set()

    assert (status, headers["Retry-After"]) == (503, "5")
    assert first.result()[0] == 200
    assert originals.AT_ONCE > 1
