"""Which allocator the embedded engine is given."""

import sys
from pathlib import Path

import pytest

from adapters.redis.allocator import JEMALLOC, TUNABLES, jemalloc, told

linux = pytest.mark.skipif(sys.platform != "linux", reason="nothing is looked for elsewhere")


@linux
def test_jemalloc_is_taken_from_the_first_folder_that_has_it(tmp_path):
    for name in ("second", "third"):
        (tmp_path / name).mkdir()
        (tmp_path / name / JEMALLOC).write_bytes(b"")

    assert jemalloc([tmp_path / name for name in ("first", "second", "third")]) == tmp_path / "second" / JEMALLOC


def test_without_jemalloc_the_c_library_keeps_blocks_at_hand(tmp_path):
    assert jemalloc([tmp_path]) is None
    assert told({}, None) == {"GLIBC_TUNABLES": TUNABLES}


@pytest.mark.parametrize("own", ["glibc.malloc.perturb=0", ""])
def test_what_the_operator_has_set_wins(own):
    given = {"GLIBC_TUNABLES": own, "LD_PRELOAD": own}

    assert told(given, Path("/usr/lib") / JEMALLOC) == given
