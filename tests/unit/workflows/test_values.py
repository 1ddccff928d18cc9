"""Sizes, ratios and attachments."""

import pytest

from tests.unit.workflows.samples import CLIP, PICTURE
from workflows.values import FileHandle, Size, Values, jsonable, read_ratio, read_size


@pytest.mark.parametrize("text", ["1024x768", "1024X768", "1024×768", "1024*768", " 1024 x 768 ", "１０２４ｘ７６８"])
def test_a_size_is_read_in_the_ways_people_write_it(text: str) -> None:
    assert read_size(text) == Size(width=1024, height=768)


@pytest.mark.parametrize(
    "text", ["", "1024", "1024x", "x768", "-1x5", "1.5x2", "1024x768x3", "1234567x1", "٣x٣", "axb", "51²x64", "①x①"]
)
def test_what_is_no_size_is_none(text: str) -> None:
    assert read_size(text) is None


@pytest.mark.parametrize("text", ["16:9", "16/9", "16x9", "16×9", "1.6 : 0.9", "１６：９"])
def test_a_ratio_is_read_in_the_ways_people_write_it(text: str) -> None:
    assert read_ratio(text) == pytest.approx(16 / 9)


@pytest.mark.parametrize(
    "text", ["", "wide", "16", "16:", ":9", "0:9", "16:0", "0.000:1", "-1:2", "1:2:3", "99999:1", "nan:1", "1²:9"]
)
def test_what_is_no_ratio_is_none(text: str) -> None:
    assert read_ratio(text) is None


def test_an_attachment_has_a_name_of_ours_by_its_content() -> None:
    assert PICTURE.name == f"fairbrush-{'ab' * 20}.png"
    assert str(CLIP) == f"fairbrush-{'cd' * 20}.mp4"
    same = FileHandle(key=PICTURE.key, media_type="image/png", width=640, height=480)
    assert same == PICTURE


@pytest.mark.parametrize("media_type", ["image/avif", "text/plain", ""])
def test_an_attachment_of_a_kind_that_a_newer_version_knows_still_has_a_name(media_type: str) -> None:
    handle = FileHandle(key="ab" * 32, media_type=media_type, width=1, height=1)
    assert handle.name == f"fairbrush-{'ab' * 20}.bin"


def test_values_become_plain_json() -> None:
    values: Values = {"size": Size(width=64, height=32), "image": PICTURE, "seed": None, "tiled": True, "cfg": 7.5}
    assert jsonable(values) == {"size": "64x32", "image": PICTURE.name, "seed": None, "tiled": True, "cfg": 7.5}
