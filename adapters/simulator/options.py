"""What a simulated ComfyUI pretends to be: its speed, its memory, its model files."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorOptions:
    """How the simulated server behaves; the defaults are a mid-range GPU with a few well-known models.

    Times are per sampler step and per model file that is loaded. `memory_mb` decides which pictures are too large.
    With `draw=False` every picture is one flat colour, which costs next to nothing. `port=0` takes any free port.
    `folder` holds input/, output/ and temp/ and survives the simulator; None takes a temporary one.
    """

    host: str = "127.0.0.1"
    port: int = 0
    step_ms: float = 50.0
    load_s: float = 0.0
    memory_mb: int = 24_576
    draw: bool = True
    version: str = "0.3.64"
    folder: Path | None = None
    checkpoints: tuple[str, ...] = ("simulated-sd15.safetensors", "simulated-sdxl.safetensors")
    diffusion_models: tuple[str, ...] = ("simulated-flux.safetensors",)
    text_encoders: tuple[str, ...] = ("clip_l.safetensors", "t5xxl_fp16.safetensors")
    vaes: tuple[str, ...] = ("ae.safetensors",)
    upscale_models: tuple[str, ...] = ("simulated-4x.pth",)
    loras: tuple[str, ...] = ("simulated-watercolor.safetensors",)
    controlnets: tuple[str, ...] = ("simulated-canny.safetensors",)

    def files(self) -> Mapping[str, tuple[str, ...]]:
        """The configured model files by ComfyUI's folder name."""
        return {
            "checkpoints": self.checkpoints,
            "loras": self.loras,
            "vae": self.vaes,
            "text_encoders": self.text_encoders,
            "diffusion_models": self.diffusion_models,
            "controlnet": self.controlnets,
            "upscale_models": self.upscale_models,
        }
