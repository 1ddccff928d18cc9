"""Which files go along with a message: everything that can, and a true reason for what cannot."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.copies import LEAST_COPY, Manner, Part, Plan, plan, tighter
from bot.events import MediaKind
from bot.jobs import StoredFile

MB = 1024**2


def a_file(size: int, kind: MediaKind = MediaKind.IMAGE, name: str = "a.png") -> StoredFile:
    return StoredFile(key=name, name=name, kind=kind, media_type="image/png", bytes=size)


def manners(*files: StoredFile, per_file: int = 10 * MB, per_message: int = 25 * MB, most: int = 10) -> str:
    short = {Manner.WHOLE: "w", Manner.SMALLER: "s", Manner.LEFT_OUT: "-"}
    found = plan(files, per_file=per_file, per_message=per_message, most=most)
    return "".join(short[part.manner] for part in found.parts)


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

    assert tuple(part.reason for part in found.parts if part.reason) == (
        "large.png is shown as a smaller copy: the original has 12.0 MB.",
        "film.mp4 has 30.0 MB, and 10.0 MB are the most that can be attached here.",
        "A message takes 10 files, so the others are not here.",
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
    assert all(part.reason for part in found.parts if part.manner is not Manner.WHOLE)
    if len(files) == 1 and files[0].bytes <= min(per_file, per_message):
        assert manners(*files, per_file=per_file, per_message=per_message) == "w"


@given(sizes)
def test_refused_again_and_again_every_plan_ends_with_nothing_but_what_takes_no_room(files):
    limit = 25 * MB
    while limit:
        limit = tighter(limit)
    assert all(part.file.bytes == 0 for part in _attached(plan(files, per_file=limit, per_message=limit)))
