"""The page's HTML, judged without a server."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from uuid import UUID

import pytest

from adapters.web.guests import Guest
from adapters.web.links import Links
from adapters.web.log import Entry
from adapters.web.rendering import HERE, Pages
from adapters.web.seal import Seal
from bot.answers import Answer, Link, Listed, Section, Strong, Tone, Typed, facts
from bot.errors import ConfigError
from bot.events import MediaKind
from bot.forms import fields_of
from bot.jobs import JobId, JobState, StoredFile
from bot.status import Button, StatusCard
from tests.integration.web.desk import DEMO, KEY, STUDIO, VOCABULARY, local_files
from workflows.catalog import LIBRARY, load_catalog
from workflows.faults import Fault

CATALOG = load_catalog(LIBRARY)
HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{ 49*37 }}&amp;"
JOB = JobId(UUID(int=7))
FILE = StoredFile(key="0" * 64, name=HOSTILE, kind=MediaKind.IMAGE, media_type="image/png", bytes=9, width=8, height=8)
CARD = StatusCard(
    job_id=JOB, state=JobState.SUCCEEDED, title=HOSTILE, requester=HOSTILE, prompt=HOSTILE, headline=HOSTILE,
    files=(FILE,), texts=(HOSTILE,), facts=((HOSTILE, HOSTILE),), buttons=tuple(Button),
)  # fmt: skip


@pytest.fixture
def pages():
    return Pages(Links(local_files(Path()), 60))


def rendered(pages, card=CARD):
    return pages.card(Entry(place=STUDIO, job_id=JOB, posted_ms=1_700_000_000_000, card=card))


class Seen(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes = [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    handle_startendtag = handle_starttag


def everything(pages):
    guest = Guest(id="x", place=replace(STUDIO, channel=HOSTILE), people=DEMO.people)
    workflow = CATALOG.workflows["inpaint"]
    return [
        rendered(pages),
        rendered(pages, replace(CARD, state=JobState.RUNNING, total=9, done=3, preview=HOSTILE, files=())),
        pages.page(guest, title=HOSTILE, examples=[HOSTILE]),
        pages.faults([Fault(parameter=HOSTILE, reason=HOSTILE)]),
        pages.note(HOSTILE, HOSTILE, command=HOSTILE),
        pages.answer(facts(Listed(headline=HOSTILE, empty=HOSTILE), [(HOSTILE, HOSTILE)])),
        pages.workflows([(HOSTILE, HOSTILE, HOSTILE)]),
        pages.help([(HOSTILE, HOSTILE)]),
        pages.form(fields_of(workflow, {"prompt": HOSTILE}, VOCABULARY), workflow="inpaint", title=HOSTILE, parent=JOB),
    ]


def test_nothing_that_people_write_becomes_markup(pages):
    for html in everything(pages):
        seen = Seen(html)
        assert "alert" not in "".join(value for name, value in seen.attributes if name.startswith("on"))
        assert not [name for name, _ in seen.attributes if name.startswith("on")]
        assert seen.tags.count("script") == (2 if "<!doctype" in html else 0)
        assert "1813" not in html


def test_nothing_stands_inline_and_nothing_comes_from_the_network(pages):
    for html in everything(pages):
        seen = Seen(html)
        assert "style" not in [name for name, _ in seen.attributes]
        assert "style" not in seen.tags
        links = [value for name, value in seen.attributes if name in ("src", "href")]
        assert all(value.startswith(("/", "#")) and not value.startswith("//") for value in links)
    for path in (HERE / "static").iterdir():
        text = path.read_text().replace("http://www.w3.org/2000/svg", "")
        assert not re.findall(r"https?://|//cdn|@import|url\((?!#)", text.replace("`ws://${location.host}", ""))


def test_every_picture_has_words(pages):
    for html in everything(pages):
        assert len(re.findall(r"<img\b", html)) == len(re.findall(r"<img\b[^>]*\balt=", html))


def test_a_bar_is_there_while_steps_are_counted(pages):
    running = replace(CARD, state=JobState.RUNNING, total=9, done=3, files=())

    assert 'max="9" value="3"' in rendered(pages, running)
    assert "<progress aria" in rendered(pages, replace(running, total=0))
    assert "<progress" not in rendered(pages)


def test_only_the_cards_own_buttons_are_shown(pages):
    html = rendered(pages, replace(CARD, buttons=(Button.CANCEL,)))

    assert re.findall(r'data-press="(\w+)"', html) == ["cancel"]


def test_each_of_several_pictures_can_be_varied(pages):
    html = rendered(pages, replace(CARD, files=(FILE, FILE), buttons=(Button.VARY,)))

    assert re.findall(r'data-number="(\d)"', html) == ["0", "1"]


def test_only_what_a_workflow_takes_can_be_varied_and_keeps_its_number(pages):
    film = replace(FILE, kind=MediaKind.VIDEO, media_type="video/mp4")
    html = rendered(pages, replace(CARD, files=(film, FILE), buttons=(Button.VARY,)))

    assert re.findall(r'data-number="(\d)"', html) == ["1"]


def test_what_is_no_picture_is_saved_and_never_shown(pages):
    html = rendered(pages, replace(CARD, files=(replace(FILE, kind=MediaKind.OTHER, media_type="text/html"),)))
    svg = rendered(pages, replace(CARD, files=(replace(FILE, media_type="text/html"),)))

    assert "<img" not in html
    assert "<img" not in svg


def test_a_link_stays_the_same_for_half_its_life():
    now = [0.0]

    class Files:
        made = 0

        def link(self, key, *, for_s):
            self.made += 1
            return f"signature={self.made}"

    links = Links(Files(), 100, now_s=lambda: now[0])
    first = links.address(JOB, 0, FILE)
    now[0] = 49
    assert links.address(JOB, 0, FILE) == first
    now[0] = 51
    assert links.address(JOB, 0, FILE) != first


def test_what_is_sealed_opens_for_its_purpose_alone():
    seal = Seal(KEY)
    closed = seal.close("session", "ada é")

    assert seal.open("session", closed) == "ada é"
    assert seal.open("other", closed) is None
    assert seal.open("session", closed[:-1]) is None
    assert Seal(b"x" * 32).open("session", closed) is None
    assert repr(KEY) not in repr(seal)
    with pytest.raises(ConfigError):
        Seal(b"short")


def test_an_answer_shows_all_of_its_parts_and_nothing_in_it_is_markup(pages):
    answer = Answer(
        sections=(
            Section(
                headline="<b>Ben", sentence=("Write ", Typed("/mod"), " or ", Strong("<i>")), rows=(("<u>", "<s>"),)
            ),
            Section(code="<em>"),
        ),
        tone=Tone.BAD,
    )
    html = pages.answer(answer)

    assert 'data-tone="bad"' in html
    assert "Write <code>/mod</code> or <strong>&lt;i&gt;</strong>" in html
    for inert in ("&lt;b&gt;Ben", "&lt;u&gt;", "&lt;s&gt;", "<code>&lt;em&gt;</code>"):
        assert inert in html


def test_a_link_of_an_answer_can_be_clicked(pages):
    link = Link("Open <it>", "/console/sign-in#a_b-c&d")
    html = pages.answer(Answer(sections=(Section(sentence=(link, " now.")),)))

    assert '<a href="/console/sign-in#a_b-c&amp;d" target="_blank" rel="noopener">Open &lt;it&gt;</a> now.' in html


@pytest.mark.parametrize("address", ["javascript:alert(1)", "ftp://x", "https://x/)>a b", 'https://x/"', "", "x"])
def test_what_is_no_address_becomes_no_link(address):
    with pytest.raises(ValueError, match="no address"):
        Link("Open", address)
