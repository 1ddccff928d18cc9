"""Pictures and masks: loading, resizing, inverting, enlarging."""

from collections.abc import Mapping

from PIL import Image, ImageOps, ImageSequence

from adapters.simulator.context import NodeContext, NodeResult
from adapters.simulator.nodes.inputs import Inputs, integer, number, take, text
from adapters.simulator.values import Mask, Picture, Pictures, UpscaleModel, require_room

_FILTERS: Mapping[str, Image.Resampling] = {
    "nearest-exact": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "area": Image.Resampling.BOX,
    "bicubic": Image.Resampling.BICUBIC,
    "bislerp": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}
_MASK_BANDS: Mapping[str, str] = {"alpha": "A", "red": "R", "green": "G", "blue": "B"}


async def empty(context: NodeContext, inputs: Inputs) -> NodeResult:
    """EmptyImage."""
    width, height, batch = (integer(inputs, name) for name in ("width", "height", "batch_size"))
    require_room(width, height, batch)
    color = integer(inputs, "color")
    rgb = (color >> 16, color >> 8 & 255, color & 255)
    image = Image.new("RGB", (width, height), rgb) if context.options.draw else None
    return NodeResult((Pictures((Picture(width, height, image),) * batch),))


async def load(context: NodeContext, inputs: Inputs) -> NodeResult:
    """LoadImage: every frame of the file, and the inverted alpha channel as mask."""
    path = context.folders.upload(text(inputs, "image"))

    def read() -> tuple[Pictures, Mask]:
        with Image.open(path) as image:
            frames = [ImageOps.exif_transpose(frame.copy()) for frame in ImageSequence.Iterator(image)]
        same = [frame for frame in frames if frame.size == frames[0].size]
        batch = tuple(Picture(frame.width, frame.height, frame.convert("RGB")) for frame in same)
        return Pictures(batch), _alpha(frames[0])

    return NodeResult(await context.thread(read))


async def load_mask(context: NodeContext, inputs: Inputs) -> NodeResult:
    """LoadImageMask."""
    path, band = context.folders.upload(text(inputs, "image")), _MASK_BANDS[text(inputs, "channel")]

    def read() -> Mask:
        with Image.open(path) as image:
            channel = ImageOps.exif_transpose(image).convert("RGBA").getchannel(band)
        return Mask(ImageOps.invert(channel) if band == "A" else channel)

    return NodeResult((await context.thread(read),))


async def scale(context: NodeContext, inputs: Inputs) -> NodeResult:
    """ImageScale; a side of 0 follows the other one, crop "center" cuts instead of stretching."""
    pictures, method = take(inputs, "image", Pictures), text(inputs, "upscale_method")
    width, height = integer(inputs, "width"), integer(inputs, "height")
    first = pictures.batch[0]
    if not width and not height:
        return NodeResult((pictures,))
    width = width or max(1, round(first.width * height / first.height))
    height = height or max(1, round(first.height * width / first.width))
    crop = text(inputs, "crop") == "center"
    return NodeResult((await _scaled(context, pictures, width, height, method, crop=crop),))


async def scale_by(context: NodeContext, inputs: Inputs) -> NodeResult:
    """ImageScaleBy."""
    pictures, factor = take(inputs, "image", Pictures), number(inputs, "scale_by")
    return NodeResult((await _scale_by(context, pictures, factor, text(inputs, "upscale_method")),))


async def scale_to_pixels(context: NodeContext, inputs: Inputs) -> NodeResult:
    """ImageScaleToTotalPixels."""
    pictures = take(inputs, "image", Pictures)
    first = pictures.batch[0]
    factor = (number(inputs, "megapixels") * 1024 * 1024 / (first.width * first.height)) ** 0.5
    return NodeResult((await _scale_by(context, pictures, factor, text(inputs, "upscale_method")),))


async def upscale_with_model(context: NodeContext, inputs: Inputs) -> NodeResult:
    """ImageUpscaleWithModel: a good enlargement by the model's factor, one step of time per picture."""
    model, pictures = take(inputs, "upscale_model", UpscaleModel), take(inputs, "image", Pictures)
    for done in range(len(pictures.batch)):
        await context.control.pause(context.options.step_ms / 1000)
        context.control.progress(context.node_id, done + 1, len(pictures.batch), None)
        context.control.check_interrupt()
    return NodeResult((await _scale_by(context, pictures, model.factor, "lanczos"),))


async def invert(context: NodeContext, inputs: Inputs) -> NodeResult:
    """ImageInvert."""

    def inverted(picture: Picture) -> Picture:
        image = ImageOps.invert(picture.image) if picture.image is not None else None
        return Picture(picture.width, picture.height, image)

    pictures = take(inputs, "image", Pictures)
    return NodeResult((Pictures(tuple([await context.thread(inverted, each) for each in pictures.batch])),))


def resized(picture: Picture, width: int, height: int, method: str, *, crop: bool = False) -> Picture:
    """The picture in another size."""
    if picture.image is None or (picture.width, picture.height) == (width, height):
        return Picture(width, height, picture.image)
    if crop:
        return Picture(width, height, ImageOps.fit(picture.image, (width, height), _FILTERS[method]))
    return Picture(width, height, picture.image.resize((width, height), _FILTERS[method]))


async def _scale_by(context: NodeContext, pictures: Pictures, factor: float, method: str) -> Pictures:
    first = pictures.batch[0]
    width, height = max(1, round(first.width * factor)), max(1, round(first.height * factor))
    return await _scaled(context, pictures, width, height, method)


async def _scaled(
    context: NodeContext, pictures: Pictures, width: int, height: int, method: str, *, crop: bool = False
) -> Pictures:
    require_room(width, height, len(pictures.batch))
    return Pictures(
        tuple([await context.thread(resized, each, width, height, method, crop=crop) for each in pictures.batch])
    )


def _alpha(image: Image.Image) -> Mask:
    if "A" not in image.getbands() and "transparency" not in image.info:
        return Mask()
    return Mask(ImageOps.invert(image.convert("RGBA").getchannel("A")))
