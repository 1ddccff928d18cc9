"""Files take their way, and their time: link, content, "complete", ready; and nobody reads them without a token."""

from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import files
from tests.fakes.slack.limits import Limits
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.state import File
from tests.fakes.slack.workspaces import Workspace
from tests.unit.fakes.slack.raw import Raw, raw

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x02\x00\x00\x00\x01\x80"


async def announced(client: Raw, content: bytes = PNG, **more: Any) -> tuple[str, str]:
    said = await client.form("files.getUploadURLExternal", filename="cat.png", length=len(content), **more)
    return said["file_id"], said["upload_url"]


async def sent(client: Raw, url: str, content: bytes = PNG) -> int:
    async with client.session.post(url, data=content) as answer:
        return answer.status


async def uploaded(client: Raw, team: Workspace, content: bytes = PNG, **more: Any) -> File:
    number, url = await announced(client, content)
    assert await sent(client, url, content) == 200
    assert (await client.call("files.completeUploadExternal", files=[{"id": number, "title": "A cat"}], **more)).ok
    return team.state.files[number]


async def told(client: Raw, file: File) -> dict[str, Any]:
    return dict((await client.form("files.info", file=file.id))["file"])


def picture(file: File, **more: Any) -> dict[str, Any]:
    return {"type": "image", "alt_text": "a cat", "slack_file": {"id": file.id}, **more}


async def test_a_file_is_ready_a_while_after_it_is_complete(slack: FakeSlack, client: Raw, team: Workspace):
    general = team.channel("general")
    file = await uploaded(client, team)

    early = await client.call("chat.postMessage", channel=general.id, text="x", blocks=[picture(file)])
    before = await told(client, file)
    slack.clock.advance(1)
    after = await told(client, file)
    message = await client.posted(general, blocks=[picture(file)])

    assert early.body["errors"] == ["invalid slack file [json-pointer:/blocks/0/slack_file]"]
    assert before["mimetype"] == ""
    assert (after["mimetype"], after["original_w"], after["original_h"]) == ("image/png", 512, 384)
    assert files.shown_in(slack.world, message) == [file]


async def test_a_file_is_named_by_its_address_as_well(slack: FakeSlack, client: Raw, team: Workspace):
    file = await uploaded(client, team)
    slack.clock.advance(1)
    address = (await told(client, file))["url_private"]

    await client.posted(team.channel("general"), blocks=[picture(file, slack_file={"url": address})])


async def test_a_shared_file_appears_later_and_files_info_says_where(slack: FakeSlack, client: Raw, team: Workspace):
    general = team.channel("general")
    file = await uploaded(client, team, channel_id=general.id, initial_comment="Here")

    assert (await told(client, file))["shares"] == {}
    assert general.shown == []
    await slack.until(lambda: bool(general.shown))
    [message] = general.shown
    shares = (await told(client, file))["shares"]

    assert shares["public"][general.id][0]["ts"] == message.ts
    assert (message.text, message.files) == ("Here", (file,))


async def test_the_official_client_uploads_and_shares(slack: FakeSlack, team: Workspace):
    general = team.channel("general")
    client = AsyncWebClient(team.token, base_url=slack.url)

    await client.files_upload_v2(filename="cat.png", content=PNG, channel=general.id, alt_txt="a cat")
    await slack.until(lambda: bool(general.shown))

    [file] = general.shown[0].files
    assert (file.content, file.alt, file.kind) == (PNG, "a cat", "image/png")


async def test_a_link_takes_what_was_announced_and_once(client: Raw):
    _, url = await announced(client)

    assert await sent(client, url, PNG + b"more") == 400
    assert await sent(client, url) == 200
    assert await sent(client, url) == 404
    assert await sent(client, url[:-5]) == 404


async def test_what_never_arrived_cannot_be_completed(client: Raw):
    number, _ = await announced(client)

    async def completing(what: Any) -> str:
        return (await client.call("files.completeUploadExternal", files=what)).error

    assert await completing([{"id": number}]) == "file_not_found"
    assert await completing([{"id": "F0"}]) == "file_not_found"
    assert await completing([{"title": "x"}]) == "invalid_arguments"
    assert await completing(None) == "invalid_arguments"


async def test_a_file_is_completed_once_and_where_the_application_is(client: Raw, team: Workspace):
    number, url = await announced(client)
    await sent(client, url)
    away = team.channel("away", has_bot=False)
    old = team.channel("old")
    team.archive(old)

    async def completing(**more: Any) -> Any:
        return await client.call("files.completeUploadExternal", files=[{"id": number}], **more)

    assert (await completing(channel_id=away.id)).error == "not_in_channel"
    assert (await completing(channel_id=old.id)).error == "posting_to_channel_denied"
    assert (await completing(channels="C0NOWHERE")).error == "invalid_channel"
    assert (await completing()).ok
    assert (await completing()).error == "file_not_found"


@pytest.mark.parametrize(
    ("args", "error"),
    [
        ({"filename": "a.png"}, "missing_argument"),
        ({"length": 3}, "invalid_arguments"),
        ({"filename": "a.png", "length": "many"}, "invalid_arguments"),
        ({"filename": "a.png", "length": 11}, "file_upload_size_restricted"),
        ({"filename": "a.png", "length": 3, "alt_txt": "x" * 1001}, "alt_txt_too_large"),
    ],
)
async def test_what_is_announced_wrongly_gets_no_link(args: dict[str, Any], error: str):
    async with FakeSlack(Limits(file_bytes=10)) as slack, raw(slack, slack.team().token) as client:
        assert (await client.form("files.getUploadURLExternal", **args)).error == error


async def test_a_team_can_forbid_files(client: Raw, team: Workspace):
    team.state.takes_files = False

    said = await client.form("files.getUploadURLExternal", filename="a.png", length=3)

    assert said.error == "file_uploads_disabled"


async def test_what_is_no_picture_is_not_shown_as_one(slack: FakeSlack, client: Raw, team: Workspace):
    file = await uploaded(client, team, b"just text")
    slack.clock.advance(1)

    said = await client.call("chat.postMessage", channel=team.channel("a").id, text="x", blocks=[picture(file)])

    assert said.error == "invalid_blocks"


async def fetched(url: str, token: str) -> tuple[int, str, bytes]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as answer:
        return answer.status, answer.content_type, await answer.read()


async def test_without_a_token_a_download_is_a_page_to_sign_in(slack: FakeSlack, client: Raw, team: Workspace):
    file = await uploaded(client, team)
    address = (await told(client, file))["url_private_download"]

    assert await fetched(address, team.token) == (200, "image/png", PNG)
    for token in ("", "xoxb-nobody", slack.team("Other").token, team.reinstall({"chat:write"})):
        status, kind, content = await fetched(address, token)
        assert (status, kind) == (200, "text/html")
        assert b"Sign in" in content


async def test_a_deleted_file_is_gone_everywhere(slack: FakeSlack, client: Raw, team: Workspace):
    general = team.channel("general")
    file = await uploaded(client, team, channel_id=general.id)
    await slack.until(lambda: bool(general.shown))
    address = (await told(client, file))["url_private"]

    assert (await client.call("files.delete", file=file.id)).ok

    assert (await client.form("files.info", file=file.id)).error == "file_deleted"
    assert (await client.call("files.delete", file=file.id)).error == "file_deleted"
    assert (await fetched(address, team.token))[0] == 404
    assert general.shown == []  # there was nothing else in its message
    assert slack.orphans() == []


async def test_a_file_that_nothing_shows_is_an_orphan(slack: FakeSlack, client: Raw, team: Workspace):
    general = team.channel("general")
    file = await uploaded(client, team)
    slack.clock.advance(1)
    assert slack.orphans() == [file.id]

    message = await client.posted(general, blocks=[picture(file)])
    assert slack.orphans() == []
    await client.call("chat.delete", channel=general.id, ts=message.ts)
    assert slack.orphans() == [file.id]


async def test_what_others_uploaded_is_known_where_the_application_is(slack: FakeSlack, client: Raw, team: Workspace):
    ada = team.user("ada")
    file = files.stored(slack.world, ada, "dog.png", PNG)

    assert (await client.form("files.info", file=file.id)).error == "file_not_found"
    file.shares[team.channel("general").id] = ["1.000001"]
    assert (await told(client, file))["user"] == ada.id
    assert (await client.call("files.delete", file=file.id)).error == "cant_delete_file"


async def test_files_are_attached_by_an_update(slack: FakeSlack, client: Raw, team: Workspace):
    general = team.channel("general")
    message = await client.posted(general)
    file = await uploaded(client, team)

    async def updating(*numbers: str) -> Any:
        said = {"channel": general.id, "ts": message.ts, "text": "x", "file_ids": [*numbers]}
        return await client.call("chat.update", **said)

    assert (await updating(file.id)).ok
    assert message.files == (file,)
    assert (await updating("F0")).error == "file_not_found"
    assert (await updating()).ok
    assert message.files == ()
