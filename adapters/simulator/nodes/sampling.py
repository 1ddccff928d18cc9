"""Samplers: where the time goes, the previews come from, and memory runs out."""

import asyncio
from dataclasses import dataclass, replace

from adapters.simulator.context import NodeContext, NodeFailure, NodeResult, Preview
from adapters.simulator.nodes.inputs import Inputs, integer, number, take, text
from adapters.simulator.painting.scene import Scene, paint, repaint
from adapters.simulator.previews import flat_preview, preview
from adapters.simulator.values import Conditioning, Guider, Latent, Model, Noise, Picture, Sampler, Sigmas

_BYTES_PER_PIXEL = 3_000
"""What a sampler needs per pixel of the batch beside the weights; a 1024x1024 picture takes about 3 GiB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """One sampler run, whichever node asked for it."""

    guider: Guider
    seed: int
    steps: int
    denoise: float
    latent: Latent


async def ksampler(context: NodeContext, inputs: Inputs) -> NodeResult:
    """KSampler."""
    job = Sampling(
        guider=_guider(inputs),
        seed=integer(inputs, "seed"),
        steps=integer(inputs, "steps"),
        denoise=number(inputs, "denoise"),
        latent=take(inputs, "latent_image", Latent),
    )
    return NodeResult((await _sample(context, job),))


async def ksampler_advanced(context: NodeContext, inputs: Inputs) -> NodeResult:
    """KSamplerAdvanced: a part of the schedule; what it starts from counts as far as the schedule has run."""
    steps, start = integer(inputs, "steps"), integer(inputs, "start_at_step")
    done = max(0, min(integer(inputs, "end_at_step"), steps) - start)
    job = Sampling(
        guider=_guider(inputs),
        seed=integer(inputs, "noise_seed"),
        steps=done,
        denoise=done / steps,
        latent=take(inputs, "latent_image", Latent),
    )
    return NodeResult((await _sample(context, job),))


async def sampler_custom(context: NodeContext, inputs: Inputs) -> NodeResult:
    """SamplerCustom: both outputs are the same picture here."""
    sigmas = take(inputs, "sigmas", Sigmas)
    take(inputs, "sampler", Sampler)
    job = Sampling(
        guider=_guider(inputs),
        seed=integer(inputs, "noise_seed"),
        steps=sigmas.steps,
        denoise=sigmas.denoise,
        latent=take(inputs, "latent_image", Latent),
    )
    done = await _sample(context, job)
    return NodeResult((done, done))


async def sampler_custom_advanced(context: NodeContext, inputs: Inputs) -> NodeResult:
    """SamplerCustomAdvanced."""
    sigmas = take(inputs, "sigmas", Sigmas)
    take(inputs, "sampler", Sampler)
    job = Sampling(
        guider=take(inputs, "guider", Guider),
        seed=take(inputs, "noise", Noise).seed,
        steps=sigmas.steps,
        denoise=sigmas.denoise,
        latent=take(inputs, "latent_image", Latent),
    )
    done = await _sample(context, job)
    return NodeResult((done, done))


async def basic_guider(_context: NodeContext, inputs: Inputs) -> NodeResult:
    """BasicGuider."""
    positive = take(inputs, "conditioning", Conditioning)
    return NodeResult((Guider(take(inputs, "model", Model), positive, Conditioning("")),))


async def cfg_guider(_context: NodeContext, inputs: Inputs) -> NodeResult:
    """CFGGuider."""
    return NodeResult((_guider(inputs),))


async def scheduler(_context: NodeContext, inputs: Inputs) -> NodeResult:
    """BasicScheduler; no noise means no steps, as in ComfyUI."""
    take(inputs, "model", Model)
    denoise = number(inputs, "denoise")
    return NodeResult((Sigmas(integer(inputs, "steps") if denoise > 0 else 0, denoise),))


async def select_sampler(_context: NodeContext, inputs: Inputs) -> NodeResult:
    """KSamplerSelect."""
    return NodeResult((Sampler(text(inputs, "sampler_name")),))


async def random_noise(_context: NodeContext, inputs: Inputs) -> NodeResult:
    """RandomNoise."""
    return NodeResult((Noise(integer(inputs, "noise_seed")),))


def _guider(inputs: Inputs) -> Guider:
    positive, negative = take(inputs, "positive", Conditioning), take(inputs, "negative", Conditioning)
    return Guider(take(inputs, "model", Model), positive, negative)


async def _sample(context: NodeContext, job: Sampling) -> Latent:
    if not job.steps or not job.denoise:  # no noise to take away: the latent comes back as it is, at once
        return job.latent
    _require_memory(context, job.latent)
    pictures: tuple[Picture, ...]
    if context.options.draw:
        pictures = tuple([await context.thread(_painted, job, index) for index in range(job.latent.batch)])
    else:
        pictures = (Picture(job.latent.width, job.latent.height),) * job.latent.batch
    await _steps(context, job, pictures[0])
    return replace(job.latent, pictures=pictures, mask=None)


async def _steps(context: NodeContext, job: Sampling, final: Picture) -> None:
    step_s = context.options.step_ms / 1000
    loop = asyncio.get_running_loop()
    for step in range(1, job.steps + 1):
        began = loop.time()
        frame = await _preview(context, job, final, step)
        await context.control.pause(step_s, spent=loop.time() - began)
        context.control.check_interrupt()
        context.control.progress(context.node_id, step, job.steps, frame)


async def _preview(context: NodeContext, job: Sampling, final: Picture, step: int) -> Preview:
    if final.image is None:
        return Preview(flat_preview(final.width, final.height))
    return Preview(await context.thread(preview, final.image, step / job.steps, job.seed))


def _painted(job: Sampling, index: int) -> Picture:
    latent, model, positive = job.latent, job.guider.model, job.guider.positive
    scene = Scene(
        prompt=positive.text,
        negative=job.guider.negative.text,
        seed=job.seed + index,
        model=" ".join((model.name, *model.loras, *(control.name for control in positive.controls))),
        width=latent.width,
        height=latent.height,
    )
    base = latent.pictures[index].image if latent.pictures else None
    if base is None:
        image = paint(scene)
    else:
        mask = latent.mask.image if latent.mask is not None else None
        image = repaint(base, scene, job.denoise, mask)
    return Picture(latent.width, latent.height, image)


def _require_memory(context: NodeContext, latent: Latent) -> None:
    wanted = latent.width * latent.height * latent.batch * _BYTES_PER_PIXEL
    limit = context.options.memory_mb * 1024 * 1024
    if wanted > limit or context.control.out_of_memory():
        message = (
            "Allocation on device 0 would exceed allowed memory. (out of memory)\n"
            f"Currently allocated     : {limit * 0.3 / 2**30:.2f} GiB\n"
            f"Requested               : {wanted / 2**30:.2f} GiB\n"
            f"Device limit            : {limit / 2**30:.2f} GiB"
        )
        raise NodeFailure(message, "torch.OutOfMemoryError")
