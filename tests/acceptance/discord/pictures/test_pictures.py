"""The pictures of docs/discord.md show what is sent today: whoever changes that takes them anew, and looks at them."""

import json

import pytest

from tests.acceptance.discord.pictures import FOLDER, REMEMBERED
from tests.acceptance.discord.pictures.states import PICTURES, digests
from tests.unit.house import text_of

HEAVY = 150_000


def test_every_picture_shows_what_is_sent_and_drawn_today():
    taken = json.loads(REMEMBERED.read_text())

    assert taken == digests(), "take them anew: python -m tests.acceptance.discord.pictures"


@pytest.mark.parametrize("name", sorted(PICTURES))
def test_a_picture_is_there_and_light(name):
    assert 0 < (FOLDER / f"discord-{name}.webp").stat().st_size <= HEAVY


def test_no_picture_is_left_over():
    assert {path.stem.removeprefix("discord-") for path in FOLDER.glob("discord-*.webp")} == {*PICTURES}


def test_the_page_shows_every_picture():
    page = text_of("docs/discord.md")

    assert [name for name in PICTURES if f"(images/discord-{name}.webp)" not in page] == []
