"""Which files go along with a message: everything that can, and a true reason for what cannot."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.copies import LAST_BYTES, LEAST_COPY, REFUSALS, Manner, Part, Plan, Why, plan, told
from bot.events import MediaKind
from bot.jobs import StoredFile

MB = 1024**2


def a_file(size: int, kind: MediaKind = MediaKind.IMAGE, name: str = "a.png") -> StoredFile:
    return StoredFile(key=name, name=name, kind=kind, media_type="image/png", bytes=size)


def manners(*files: StoredFile, per_file: int = 10 * MB, per_message: int = 25 * MB) -> str:
    short = {Manner.WHOLE: "w", Manner.SMALLER: "s", Manner.LEFT_OUT: "-"}
    found = plan(files, per_file=per_file, per_message=per_message)
    return "".join(short[part.manner] for part in found.parts)


def said(found: Plan) -> list[str]:
    told_of = [(part.file, part.why) for part in found.parts if part.why is not None]
    return list(told(told_of, per_file=10 * MB, platform="Discord"))


def _attached(found: Plan) -> list[Part]:
    return [part for part in found.parts if part.manner is not Manner.LEFT_OUT]


VIDEO = MediaKind.VIDEO


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ([], ""),
        ([a_file(MB)], "w"),
        ([a_file(10 * MB)], "w"),
        ([a_file(10 * MB + 1)], "s"),
        ([a_file(11 * MB, VIDEO)], "-"),
        ([a_file(10 * MB, VIDEO)], "w"),
        ([a_file(9 * MB)] * 3, "sss"),
        ([a_file(1 * MB), a_file(9 * MB), a_file(9 * MB)], "www"),
        ([a_file(1 * MB), a_file(10 * MB), a_file(10 * MB), a_file(10 * MB)], "wsss"),
        ([a_file(9 * MB, VIDEO), a_file(9 * MB, VIDEO), a_file(9 * MB, VIDEO)], "-ww"),
        ([a_file(1 * MB)] * 12, "w" * 10 + "--"),
        ([a_file(27 * MB), a_file(26 * MB, VIDEO)], "s-"),
    ],
)
def test_what_fits_goes_whole_and_pictures_that_do_not_go_smaller(files, expected):
    assert manners(*files) == expected


def test_whatever_is_not_there_as_it_was_made_has_a_reason():
    found = plan(
        [a_file(12 * MB, name="large.png"), a_file(30 * MB, VIDEO, "film.mp4"), *[a_file(1)] * 9],
        per_file=10 * MB,
        per_message=25 * MB,
    )

    assert tuple(said(found)) == (
        "large.png is shown as a smaller copy: the original has 12.0 MB.",
        "film.mp4 has 30.0 MB, and 10.0 MB are the most that can be attached here.",
        "A message takes 10 files, so a.png is not here.",
    )


def test_below_what_is_worth_looking_at_a_picture_is_left_out():
    assert manners(a_file(MB), per_file=LEAST_COPY) == "s"
    assert manners(a_file(MB), per_file=LEAST_COPY - 1) == "-"


sizes = st.lists(
    st.tuples(st.integers(0, 40 * MB), st.sampled_from([MediaKind.IMAGE, VIDEO])).map(lambda each: a_file(*each)),
    max_size=14,
)


@given(sizes, st.integers(0, 30 * MB), st.integers(0, 50 * MB))
def test_no_plan_is_larger_than_the_limits_and_none_leaves_out_what_would_fit_alone(files, per_file, per_message):
    found = plan(files, per_file=per_file, per_message=per_message)

    assert [part.file for part in found.parts] == files
    attached = _attached(found)
    assert len(attached) <= 10
    assert sum(part.most for part in attached) <= per_message
    assert all(part.most <= per_file and part.most <= part.file.bytes for part in attached)
    assert all(part.why for part in found.parts if part.manner is not Manner.WHOLE)
    if len(files) == 1 and files[0].bytes <= min(per_file, per_message):
        assert manners(*files, per_file=per_file, per_message=per_message) == "w"


def test_a_film_that_would_not_fit_alone_takes_no_room_from_a_picture():
    size = LEAST_COPY + 1

    assert manners(a_file(size), a_file(size, VIDEO), per_file=LEAST_COPY, per_message=LEAST_COPY) == "s-"


@pytest.mark.parametrize(
    ("sizes", "sentence"),
    [
        ([1.3, 1.6, 1.4, 1.5], "4 pictures are shown as smaller copies: the originals have 1.3 to 1.6 MB."),
        ([1.5, 1.5], "2 pictures are shown as smaller copies: the originals have 1.5 MB each."),
        ([0.5, 1.5], "2 pictures are shown as smaller copies: the originals have 512 KB to 1.5 MB."),
    ],
)
def test_what_is_true_of_several_is_said_once(sizes, sentence):
    copied = [(a_file(int(size * MB)), Why.SMALLER) for size in sizes]

    assert list(told(copied, per_file=MB, platform="Discord")) == [sentence]


def test_every_reason_has_its_words():
    for why in Why:
        (one,) = told([(a_file(MB), why)], per_file=MB, platform="Discord")
        (two,) = told([(a_file(MB), why), (a_file(2 * MB), why)], per_file=MB, platform="Discord")
        assert one.startswith(("a.png", "A message"))
        assert "2" in two


def test_what_was_refused_is_not_told_as_a_limit_that_nobody_set():
    film = a_file(3 * MB, VIDEO, "film.mp4")
    refused = plan([film], per_file=10 * MB, per_message=25 * MB, refusals=1)

    assert said(refused) == ["film.mp4 has 3.0 MB, and Discord did not take it."]


@given(sizes, st.integers(LEAST_COPY, 30 * MB), st.integers(LAST_BYTES, 50 * MB))
def test_after_each_refusal_less_is_sent_and_a_picture_goes_along_to_the_last_try(files, per_file, per_message):
    plans = [
        plan(files, per_file=per_file, per_message=per_message, refusals=refusals) for refusals in range(REFUSALS + 1)
    ]
    sent = [_attached(found) for found in plans]
    weights = [sum(part.most for part in parts) for parts in sent]

    assert weights == sorted(weights, reverse=True)
    assert weights[-2] <= LAST_BYTES
    assert sent[-1] == []
    if any(file.kind is MediaKind.IMAGE for file in files[:10]):
        assert all(sent[:-1])
