"""What nodes put out, as files and texts."""

import pytest

from adapters.comfyui.outputs import NodeOutput, Wanted, base_name, collect, media_kind
from adapters.comfyui.stages import stage_of
from bot.events import MediaKind, Stage


def output(node: str, shown_as: str | None = None, **content: object) -> NodeOutput:
    return NodeOutput(node=node, shown_as=shown_as or node, output=content)


def file(name: object, subfolder: object = "", kind: object = "output") -> dict[str, object]:
    return {"filename": name, "subfolder": subfolder, "type": kind}


@pytest.mark.parametrize(
    ("name", "moves", "kind"),
    [
        ("a.png", False, MediaKind.IMAGE),
        ("a.PNG", True, MediaKind.ANIMATION),
        ("a.webp", True, MediaKind.ANIMATION),
        ("a.gif", False, MediaKind.ANIMATION),
        ("a.mp4", True, MediaKind.VIDEO),
        ("a.flac", False, MediaKind.AUDIO),
        ("a.latent", False, MediaKind.OTHER),
        ("a", False, MediaKind.OTHER),
    ],
)
def test_a_file_is_what_its_name_says(name: str, moves: bool, kind: MediaKind) -> None:
    assert media_kind(name, moves=moves) is kind


def test_a_video_may_come_as_an_image() -> None:
    # SaveVideo of 0.3.64.
    files, _ = collect([output("1", images=[file("v_00001_.mp4", "video")], animated=[True])], Wanted())
    assert [(found.kind, dict(found.locator)) for found in files] == [
        (MediaKind.VIDEO, {"filename": "v_00001_.mp4", "subfolder": "video", "type": "output"})
    ]


def test_every_key_may_hold_files_and_each_file_counts_once() -> None:
    files, _ = collect([output("1", gifs=[file("a.gif")], images=[file("a.gif"), file("b.png")])], Wanted())
    assert [found.name for found in files] == ["a.gif", "b.png"]


def test_entries_that_are_no_file_are_left_out() -> None:
    entries = [file(None), file("a.png", 3), file("a.png", kind=None), file("/"), "x", {"filename": "only.png"}]
    files, texts = collect([output("1", images=entries, audio="none", text=None)], Wanted())
    assert [dict(found.locator) for found in files] == [{"filename": "only.png", "subfolder": "", "type": "output"}]
    assert texts == ()


def test_files_come_in_the_order_of_the_graph_and_not_of_the_execution() -> None:
    outputs = [output("10", images=[file("b.png")]), output("2.0.1", "2", images=[file("a.png")])]
    outputs.append(output("99", images=[file("c.png")]))
    files, _ = collect(outputs, Wanted(order=("2", "10")))
    assert [(found.node, found.name) for found in files] == [("2", "a.png"), ("10", "b.png"), ("99", "c.png")]


def test_an_expanded_node_counts_as_the_node_that_is_wanted() -> None:
    files, _ = collect([output("2.0.1", "2", images=[file("a.png")])], Wanted(nodes=frozenset({"2"})))
    assert len(files) == 1


@pytest.mark.parametrize(("value", "texts"), [(["a", "", 3], ("a",)), ("b", ("b",)), (None, ()), ({"x": 1}, ())])
def test_texts(value: object, texts: tuple[str, ...]) -> None:
    assert collect([output("1", text=value)], Wanted())[1] == texts


def test_a_text_is_bounded() -> None:
    [text] = collect([output("1", text="x" * 1_000_000)], Wanted())[1]
    assert len(text) == 100_000


@pytest.mark.parametrize("path", ["a/b/c.png", "a\\b\\c.png", "c.png", "a\\b/c.png/"])
def test_base_name(path: str) -> None:
    assert base_name(path) == "c.png"


@pytest.mark.parametrize(
    ("class_type", "stage"),
    [
        ("CheckpointLoaderSimple", Stage.LOADING),
        ("UpscaleModelLoader", Stage.LOADING),
        ("LoadImage", Stage.WORKING),
        ("CLIPTextEncodeFlux", Stage.READING),
        ("KSamplerAdvanced", Stage.PAINTING),
        ("SamplerCustomAdvanced", Stage.PAINTING),
        ("VAEDecodeTiled", Stage.DECODING),
        ("ImageUpscaleWithModel", Stage.UPSCALING),
        ("SaveAnimatedWEBP", Stage.SAVING),
        ("EmptyLatentImage", Stage.WORKING),
        (None, Stage.WORKING),
    ],
)
def test_stages(class_type: str | None, stage: Stage) -> None:
    assert stage_of(class_type) is stage
