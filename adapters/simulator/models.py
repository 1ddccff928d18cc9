"""What the simulated model files would tell about themselves: bytes on disk and the header of a safetensors file."""

from collections.abc import Mapping

MODEL_FOLDERS = (
    "checkpoints", "configs", "loras", "vae", "text_encoders", "diffusion_models", "clip_vision", "style_models",
    "embeddings", "diffusers", "vae_approx", "controlnet", "gligen", "upscale_models", "custom_nodes", "hypernetworks",
    "photomaker", "classifiers", "model_patches", "audio_encoders",
)  # fmt: skip
"""GET /models of ComfyUI 0.3.64."""

NOT_EXPERIMENTAL = frozenset({"configs", "custom_nodes"})
"""Folders that /experiment/models leaves out."""

# Bytes of the files that people usually have under such a name; rounded only where releases differ.
_SIZES: Mapping[str, Mapping[str, int]] = {
    "checkpoints": {"sd15": 4_265_146_304, "sdxl": 6_938_078_334, "flux": 17_246_524_772, "": 4_265_146_304},
    "diffusion_models": {"flux": 23_802_932_552, "": 6_938_078_334},
    "text_encoders": {"clip_l": 246_144_152, "t5xxl_fp16": 9_787_841_024, "t5xxl_fp8": 4_893_934_904, "": 246_144_152},
    "vae": {"": 335_304_388},
    "loras": {"": 151_108_832},
    "controlnet": {"": 1_445_157_124},
    "upscale_models": {"": 67_040_989},
}

_ARCHITECTURES: Mapping[str, str] = {
    "sd15": "stable-diffusion-v1",
    "sdxl": "stable-diffusion-xl-v1-base",
    "flux": "flux-1-dev",
}


def size_of(folder: str, name: str) -> int:
    """The bytes of a model file, told from its folder and name."""
    sizes = _SIZES[folder]
    return next(size for word, size in sizes.items() if word in name.lower())


def metadata_of(folder: str, name: str) -> dict[str, str] | None:
    """The `__metadata__` of a safetensors header; None where a real file of this kind has none."""
    if not name.endswith(".safetensors") or folder not in {"checkpoints", "diffusion_models", "loras"}:
        return None
    architecture = next((text for word, text in _ARCHITECTURES.items() if word in name.lower()), "stable-diffusion-v1")
    if folder == "loras":
        architecture += "/lora"
    return {"modelspec.sai_model_spec": "1.0.0", "modelspec.architecture": architecture, "modelspec.title": name}
