"""The Lua files keep the form that a reader relies on."""

import re
from pathlib import Path

import pytest

from adapters.redis import keys
from adapters.redis.keys import ACCOUNT, COMPACT, JOB, NAMES, Keys, job_id, job_name, tenant_name, user_name
from adapters.redis.scripts import PARTS, Scripts, assembled, constants, names, source
from bot.fairshare import CHECKS, SAMPLE, TIES
from bot.jobs import Requester, Tenant, job_id_of
from bot.shares import FairPolicy

EVERY_FILE = ["prelude", *PARTS, *names()]
MOST_LINES = 140


@pytest.mark.parametrize("name", names())
def test_a_script_says_what_it_does_and_takes_and_costs(name):
    lines = source(name).splitlines()
    head = [line.removeprefix("-- ") for line in lines if line.startswith("-- ")]
    named = head.index("KEYS: the pool")

    assert head[named - 1].endswith((".", ";"))
    assert head[named + 1].startswith("ARGV: ")
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
    used = set(re.findall(r"key\([\"'](\w+)", modules + scripts)) | set(re.findall(r"'(\w+)'", source("forgetting")))
    used |= set(re.findall(r"TAG \.\. ':(\w+):", scripts))

    assert set(NAMES) - used == {"clock"}


@pytest.mark.parametrize("name", EVERY_FILE)
def test_there_is_one_clock(name):
    assert ("'TIME'" in source(name)) == (name == "prelude")


def test_a_script_carries_the_clock_the_policy_and_what_it_uses_and_nothing_else():
    scripts, moved = Scripts(), Scripts("-- another clock")

    assert scripts.text("claim").startswith(source("prelude"))
    assert "local function next_of(" in scripts.text("claim")
    assert "local function next_of(" not in scripts.text("settle")
    assert "local function hand_back(" not in scripts.text("settle")
    assert "local function seat(" not in scripts.text("record")
    assert len({scripts.sha(name) for name in names()}) == len(names())
    assert moved.sha("claim") != scripts.sha("claim")


def test_a_piece_of_a_part_is_whole_and_each_script_has_it_once():
    pieces = [piece.strip() for part in PARTS for piece in source(part).split("\n\n")]

    assert not [piece for piece in pieces if piece.startswith(" ")]
    for name in names():
        assert all(assembled(name).count(piece) <= 1 for piece in pieces)


def test_the_policy_is_part_of_the_scripts():
    shared = constants(FairPolicy(slack_ms=1, debt_ms=2, least_ms=3, by_users=True))

    assert shared["SLACK"] == "1000"
    assert (shared["DEBT"], shared["LEAST"], shared["BY_USERS"]) == ("2000", "3", "true")
    assert (shared["TIES"], shared["CHECKS"], shared["SAMPLE"]) == (str(TIES), str(CHECKS), str(SAMPLE))
    assert shared["ANY_LANE"] == "'any'"
    assert shared["OF_ONE_PLACE"] == "{['slack'] = true}"
    assert Scripts(policy=FairPolicy(least_ms=3)).sha("claim") != Scripts().sha("claim")
    assert not [name for name in names() if re.search(rf"\b({'|'.join(shared)})\b", Scripts().text(name))]


@pytest.mark.parametrize("name", EVERY_FILE)
def test_a_file_is_small(name):
    assert len(source(name).splitlines()) <= MOST_LINES


@pytest.mark.parametrize("name", names())
def test_no_function_is_called_that_is_not_made_before(name):
    """A name that is made nowhere is nil in Lua, and says nothing until it is called."""
    code = re.sub(r"'[^'\n]*'|--[^\n]*", "", Scripts().text(name))
    made = set(re.findall(r"\blocal function (\w+)", code))
    given = {each for names in re.findall(r"function \w*\(([^)]*)\)", code) for each in names.split(", ")}
    called = set(re.findall(r"(?<![.\w])(\w+)\(", code)) - {"function", "and", "or", "not"} - given

    assert called - made <= {"tonumber", "tostring", "type", "unpack", "pairs", "ipairs"}
    for each in made:
        use = re.search(rf"(?<!function )\b{each}\(", code)
        assert use is None or code.index(f"local function {each}(") < use.start()


def test_what_a_job_and_an_account_hold_is_written_down():
    scripts = "".join(source(name) for name in EVERY_FILE)

    assert set(re.findall(r"\bjob\.(\w+)", scripts)) - {"id", "model", "flat"} <= set(JOB)
    assert set(re.findall(r"\bnews\.(\w+)", scripts)) <= set(JOB)
    assert all(re.search(rf"\b{field}\b", scripts) for field in [*JOB, *ACCOUNT] if field.isalpha())


def test_all_keys_of_a_pool_have_one_hash_tag():
    assert Keys("main").key("job", "1") == "{fairbrush:main}:job:1"
    assert Keys("a}b{c").key("pool") == "{fairbrush:a%7Db%7Bc}:pool"
    with pytest.raises(KeyError):
        Keys("main").key("jobs")


def test_no_part_of_a_key_reaches_into_another():
    assert Keys("p").key("settings", "a/b", "c") != Keys("p").key("settings", "a", "b/c")
    assert Keys("p").key("settings", "a:b") == "{fairbrush:p}:settings:a%3Ab"


def test_the_longest_name_still_fits_a_compact_hash():
    ids = ["1", "1" * 20, "é" * 200, "é" * 201]
    tenants = {tenant_name(Tenant(platform="discord", id=each)) for each in ids}
    users = {user_name(Requester(tenant=Tenant(platform="discord", id="1"), id=each, name="")) for each in ids}

    assert len(tenants) == len(users) == len(ids)
    assert all(len(name) <= COMPACT for name in tenants | users)
    assert not any("/" in name for name in users)


def test_a_job_has_a_short_name_and_is_found_by_it():
    asked = job_id_of("test", "1")

    assert len(job_name(asked)) == 22
    assert job_id(job_name(asked)) == job_id(job_name(asked).encode()) == asked
