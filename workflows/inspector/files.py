"""Pictures, masks and videos that somebody attaches. A file name in a graph never becomes something to choose."""

from collections.abc import Iterator
from functools import partial
from re import compile as compile_pattern
from typing import Literal

from workflows.graph import Link, Node
from workflows.inspector.sketch import Sketch, Widget, named
from workflows.parameters import Binding, FileParameter

Use = Literal["image", "mask", "control_image", "end_image"]

_PICTURE_NAME = compile_pattern(r"(?is).+\.(png|jpe?g|webp|bmp|gif|tiff?)(\s*\[input\])?")
_VIDEO_NAME = compile_pattern(r"(?is).+\.(mp4|webm|mkv|mov|avi|gif)(\s*\[input\])?")
_PICTURE_LOADERS = frozenset({"LoadImage", "LoadImageMask"})
_VIDEO_LOADERS = frozenset({"LoadVideo", "VHS_LoadVideo"})

_HELP: dict[str, str] = {
    "image": "The picture to start from.",
    "end_image": "The picture to end with.",
    "control_image": "The picture to follow.",
    "video": "The video to start from.",
}
_MASK_HELP = {
    True: "What to repaint, by transparency: what is see-through is painted anew.",
    False: "What to repaint: white is painted anew, black stays.",
}


def find_files(sketch: Sketch) -> None:
    """Add `image`, `mask`, `control_image` and `video`, by what each file is used for."""
    for node in sketch.order:
        for name, value in node.inputs.items():
            if isinstance(value, str):
                _find(sketch, Widget(node, name), value)


def _find(sketch: Sketch, widget: Widget, value: str) -> None:
    if _is_video(sketch, widget, value):
        make = partial(_file, "video", _HELP["video"])
        sketch.add("video", [widget], make)
    elif _is_picture(sketch, widget, value):
        _add_picture(sketch, widget)
    elif _is_upload(sketch, widget) or (_PICTURE_NAME.fullmatch(value) and "/" not in value):
        sentence = f"{widget.input} of {named(widget.node)} names a file on the GPU: use a Load Image node instead."
        sketch.leave(sentence, widget.node, widget.input)


def _add_picture(sketch: Sketch, widget: Widget) -> None:
    uses = set(_uses(sketch, widget.node))
    use: Use = next(iter(uses)) if len(uses) == 1 else "image"
    if use == "mask":
        _add_mask(sketch, widget)
    else:
        name = sketch.add(use, [widget], partial(_file, "image", _HELP[use]))
        if name and "mask" in uses:
            sketch.leave(f"{name} brings its mask along: what is see-through in it is painted anew.")


def _add_mask(sketch: Sketch, widget: Widget) -> None:
    by_transparency = widget.node.literal("channel") == "alpha" or any(
        link.slot == 1 for _, _, link in sketch.consumers(widget.node)
    )
    name = sketch.add("mask", [widget], partial(_file, "mask", _MASK_HELP[by_transparency]))
    if name and by_transparency:
        sketch.leave(
            f"{name} is read from transparency at {named(widget.node)}. "
            "Load Image (as Mask) with the channel red lets people paint it in white."
        )


def _file(kind: Literal["image", "mask", "video"], words: str, bind: tuple[Binding, ...]) -> FileParameter:
    return FileParameter(kind=kind, help=words, bind=bind)


def _is_upload(sketch: Sketch, widget: Widget) -> bool:
    definition = sketch.definitions.get(widget.node.class_type)
    return bool(definition and widget.input in definition.inputs and definition.inputs[widget.input].uploads_image)


def _is_video(sketch: Sketch, widget: Widget, value: str) -> bool:
    if widget.input not in ("file", "video"):
        return False
    loads = widget.node.class_type in _VIDEO_LOADERS or _is_upload(sketch, widget)
    return loads or ("load" in widget.node.class_type.casefold() and bool(_VIDEO_NAME.fullmatch(value)))


def _is_picture(sketch: Sketch, widget: Widget, value: str) -> bool:
    # LoadImageOutput looks into the server's output folder, where nothing is uploaded.
    if widget.input != "image" or widget.node.class_type == "LoadImageOutput":
        return False
    loads = widget.node.class_type in _PICTURE_LOADERS or _is_upload(sketch, widget)
    return loads or ("load" in widget.node.class_type.casefold() and bool(_PICTURE_NAME.fullmatch(value)))


def _uses(sketch: Sketch, loader: Node) -> Iterator[Use]:
    """Follow a picture forward, through whatever scales or converts it, to what it is used for."""
    waiting, seen = [loader], set()
    while waiting:
        node = waiting.pop()
        if node.id in seen:
            continue
        seen.add(node.id)
        for user, name, link in sketch.consumers(node):
            use = _use(user, name, link)
            if use:
                yield use
            else:
                waiting.append(user)


def _use(user: Node, name: str, link: Link) -> Use | None:
    word = name.casefold()
    if "mask" in word:
        return "mask"
    if "control_net" in user.inputs:
        return "control_image"
    if "end_image" in word:
        return "end_image"
    # Where a picture becomes a latent or a conditioning, or leaves the graph, nothing further tells its use.
    return "image" if {"vae", "positive", "filename_prefix"} & user.inputs.keys() else None
