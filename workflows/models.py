"""Model files: which inputs of a graph name one, and what people call it."""

MODELS = {
    "ckpt_name": "checkpoint",
    "unet_name": "diffusion model",
    "lora_name": "LoRA",
    "control_net_name": "ControlNet model",
    "vae_name": "VAE",
    "clip_name": "text encoder",
    "clip_name1": "text encoder",
    "clip_name2": "text encoder",
    "clip_name3": "text encoder",
    "style_model_name": "style model",
    "UpscaleModelLoader.model_name": "upscale model",
}
"""Inputs whose choices are model files, and what people call such a model."""

PAINTERS = frozenset({"checkpoint", "diffusion model"})
"""What fills a GPU's memory and takes long to load: whoever has it loaded is the better server for the next job."""

SUFFIXES = (".safetensors", ".sft", ".ckpt", ".pth", ".pt", ".bin", ".gguf")


def model_kind(class_type: str, name: str) -> str | None:
    """Return what people call a model that this input names; None when it is not known to name one."""
    return MODELS.get(f"{class_type}.{name}") or MODELS.get(name)


def is_model_file(text: str) -> bool:
    """Tell whether a text ends as the name of a model file does."""
    return text.casefold().endswith(SUFFIXES)
