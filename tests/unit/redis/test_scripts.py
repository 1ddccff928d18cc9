"""The Lua files keep the form that a reader relies on."""

import re
from pathlib import Path

import pytest

from adapters.redis import keys
from adapters.redis.keys import COMPACT, NAMES, Keys, whose
from adapters.redis.scripts import Scripts, names, source
from bot.jobs import Requester, Tenant

EVERY_FILE = ["prelude", "common", *names()]


@pytest.mark.parametrize("name", names())
def test_a_script_says_what_it_does_and_takes_and_costs(name):
    lines = source(name).splitlines()
    head = [line.removeprefix("-- ") for line in lines if line.startswith("-- ")]

    assert head[0].endswith((".", ";"))
    assert head[1] == "KEYS: the pool"
    assert head[2].startswith("ARGV: ")
    assert any(line.startswith("Complexity: O(") for line in head)


@pytest.mark.parametrize("name", EVERY_FILE)
def test_every_key_has_a_name_and_the_tag_of_its_pool(name):
    text = source(name)
    used = set(re.findall(r"key\('(\w+)'", text))

    assert used <= set(NAMES)
    # The first argument of a command is a key made by key(), a variable that holds one, or TIME's nothing.
    assert not re.findall(r"redis\.call\('\w+', *['\"{]", text)


def test_every_name_is_used():
    modules = "".join(path.read_text(encoding="utf-8") for path in Path(keys.__file__).parent.glob("*.py"))
    scripts = "".join(source(name) for name in EVERY_FILE)
    used = set(re.findall(r"key\([\"'](\w+)", modules + scripts)) | set(re.findall(r"'(\w+)'", source("common")))

    assert set(NAMES) - used == {"clock"}


@pytest.mark.parametrize("name", EVERY_FILE)
def test_there_is_one_clock(name):
    assert ("'TIME'" in source(name)) == (name == "prelude")


def test_a_script_carries_the_clock_and_what_is_shared():
    scripts, moved = Scripts(), Scripts("-- another clock")

    assert scripts.text("claim").startswith(source("prelude"))
    assert scripts.text("claim").endswith(source("claim"))
    assert len({scripts.sha(name) for name in names()}) == len(names())
    assert moved.sha("claim") != scripts.sha("claim")


def test_all_keys_of_a_pool_have_one_hash_tag():
    assert Keys("main").key("job", "1") == "{fairbrush:main}:job:1"
    assert Keys("a}b{c").key("pool") == "{fairbrush:a%7Db%7Bc}:pool"
    with pytest.raises(KeyError):
        Keys("main").key("jobs")


def test_no_part_of_a_key_reaches_into_another():
    assert Keys("p").key("settings", "a/b", "c") != Keys("p").key("settings", "a", "b/c")
    assert Keys("p").key("settings", "a:b") == "{fairbrush:p}:settings:a%3Ab"


def test_the_longest_name_still_fits_a_compact_hash():
    ids = ["1", "1" * 20, "é" * 200]
    named = {whose(Requester(tenant=Tenant(platform="discord", id="9" * 20), id=each, name="")) for each in ids}

    assert len(named) == len(ids)
    assert all(len(name) <= COMPACT for name in named)
