"""The three folders."""

from pathlib import Path

import pytest

from adapters.simulator.files import Folders, OutsideError


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    folders = Folders(tmp_path.resolve())
    folders.create()
    return folders


def save(folders: Folders, prefix: str) -> str:
    return folders.save("output", prefix, ".png", (640, 480), lambda path: path.touch())


def test_files_are_numbered_per_prefix_and_go_on_after_a_restart(folders: Folders) -> None:
    assert [save(folders, "a"), save(folders, "a"), save(folders, "b")] == [
        "a_00001_.png",
        "a_00002_.png",
        "b_00001_.png",
    ]
    again = Folders(folders.root)
    again.create()
    assert save(again, "a") == "a_00003_.png"


def test_a_prefix_may_name_folders_and_sizes(folders: Folders) -> None:
    assert save(folders, "deep/er/%width%x%height%") == "deep/er/640x480_00001_.png"


@pytest.mark.parametrize("prefix", ["../x", "a/../../x", "/etc/x"])
def test_a_prefix_cannot_leave_the_folder(folders: Folders, prefix: str) -> None:
    with pytest.raises(OutsideError):
        save(folders, prefix)


def test_only_what_lies_in_the_folders_can_be_named(folders: Folders) -> None:
    (folders.folder("input") / "x.png").touch()
    (folders.folder("temp") / "t.png").touch()
    assert folders.contains("x.png")
    assert folders.contains("t.png [temp]")
    assert not folders.contains("nope.png")
    assert not folders.contains("../../../../etc/passwd")
    assert not folders.contains("/etc/passwd")


def test_a_restart_wipes_what_is_temporary(folders: Folders) -> None:
    (folders.folder("input") / "x.png").touch()
    (folders.folder("temp") / "t.png").touch()
    Folders(folders.root).create()
    assert folders.inputs() == ["x.png"]
    assert not folders.contains("t.png [temp]")
