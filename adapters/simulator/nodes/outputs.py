"""Output nodes: files in output/ and temp/, text, and pictures straight onto the WebSocket."""

import json
import random
from collections.abc import Mapping
from pathlib import Path

from PIL import Image

from adapters.simulator.context import NodeContext, NodeResult, Preview
from adapters.simulator.nodes.inputs import Inputs, integer, number, take, text
from adapters.simulator.png import encode_png, with_text
from adapters.simulator.values import Picture, Pictures

_WEBP_METHODS: Mapping[str, int] = {"default": 4, "fastest": 0, "slowest": 6}
_EXIF_MODEL, _EXIF_MAKE = 0x0110, 0x010F  # where ComfyUI puts the graph and the first extra


async def save(context: NodeContext, inputs: Inputs) -> NodeResult:
    """SaveImage."""
    prefix = text(inputs, "filename_prefix")
    return await _save_png(context, take(inputs, "images", Pictures), "output", prefix)


async def preview(context: NodeContext, inputs: Inputs) -> NodeResult:
    """PreviewImage: under temp/, with a random word in the name."""
    letters = random.Random(f"{context.run_number} {context.node_id}").choices("abcdefghijklmnopqrstupvxyz", k=5)  # noqa: S311 — a file name
    prefix = f"ComfyUI_temp_{''.join(letters)}"
    return await _save_png(context, take(inputs, "images", Pictures), "temp", prefix)


async def save_animation(context: NodeContext, inputs: Inputs) -> NodeResult:
    """SaveAnimatedWEBP: all pictures of the batch as frames of one file."""
    pictures = take(inputs, "images", Pictures)
    duration = int(1000 / number(inputs, "fps"))
    lossless, quality = bool(inputs["lossless"]), integer(inputs, "quality")
    method = _WEBP_METHODS[text(inputs, "method")]

    def write(path: Path) -> None:
        first, *others = [each.image or Image.new("RGB", (each.width, each.height)) for each in pictures.batch]
        exif = first.getexif()
        exif[_EXIF_MODEL] = f"prompt:{json.dumps(context.prompt)}"
        for index, (name, value) in enumerate(context.extra_pnginfo.items()):
            exif[_EXIF_MAKE - index] = f"{name}:{json.dumps(value)}"
        first.save(
            path,
            "WEBP",
            save_all=True,
            append_images=others,
            duration=duration,
            lossless=lossless,
            quality=quality,
            method=method,
            exif=exif,
        )

    first = pictures.batch[0]
    prefix, size = text(inputs, "filename_prefix"), (first.width, first.height)
    name = await context.thread(context.folders.save, "output", prefix, ".webp", size, write)
    return NodeResult(shown={"images": [_file(name, "output")], "animated": [len(pictures.batch) != 1]})


async def show_text(_context: NodeContext, inputs: Inputs) -> NodeResult:
    """PreviewAny."""
    source = inputs["source"]
    return NodeResult(shown={"text": [source if isinstance(source, str) else str(source)]})


async def send_to_socket(context: NodeContext, inputs: Inputs) -> NodeResult:
    """SaveImageWebsocket: every picture as a PNG frame, and nothing in the history."""
    pictures = take(inputs, "images", Pictures).batch
    for index, picture in enumerate(pictures):
        data = await context.thread(encode_png, picture)
        context.control.progress(context.node_id, index, len(pictures), Preview(data, "image/png"))
    return NodeResult()


async def _save_png(context: NodeContext, pictures: Pictures, folder: str, prefix: str) -> NodeResult:
    texts = {"prompt": context.prompt, **context.extra_pnginfo}
    chunks = {name: json.dumps(value) for name, value in texts.items()}

    def save_all() -> list[str]:
        return [_save_one(context, picture, folder, prefix, chunks) for picture in pictures.batch]

    names = await context.thread(save_all)
    return NodeResult(shown={"images": [_file(name, folder) for name in names]})


def _save_one(context: NodeContext, picture: Picture, folder: str, prefix: str, chunks: Mapping[str, str]) -> str:
    data = with_text(encode_png(picture), chunks)
    size = (picture.width, picture.height)
    return context.folders.save(folder, prefix, ".png", size, lambda path: _write(path, data))


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def _file(name: str, folder: str) -> dict[str, str]:
    path = Path(name)
    subfolder = "" if path.parent == Path() else str(path.parent)
    return {"filename": path.name, "subfolder": subfolder, "type": folder}
