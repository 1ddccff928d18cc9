"""What goes along with a card, and what is said of what does not."""

from dataclasses import replace
from uuid import uuid4

import pytest

from adapters.discord.delivery import MOST_PREVIEW, Delivery, Parcel
from bot.copies import REFUSALS
from bot.events import MediaKind
from bot.jobs import JobState, Place, Requester, StoredFile, Tenant
from bot.status import StatusCard
from tests.contracts.chat.cards import PICTURE, card_at
from tests.integration.discord.chat_scene import Previews, Shelf

TOWN = Tenant(platform="discord", id="1")
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
MIB = 1024 * 1024


def card(*files: StoredFile, state: JobState = JobState.SUCCEEDED, preview: str | None = None) -> StatusCard:
    made = card_at(Place(tenant=TOWN, channel="2"), Requester(tenant=TOWN, id="3", name="Ada"), state)
    return replace(made, files=files, preview=preview)


def file(name: str, size: int = len(PNG), kind: MediaKind = MediaKind.IMAGE) -> StoredFile:
    return replace(PICTURE, key=uuid4().hex * 2, name=name, bytes=size, kind=kind)


async def packed(
    made: StatusCard, *, limit: int = 10 * MIB, tightened: int = 0, contents: dict[str, bytes] | None = None
) -> Parcel:
    known = {each.key: PNG for each in made.files} if contents is None else contents
    delivery = Delivery(Shelf(contents=known), Previews(shown={made.job_id: b"\xff\xd8\xff"}))
    return await delivery.parcel(made, limit=limit, tightened=tightened)


async def test_what_fits_goes_as_it_is():
    parcel = await packed(card(file("a.png"), file("b.png")))

    assert [each.name for each in parcel.uploads] == ["1-a.png", "2-b.png"]
    assert all(each.content == PNG for each in parcel.uploads)
    assert [each.name for each in parcel.shown.files] == ["1-a.png", "2-b.png"]
    assert parcel.shown.remarks == parcel.shown.links == ()


@pytest.mark.parametrize(
    ("kind", "is_picture"),
    [
        (MediaKind.IMAGE, True),
        (MediaKind.ANIMATION, True),
        (MediaKind.VIDEO, True),
        (MediaKind.AUDIO, False),
        (MediaKind.OTHER, False),
    ],
)
async def test_what_can_be_looked_at_goes_into_the_gallery(kind, is_picture):
    parcel = await packed(card(file("a.bin", kind=kind)))

    assert parcel.shown.files[0].is_picture is is_picture


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("a cat.png", "1-a-cat.png"),
        ("SPOILER_x.png", "1-SPOILER-x.png"),
        ("Übermut ✨.png", "1-bermut.png"),
        ("...", "1-file.png"),
        ("noending", "1-noending.png"),
        ("x" * 300 + ".png", f"1-{'x' * 80}.png"),
    ],
)
async def test_a_name_is_one_that_discord_keeps_as_it_is(name, sent):
    parcel = await packed(card(file(name)))

    assert [each.name for each in parcel.uploads] == [sent]


async def test_a_file_that_is_larger_than_it_was_said_to_be_is_not_held_in_memory():
    lying = file("a.png", size=50)
    parcel = await packed(card(lying), contents={lying.key: bytes(200)}, limit=100)

    assert parcel.uploads == ()
    assert "too large" in parcel.shown.remarks[0]


async def test_a_picture_of_which_no_copy_can_be_made_is_told_of():
    broken = file("a.png", size=11 * MIB)
    parcel = await packed(card(broken), contents={broken.key: bytes(11 * MIB)})

    assert parcel.uploads == ()
    assert parcel.shown.remarks[0] == "a.png is too large to be attached here."
    assert "no public address" in parcel.shown.remarks[1]


async def test_a_file_that_is_gone_is_neither_linked_nor_excused():
    parcel = await packed(card(file("a.png")), contents={})

    assert parcel.shown.remarks == ("a.png is not kept any more.",)


async def test_at_the_end_of_every_attempt_there_are_no_files_and_a_reason():
    parcel = await packed(card(file("a.png")), tightened=REFUSALS)

    assert parcel.uploads == ()
    assert parcel.shown.remarks[0] == "a.png has 1 KB, and Discord did not take it."


async def test_a_limit_is_named_only_where_somebody_set_it():
    film = file("film.mp4", size=3 * MIB, kind=MediaKind.VIDEO)

    refused = await packed(card(film), tightened=1)
    assert refused.shown.remarks[0] == "film.mp4 has 3.0 MB, and Discord did not take it."
    over = await packed(card(film), limit=2 * MIB, tightened=1)
    assert over.shown.remarks[0] == "film.mp4 has 3.0 MB, and 2.0 MB are the most that can be attached here."


async def test_of_several_files_one_remark_counts():
    sizes = [11 * MIB, 12 * MIB, 13 * MIB]
    films = [file(f"{size}.mp4", size=size, kind=MediaKind.VIDEO) for size in sizes]
    parcel = await packed(card(*films))

    assert parcel.shown.remarks == (
        "3 files have 11.0 to 13.0 MB, and 10.0 MB are the most that can be attached here.",
        "There is no link to them either: the operator has given this bot no public address.",
    )


async def test_no_preview_goes_along_after_a_refusal_or_when_it_is_too_large():
    running = card(state=JobState.RUNNING, preview="p")
    assert [each.name for each in (await packed(running)).uploads] == ["preview-p.jpg"]
    assert (await packed(running, tightened=1)).uploads == ()

    large = Delivery(Shelf(), Previews(shown={running.job_id: bytes(MOST_PREVIEW + 1)}))
    assert (await large.parcel(running, limit=10 * MIB, tightened=0)).uploads == ()
