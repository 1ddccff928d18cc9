"""What the command line reads and writes: attachments, results, imported graphs."""

import asyncio
from pathlib import Path

import pytest

from bot.cli import attachments
from bot.cli.attachments import attach
from bot.cli.importing import import_workflow
from bot.cli.results import Target, target_of, write_results
from bot.errors import ConfigError, ResultLost
from bot.events import MediaKind, OutputFile
from tests.fakes.scripted_server import ScriptedServer
from workflows.command import Command
from workflows.values import FileHandle
from workflows.workflow import Workflow, load_workflow

GRAPHS = Path(__file__).parents[1] / "workflows" / "graphs"


def _file(name: str) -> OutputFile:
    return OutputFile(node="9", name=name, kind=MediaKind.IMAGE)


@pytest.mark.parametrize(
    ("suffix", "result", "written"),
    [
        (".png", "x.png", "a.png"),
        (".PNG", "x.png", "a.PNG"),
        (".jpeg", "x.jpg", "a.jpeg"),
        ("", "x.webp", "a.webp"),
        (".png", "x.mp4", "a.mp4"),
        (".tif", "x.tiff", "a.tif"),
        ("", "x.desktop", "a.bin"),
        ("", "x.p\0ng", "a.bin"),
        ("", "x." + "g" * 300, "a.bin"),
        ("", "x", "a.bin"),
        (".bin", "x.safetensors", "a.bin"),
    ],
)
def test_a_result_is_named_as_asked_unless_it_is_of_another_kind(suffix: str, result: str, written: str) -> None:
    assert Target(Path(), "a", suffix).path(_file(result), 1, 1) == Path(written)


def test_several_results_are_numbered() -> None:
    assert Target(Path("p"), "a", ".png").path(_file("x.png"), 2, 3) == Path("p/a-2.png")


def test_a_target_is_checked_before_anything_is_painted(tmp_path: Path) -> None:
    assert target_of(tmp_path, otherwise="cat").stem == "cat"
    assert target_of(tmp_path / "a.png", otherwise="cat") == Target(tmp_path, "a", ".png")
    with pytest.raises(ConfigError, match="no folder"):
        target_of(tmp_path / "no" / "a.png", otherwise="cat")


@pytest.mark.parametrize("name", ["shot-1.5", "2026.10.01", ".hidden", "a.b.c"])
def test_a_dot_in_a_name_is_no_ending(tmp_path: Path, name: str) -> None:
    assert target_of(tmp_path / name, otherwise="cat").path(_file("x.png"), 1, 1) == tmp_path / f"{name}.png"


def test_a_home_folder_of_nobody_is_a_sentence() -> None:
    with pytest.raises(ConfigError, match="no home folder"):
        target_of(Path("~nobody-of-that-name/a.png"), otherwise="cat")
    with pytest.raises(ConfigError, match="no home folder"):
        import_workflow(Path("~nobody-of-that-name/a.json"), name="a", into=None, comfyui=None)
    with pytest.raises(ConfigError, match="no home folder"):
        import_workflow(GRAPHS / "sd15_text_to_image.json", name="a", into=Path("~nobody-of-that-name/w"), comfyui=None)


async def test_two_commands_that_write_to_one_place_do_not_mix(tmp_path: Path) -> None:
    both = asyncio.Barrier(2)

    class Slow(ScriptedServer):
        def __init__(self, letter: bytes) -> None:
            super().__init__()
            self.letter = letter

        async def fetch(self, file: OutputFile):  # type: ignore[no-untyped-def,override]
            for _ in range(3):
                await both.wait()
                yield self.letter

    target = Target(tmp_path, "a", ".png")
    await asyncio.gather(*(write_results(Slow(letter), (_file("x.png"),), target) for letter in (b"a", b"b")))

    [written] = await asyncio.to_thread(lambda: list(tmp_path.iterdir()))
    assert written.read_bytes() in {b"aaa", b"bbb"}


async def test_a_name_too_long_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be written"):
        await write_results(ScriptedServer(), (_file("x.png"),), Target(tmp_path, "a" * 300, ".png"))

    assert not await asyncio.to_thread(lambda: list(tmp_path.iterdir()))


async def test_a_result_that_breaks_off_leaves_no_file(tmp_path: Path) -> None:
    class Broken(ScriptedServer):
        async def fetch(self, file: OutputFile):  # type: ignore[no-untyped-def,override]
            yield b"half"
            raise ResultLost

    with pytest.raises(ResultLost):
        await write_results(Broken(), (_file("x.png"),), Target(tmp_path, "a", ".png"))

    assert not await asyncio.to_thread(lambda: list(tmp_path.iterdir()))


async def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.png").mkdir()

    with pytest.raises(ConfigError, match="cannot be written"):
        await write_results(ScriptedServer(), (_file("x.png"),), Target(tmp_path, "a", ".png"))


@pytest.fixture
def film() -> Workflow:
    manifest = """
        schema = 1
        title = "Film"
        cost = { limit = 1 }
        outputs = [{ node = "2", class_type = "SaveVideo" }]
        [parameters.clip]
        kind = "video"
        bind = [{ node = "1", class_type = "LoadVideo", input = "file" }]
    """
    graph = '{"1": {"class_type": "LoadVideo", "inputs": {"file": ""}}, "2": {"class_type": "SaveVideo", "inputs": {}}}'
    return load_workflow("film", manifest, graph)


@pytest.mark.parametrize(("head", "kind"), [(b"\0\0\0\x18ftypisom", "video/mp4"), (b"\x1a\x45\xdf\xa3", "video/webm")])
def test_a_video_is_known_by_its_first_bytes(film: Workflow, tmp_path: Path, head: bytes, kind: str) -> None:
    (tmp_path / "clip").write_bytes(head + b"rest")

    command, contents = attach(Command(raw={"clip": f"@{tmp_path / 'clip'}"}), film)

    handle = command.raw["clip"]
    assert isinstance(handle, FileHandle)
    assert handle.media_type == kind
    assert contents == {handle.name: head + b"rest"}


def test_what_is_no_video_or_too_long_is_a_fault(
    film: Workflow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "clip").write_bytes(b"MZ....")
    command, _ = attach(Command(raw={"clip": f"@{tmp_path / 'clip'}"}), film)
    assert "MP4 or WebM" in command.faults[0].reason

    monkeypatch.setattr(attachments, "MAX_VIDEO_BYTES", 3)
    command, _ = attach(Command(raw={"clip": f"@{tmp_path / 'clip'}"}), film)
    assert "larger than" in command.faults[0].reason


def test_a_home_folder_of_nobody_is_a_fault_of_the_picture(film: Workflow) -> None:
    command, _ = attach(Command(raw={"clip": "@~nobody-of-that-name/clip"}), film)

    assert "no home folder" in command.faults[0].reason


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FAIRBRUSH_CONFIG", raising=False)
    return tmp_path


def test_an_imported_graph_is_kept_byte_for_byte_beside_its_manifest(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = GRAPHS / "sd15_text_to_image.json"

    import_workflow(source, name="mine", into=None, comfyui=None)

    place = here / "workflows" / "mine"
    assert (place / "graph.json").read_bytes() == source.read_bytes()
    load_workflow("mine", (place / "manifest.toml").read_text(), (place / "graph.json").read_bytes())
    told = capsys.readouterr()
    assert "Found:" in told.err
    assert "Left alone:" in told.err


def test_a_name_is_made_of_the_files(here: Path) -> None:
    (here / "My Great_Graph (2).json").write_bytes((GRAPHS / "sd15_text_to_image.json").read_bytes())

    import_workflow(here / "My Great_Graph (2).json", name=None, into=here / "w", comfyui=None)

    assert [place.name for place in (here / "w").iterdir()] == ["my-great-graph-2"]


@pytest.mark.parametrize(
    ("file", "name", "said"),
    [
        ("canvas_format.json", "a", "Export (API)"),
        ("missing.json", "a", "cannot be read"),
        ("sd15_text_to_image.json", "Not A Name", "cannot be a name"),
        ("sd15_text_to_image.json", "taken", "is there already"),
    ],
)
def test_what_cannot_be_imported_leaves_nothing_behind(here: Path, file: str, name: str, said: str) -> None:
    (here / "workflows" / "taken").mkdir(parents=True)

    with pytest.raises(ConfigError) as raised:
        import_workflow(GRAPHS / file, name=name, into=None, comfyui=None)

    assert said in str(raised.value)
    assert not (here / "workflows" / "a").exists()


def test_a_graph_whose_draft_cannot_be_used_is_refused(here: Path) -> None:
    (here / "x.json").write_text('{"1": {"class_type": "Nothing", "inputs": {}}}')

    with pytest.raises(ConfigError):
        import_workflow(here / "x.json", name="x", into=None, comfyui=None)


def test_a_folder_that_cannot_be_made_is_a_sentence(here: Path) -> None:
    (here / "file").write_text("")

    with pytest.raises(ConfigError, match="cannot be written"):
        import_workflow(GRAPHS / "sd15_text_to_image.json", name="x", into=here / "file", comfyui=None)
