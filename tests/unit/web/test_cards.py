"""The HTML of messages: rendered once, but never kept for longer than the links in it are good."""

import re
from itertools import count
from pathlib import Path
from uuid import uuid4

from adapters.files import LinkSigner, LocalFiles
from adapters.web.cards import Cards
from adapters.web.links import Links
from adapters.web.log import Entry
from adapters.web.rendering import Pages
from bot.events import MediaKind
from bot.jobs import JobId, JobState, Place, StoredFile, Tenant
from bot.status import StatusCard

PLACE = Place(tenant=Tenant(platform="web", id="local"), channel="studio")
FILE = StoredFile(key="a" * 64, name="a.png", kind=MediaKind.IMAGE, media_type="image/png", bytes=9, width=8, height=8)
LINK_S = 1000.0


def message() -> Entry:
    job_id = JobId(uuid4())
    card = StatusCard(
        job_id=job_id,
        state=JobState.SUCCEEDED,
        title="A picture",
        requester="Ada",
        prompt="a cat",
        headline="Done",
        files=(FILE,),
    )
    return Entry(place=PLACE, job_id=job_id, posted_ms=0, card=card)


def test_a_message_is_rendered_once_until_it_changes_or_is_removed():
    numbers, entry = count(), message()
    cards = Cards(lambda _: str(next(numbers)), link_s=LINK_S, now_s=lambda: 0.0)

    assert [cards.html(entry), cards.html(entry)] == ["0", "0"]
    cards.forget(entry.place, entry.job_id)
    assert cards.html(entry) == "1"
    assert cards.html(message()) == "2"


def test_whoever_comes_back_gets_links_that_open_however_long_the_service_runs(tmp_path: Path):
    now, entry = [0.0], message()
    files = LocalFiles(tmp_path, LinkSigner(b"a secret of tests", lambda: now[0]))
    pages = Pages(Links(files, LINK_S, now_s=lambda: now[0]))
    cards = Cards(pages.card, link_s=LINK_S, now_s=lambda: now[0])

    for second in range(0, 5000, 50):
        now[0] = float(second)
        [query, *_] = re.findall(r'/files/0\?([^"]+)', cards.html(entry))
        now[0] += LINK_S / 5
        assert files.opens(FILE.key, query.replace("&amp;", "&")), second
