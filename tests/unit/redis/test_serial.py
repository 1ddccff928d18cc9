"""What is written down is read back, or refused."""

import json

import pytest

from adapters.redis.serial import SCHEMA, inputs_of, read, written
from bot.errors import StoreLost
from workflows.values import FileHandle


def test_everything_carries_its_schema():
    assert read(written({"a": 2**63}).encode()) == {"schema": SCHEMA, "a": 2**63}


def test_what_a_newer_version_wrote_is_not_guessed_at():
    with pytest.raises(StoreLost, match="newer"):
        read(json.dumps({"schema": SCHEMA + 1}).encode())


def test_what_a_newer_version_added_is_left_alone():
    assert read(json.dumps({"schema": SCHEMA, "unheard_of": 1}).encode())["schema"] == SCHEMA


def test_files_among_the_values_are_found():
    picture = FileHandle(key="k", media_type="image/png", width=1, height=1)

    assert inputs_of({"image": picture, "prompt": "k2", "mask": None}) == [picture]
