"""Loaders: checkpoints, single models, LoRAs, ControlNets, upscalers. Only big files cost time."""

import re
from dataclasses import replace

from adapters.simulator.context import NodeContext, NodeResult
from adapters.simulator.nodes.inputs import Inputs, number, take, text
from adapters.simulator.values import Clip, Conditioning, Control, Model, Pictures, UpscaleModel, Vae


async def load_checkpoint(context: NodeContext, inputs: Inputs) -> NodeResult:
    """CheckpointLoaderSimple."""
    name = text(inputs, "ckpt_name")
    await context.control.pause(context.options.load_s)
    return NodeResult((Model(name), Clip(name), Vae(name)))


async def load_unet(context: NodeContext, inputs: Inputs) -> NodeResult:
    """UNETLoader."""
    await context.control.pause(context.options.load_s)
    return NodeResult((Model(text(inputs, "unet_name")),))


async def load_clips(_context: NodeContext, inputs: Inputs) -> NodeResult:
    """DualCLIPLoader."""
    return NodeResult((Clip(f"{text(inputs, 'clip_name1')}+{text(inputs, 'clip_name2')}"),))


async def load_vae(_context: NodeContext, inputs: Inputs) -> NodeResult:
    """VAELoader."""
    return NodeResult((Vae(text(inputs, "vae_name")),))


async def load_upscaler(_context: NodeContext, inputs: Inputs) -> NodeResult:
    """UpscaleModelLoader; the factor is in the name ("4x"), four when it is not."""
    name = text(inputs, "model_name")
    if name not in _context.options.upscale_models:  # a new-style choice is not checked at submit
        raise FileNotFoundError(f"Model in folder 'upscale_models' with filename '{name}' not found.")
    found = re.search(r"(\d)x|x(\d)", name, re.IGNORECASE)
    return NodeResult((UpscaleModel(name, int(found[1] or found[2]) if found else 4),))


async def load_controlnet(_context: NodeContext, inputs: Inputs) -> NodeResult:
    """ControlNetLoader."""
    return NodeResult((Control(text(inputs, "control_net_name")),))


async def apply_lora(_context: NodeContext, inputs: Inputs) -> NodeResult:
    """LoraLoader and LoraLoaderModelOnly."""
    model = take(inputs, "model", Model)
    strength = number(inputs, "strength_model")
    if strength:
        model = replace(model, loras=(*model.loras, f"{text(inputs, 'lora_name')}:{strength:g}"))
    return NodeResult((model, inputs["clip"]) if "clip" in inputs else (model,))


async def apply_controlnet(_context: NodeContext, inputs: Inputs) -> NodeResult:
    """ControlNetApplyAdvanced."""
    positive, negative = take(inputs, "positive", Conditioning), take(inputs, "negative", Conditioning)
    strength = number(inputs, "strength")
    if not strength:
        return NodeResult((positive, negative))
    picture = take(inputs, "image", Pictures).batch[0]
    control = replace(take(inputs, "control_net", Control), picture=picture, strength=strength)
    return NodeResult(
        tuple(replace(side, controls=(*side.controls, control)) for side in (positive, negative)),
    )


async def pass_model(_context: NodeContext, inputs: Inputs) -> NodeResult:
    """ModelSamplingFlux: changes how a real model samples, not what it is."""
    return NodeResult((take(inputs, "model", Model),))


async def pass_clip(_context: NodeContext, inputs: Inputs) -> NodeResult:
    """CLIPSetLastLayer."""
    return NodeResult((take(inputs, "clip", Clip),))


async def encode_text(_context: NodeContext, inputs: Inputs) -> NodeResult:
    """CLIPTextEncode."""
    take(inputs, "clip", Clip)
    return NodeResult((Conditioning(text(inputs, "text")),))


async def pass_conditioning(_context: NodeContext, inputs: Inputs) -> NodeResult:
    """FluxGuidance."""
    return NodeResult((take(inputs, "conditioning", Conditioning),))


async def pass_value(_context: NodeContext, inputs: Inputs) -> NodeResult:
    """PrimitiveInt, PrimitiveFloat, PrimitiveString, PrimitiveStringMultiline."""
    return NodeResult((inputs["value"],))
