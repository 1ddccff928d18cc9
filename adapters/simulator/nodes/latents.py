"""Latents: empty ones, encoded pictures, masks, resizing; decoding gives the picture back."""

from dataclasses import replace

from PIL import Image, ImageFilter

from adapters.simulator.context import NodeContext, NodeResult
from adapters.simulator.nodes.inputs import Inputs, integer, number, take, text
from adapters.simulator.nodes.pictures import resized
from adapters.simulator.values import Latent, Mask, Picture, Pictures, Vae, require_room


async def empty_latent(_context: NodeContext, inputs: Inputs) -> NodeResult:
    """EmptyLatentImage and EmptySD3LatentImage; sizes are cut to whole latent pixels."""
    width, height = integer(inputs, "width") // 8 * 8, integer(inputs, "height") // 8 * 8
    return NodeResult((Latent(width=width, height=height, batch=integer(inputs, "batch_size")),))


async def decode(context: NodeContext, inputs: Inputs) -> NodeResult:
    """VAEDecode; an empty latent decodes to grey."""
    take(inputs, "vae", Vae)
    latent = take(inputs, "samples", Latent)
    require_room(latent.width, latent.height, latent.batch)
    return NodeResult((Pictures(latent.pictures or _grey(latent, draw=context.options.draw)),))


async def encode(context: NodeContext, inputs: Inputs) -> NodeResult:
    """VAEEncode."""
    take(inputs, "vae", Vae)
    return NodeResult((await context.thread(_latent, take(inputs, "pixels", Pictures)),))


async def encode_for_inpaint(context: NodeContext, inputs: Inputs) -> NodeResult:
    """VAEEncodeForInpaint: the mask grows a little, and nothing of the picture is kept under it."""
    take(inputs, "vae", Vae)
    mask = take(inputs, "mask", Mask)
    if mask.image is not None:
        grow = integer(inputs, "grow_mask_by")
        mask = Mask(await context.thread(mask.image.filter, ImageFilter.MaxFilter(2 * (grow // 2) + 1)))
    latent = await context.thread(_latent, take(inputs, "pixels", Pictures))
    return NodeResult((replace(latent, mask=mask),))


async def set_mask(_context: NodeContext, inputs: Inputs) -> NodeResult:
    """SetLatentNoiseMask."""
    return NodeResult((replace(take(inputs, "samples", Latent), mask=take(inputs, "mask", Mask)),))


async def upscale(context: NodeContext, inputs: Inputs) -> NodeResult:
    """LatentUpscale; a side of 0 follows the other one."""
    latent = take(inputs, "samples", Latent)
    width, height = integer(inputs, "width"), integer(inputs, "height")
    if not width and not height:
        return NodeResult((latent,))
    width = width or round(latent.width * height / latent.height)
    height = height or round(latent.height * width / latent.width)
    return NodeResult((await _resize(context, latent, width, height, text(inputs, "upscale_method")),))


async def upscale_by(context: NodeContext, inputs: Inputs) -> NodeResult:
    """LatentUpscaleBy."""
    latent, factor = take(inputs, "samples", Latent), number(inputs, "scale_by")
    width, height = round(latent.width * factor), round(latent.height * factor)
    return NodeResult((await _resize(context, latent, width, height, text(inputs, "upscale_method")),))


async def repeat(_context: NodeContext, inputs: Inputs) -> NodeResult:
    """RepeatLatentBatch."""
    latent, amount = take(inputs, "samples", Latent), integer(inputs, "amount")
    return NodeResult((replace(latent, batch=latent.batch * amount, pictures=latent.pictures * amount),))


async def _resize(context: NodeContext, latent: Latent, width: int, height: int, method: str) -> Latent:
    width, height = max(8, width // 8 * 8), max(8, height // 8 * 8)
    require_room(width, height, latent.batch)
    pictures = tuple([await context.thread(resized, each, width, height, method) for each in latent.pictures])
    return replace(latent, width=width, height=height, pictures=pictures)


def _latent(pictures: Pictures) -> Latent:
    first = pictures.batch[0]
    width, height = first.width // 8 * 8 or 8, first.height // 8 * 8 or 8
    batch = tuple(resized(each, width, height, "area") for each in pictures.batch)
    return Latent(width=width, height=height, batch=len(batch), pictures=batch)


def _grey(latent: Latent, *, draw: bool) -> tuple[Picture, ...]:
    image = Image.new("RGB", (latent.width, latent.height), (127, 127, 127)) if draw else None
    return (Picture(latent.width, latent.height, image),) * latent.batch
