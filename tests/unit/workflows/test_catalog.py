"""A folder of workflows: what is good is kept, what is broken is named."""

import shutil
from pathlib import Path

import pytest

from tests.unit.workflows.samples import EVERYTHING_GRAPH, EVERYTHING_MANIFEST
from workflows.catalog import LIBRARY, Catalog, load_catalog
from workflows.manifest import MAX_MANIFEST_BYTES


def add(folder: Path, name: str, manifest: str = EVERYTHING_MANIFEST, graph: str = EVERYTHING_GRAPH) -> None:
    (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / name / "manifest.toml").write_text(manifest)
    (folder / name / "graph.json").write_text(graph)


def said(catalog: Catalog) -> list[str]:
    return [str(fault) for fault in catalog.faults]


def test_every_workflow_of_the_folder_is_loaded(tmp_path: Path) -> None:
    add(tmp_path, "one")
    add(tmp_path, "two-b_3")
    (tmp_path / ".git").mkdir()
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "README.md").write_text("x")
    catalog = load_catalog(tmp_path)
    assert list(catalog.workflows) == ["one", "two-b_3"]
    assert catalog.faults == ()
    assert catalog.workflows["one"].name == "one"


def test_an_empty_folder_is_an_empty_catalog(tmp_path: Path) -> None:
    assert load_catalog(tmp_path) == Catalog()


def test_every_fault_of_every_file_is_named_and_the_good_ones_are_there(tmp_path: Path) -> None:
    add(tmp_path, "bad-both", 'title = "x"', "[]")
    add(tmp_path, "bad-graph", graph="{")
    add(tmp_path, "good")
    (tmp_path / "hollow").mkdir()
    catalog = load_catalog(tmp_path)
    assert list(catalog.workflows) == ["good"]
    by_workflow = [fault.partition(":")[0] for fault in said(catalog)]
    assert by_workflow == ["bad-both"] * 5 + ["bad-graph", "hollow", "hollow"]
    assert said(catalog)[-2:] == [
        "hollow: manifest.toml cannot be read: No such file or directory.",
        "hollow: graph.json cannot be read: No such file or directory.",
    ]


@pytest.mark.parametrize("name", ["Upper", "1st", "a b", "ünder", "x" * 33, "a.b"])
def test_a_folder_whose_name_nobody_can_type_is_named(tmp_path: Path, name: str) -> None:
    add(tmp_path, name)
    add(tmp_path, "good")
    catalog = load_catalog(tmp_path)
    assert list(catalog.workflows) == ["good"]
    (fault,) = catalog.faults
    assert fault.workflow == name
    assert "lower-case letters" in fault.reason


def test_the_last_good_version_stays_while_its_files_are_broken(tmp_path: Path) -> None:
    add(tmp_path, "one")
    add(tmp_path, "two")
    good = load_catalog(tmp_path)
    add(tmp_path, "one", manifest="broken")
    add(tmp_path, "two", manifest=EVERYTHING_MANIFEST.replace('"Everything"\nout', '"Changed"\nout'))
    broken = load_catalog(tmp_path, good)
    assert broken.workflows["one"] is good.workflows["one"]
    assert broken.workflows["two"].manifest.title == "Changed"
    assert [fault.workflow for fault in broken.faults] == ["one"]
    again = load_catalog(tmp_path, broken)
    assert again.workflows["one"] is good.workflows["one"]
    add(tmp_path, "one", manifest=EVERYTHING_MANIFEST.replace('"Everything"\nout', '"Mended"\nout'))
    mended = load_catalog(tmp_path, again)
    assert (mended.workflows["one"].manifest.title, mended.faults) == ("Mended", ())


def test_what_was_never_good_is_not_there_and_what_was_taken_away_is_gone(tmp_path: Path) -> None:
    add(tmp_path, "one")
    good = load_catalog(tmp_path)
    shutil.rmtree(tmp_path / "one")
    add(tmp_path, "new", manifest="broken")
    assert load_catalog(tmp_path, good).workflows == {}


def test_a_folder_that_cannot_be_read_takes_nothing_away(tmp_path: Path) -> None:
    add(tmp_path, "one")
    good = load_catalog(tmp_path)
    missing = load_catalog(tmp_path / "gone", good)
    assert missing.workflows == good.workflows
    assert said(missing) == ["gone: the folder cannot be read: No such file or directory."]
    assert load_catalog(tmp_path / "gone").workflows == {}
    assert said(load_catalog(tmp_path / "one" / "graph.json")) == [
        "graph.json: the folder cannot be read: Not a directory."
    ]


def test_a_file_that_is_a_folder_or_far_too_long_is_named(tmp_path: Path) -> None:
    add(tmp_path, "folder")
    (tmp_path / "folder" / "graph.json").unlink()
    (tmp_path / "folder" / "graph.json").mkdir()
    add(tmp_path, "long", manifest="#" * (MAX_MANIFEST_BYTES * 2))
    assert said(load_catalog(tmp_path)) == [
        "folder: graph.json cannot be read: Is a directory.",
        "long: manifest.toml is larger than 256 KB.",
    ]


@pytest.mark.parametrize(
    ("action", "problem"),
    [
        ('workflow = "no"\nparameter = "image"', "needs the workflow 'no', which is not here."),
        ('workflow = "one"\nparameter = "images"', "one takes no picture as 'images'."),
        ('workflow = "one"\nparameter = "prompt"', "one takes no picture as 'prompt'."),
        ('workflow = "one"\nparameter = "image"\nvalues = { stepz = "1" }', "one has no parameter 'stepz'."),
        ('workflow = "one"\nparameter = "image"\nvalues = { cfg = "1" }', None),
    ],
)
def test_a_button_that_leads_nowhere_is_named_and_the_workflow_stays(
    tmp_path: Path, action: str, problem: str | None
) -> None:
    add(tmp_path, "one", manifest=f"{EVERYTHING_MANIFEST}\n[actions.vary]\n{action}\n")
    catalog = load_catalog(tmp_path)
    assert list(catalog.workflows) == ["one"]
    assert [fault.reason.removeprefix("actions.vary").lstrip(": ") for fault in catalog.faults] == (
        [problem] if problem else []
    )


def test_no_sentence_tells_where_the_folder_lies(tmp_path: Path) -> None:
    add(tmp_path, "broken", manifest="=", graph="=")
    (tmp_path / "hollow").mkdir()
    assert not any(str(tmp_path) in fault for fault in said(load_catalog(tmp_path)))


def test_the_shipped_library_has_no_faults() -> None:
    catalog = load_catalog(LIBRARY)
    assert catalog.faults == ()
    assert {"txt2img", "img2img", "inpaint", "upscale", "flux"} <= catalog.workflows.keys()
