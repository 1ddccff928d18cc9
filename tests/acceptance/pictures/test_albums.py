"""The pictures of the platforms' pages show what is sent today: whoever changes that takes them anew, and looks."""

import json

import pytest

from tests.acceptance.discord.pictures.states import ALBUM as DISCORD
from tests.acceptance.moderation.pictures.in_discord import ALBUM as MODERATING_IN_DISCORD
from tests.acceptance.moderation.pictures.in_slack import ALBUM as MODERATING_IN_SLACK
from tests.acceptance.pictures.album import FOLDER, Album
from tests.acceptance.slack.pictures.states import ALBUM as SLACK
from tests.unit.house import text_of

HEAVY = 150_000
ALBUMS = {album.name: album for album in (DISCORD, SLACK, MODERATING_IN_DISCORD, MODERATING_IN_SLACK)}


@pytest.fixture(params=ALBUMS)
def album(request: pytest.FixtureRequest) -> Album:
    return ALBUMS[request.param]


def made_by(album: Album) -> str:
    """Return the command that takes an album's pictures."""
    return f"tests.acceptance.{'moderation' if album.of else album.name}.pictures"


def test_every_picture_shows_what_is_sent_and_drawn_today(album):
    taken = json.loads(album.remembered.read_text())

    assert taken == album.digests(), f"take them anew: python -m {made_by(album)}"


def test_every_picture_is_there_and_light(album):
    sizes = {name: album.file(name).stat().st_size for name in album.pictures}

    assert [name for name, size in sizes.items() if not 0 < size <= HEAVY] == []


def test_no_picture_is_left_over(album):
    assert {*FOLDER.glob(f"{album.name}-*.webp")} == {album.file(name) for name in album.pictures}


def test_the_page_shows_every_picture(album):
    page = text_of(album.document)

    assert [name for name in album.pictures if f"(images/{album.file(name).name})" not in page] == []
