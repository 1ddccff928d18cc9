"""The console's pictures show what its sections show today: whoever changes that takes them anew, and looks."""

import json

from tests.acceptance.web.console_pictures import REMEMBERED, digests
from tests.acceptance.web.pictures import FOLDER

HEAVY = 150_000


def test_every_section_shows_what_its_picture_shows():
    taken = json.loads(REMEMBERED.read_text())

    assert taken == digests(), "take them anew: python -m tests.acceptance.web.console_pictures"


def test_every_picture_is_light():
    heavy = [path.name for path in FOLDER.glob("console-*.png") if not 0 < path.stat().st_size <= HEAVY]

    assert heavy == []
