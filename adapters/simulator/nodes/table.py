"""Node class -> what it does here."""

from collections.abc import Awaitable, Callable, Mapping

from adapters.simulator.context import NodeContext, NodeResult
from adapters.simulator.nodes import latents, loaders, outputs, pictures, sampling
from adapters.simulator.nodes.inputs import Inputs

NODES: Mapping[str, Callable[[NodeContext, Inputs], Awaitable[NodeResult]]] = {
    "CheckpointLoaderSimple": loaders.load_checkpoint,
    "UNETLoader": loaders.load_unet,
    "DualCLIPLoader": loaders.load_clips,
    "VAELoader": loaders.load_vae,
    "UpscaleModelLoader": loaders.load_upscaler,
    "ControlNetLoader": loaders.load_controlnet,
    "LoraLoader": loaders.apply_lora,
    "LoraLoaderModelOnly": loaders.apply_lora,
    "ControlNetApplyAdvanced": loaders.apply_controlnet,
    "ModelSamplingFlux": loaders.pass_model,
    "CLIPSetLastLayer": loaders.pass_clip,
    "CLIPTextEncode": loaders.encode_text,
    "FluxGuidance": loaders.pass_conditioning,
    "PrimitiveInt": loaders.pass_value,
    "PrimitiveFloat": loaders.pass_value,
    "PrimitiveString": loaders.pass_value,
    "PrimitiveStringMultiline": loaders.pass_value,
    "EmptyLatentImage": latents.empty_latent,
    "EmptySD3LatentImage": latents.empty_latent,
    "VAEDecode": latents.decode,
    "VAEEncode": latents.encode,
    "VAEEncodeForInpaint": latents.encode_for_inpaint,
    "SetLatentNoiseMask": latents.set_mask,
    "LatentUpscale": latents.upscale,
    "LatentUpscaleBy": latents.upscale_by,
    "RepeatLatentBatch": latents.repeat,
    "KSampler": sampling.ksampler,
    "KSamplerAdvanced": sampling.ksampler_advanced,
    "SamplerCustom": sampling.sampler_custom,
    "SamplerCustomAdvanced": sampling.sampler_custom_advanced,
    "BasicGuider": sampling.basic_guider,
    "CFGGuider": sampling.cfg_guider,
    "BasicScheduler": sampling.scheduler,
    "KSamplerSelect": sampling.select_sampler,
    "RandomNoise": sampling.random_noise,
    "EmptyImage": pictures.empty,
    "LoadImage": pictures.load,
    "LoadImageMask": pictures.load_mask,
    "ImageScale": pictures.scale,
    "ImageScaleBy": pictures.scale_by,
    "ImageScaleToTotalPixels": pictures.scale_to_pixels,
    "ImageUpscaleWithModel": pictures.upscale_with_model,
    "ImageInvert": pictures.invert,
    "SaveImage": outputs.save,
    "PreviewImage": outputs.preview,
    "SaveAnimatedWEBP": outputs.save_animation,
    "PreviewAny": outputs.show_text,
    "SaveImageWebsocket": outputs.send_to_socket,
}

READS_A_FILE = frozenset({"LoadImage", "LoadImageMask"})
"""Classes that run again when the bytes of their file have changed."""

NEVER_CACHED = frozenset({"SaveImageWebsocket"})
"""Classes that run every time."""
