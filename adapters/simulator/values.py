"""What travels along the links of a graph: ComfyUI's tensors and models, as little plain records."""

from dataclasses import dataclass

from PIL import Image

_PIXEL_LIMIT = 64 * 1024 * 1024
"""Pixels in one batch of pictures that the simulator is willing to hold."""
_BYTES_PER_PIXEL = 12  # three 32-bit floats, as in a tensor


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture; `image` is None when the simulator does not draw."""

    width: int
    height: int
    image: Image.Image | None = None


@dataclass(frozen=True, slots=True)
class Pictures:
    """An IMAGE: a batch of equally large pictures."""

    batch: tuple[Picture, ...]

    def __str__(self) -> str:
        """As a tensor would be shown in `current_inputs`."""
        return f"tensor(simulated, {len(self.batch)} of {self.batch[0].width}x{self.batch[0].height})"


@dataclass(frozen=True, slots=True)
class Mask:
    """A MASK, white where it selects; None is an empty one."""

    image: Image.Image | None = None


@dataclass(frozen=True, slots=True)
class Model:
    """A MODEL: its file, and the LoRAs applied to it."""

    name: str
    loras: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Clip:
    """A CLIP."""

    name: str


@dataclass(frozen=True, slots=True)
class Vae:
    """A VAE."""

    name: str


@dataclass(frozen=True, slots=True)
class Control:
    """A CONTROL_NET, or one applied to a picture."""

    name: str
    picture: Picture | None = None
    strength: float = 1.0


@dataclass(frozen=True, slots=True)
class Conditioning:
    """A CONDITIONING: the text and the controls beside it."""

    text: str
    controls: tuple[Control, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Latent:
    """A LATENT: sizes in pixels; without pictures it is empty."""

    width: int
    height: int
    batch: int
    pictures: tuple[Picture, ...] = ()
    mask: Mask | None = None


@dataclass(frozen=True, slots=True)
class UpscaleModel:
    """An UPSCALE_MODEL and by how much it enlarges."""

    name: str
    factor: int


@dataclass(frozen=True, slots=True)
class Guider:
    """A GUIDER."""

    model: Model
    positive: Conditioning
    negative: Conditioning


@dataclass(frozen=True, slots=True)
class Sigmas:
    """A SIGMAS: how many steps, from how much noise."""

    steps: int
    denoise: float


@dataclass(frozen=True, slots=True)
class Sampler:
    """A SAMPLER."""

    name: str


@dataclass(frozen=True, slots=True)
class Noise:
    """A NOISE."""

    seed: int


def require_room(width: int, height: int, batch: int) -> None:
    """Refuse a batch that no machine could hold; RuntimeError with the words of a CPU that has no more memory."""
    if width * height * batch > _PIXEL_LIMIT:
        wanted = width * height * batch * _BYTES_PER_PIXEL
        raise RuntimeError(
            f"[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: "
            f"you tried to allocate {wanted} bytes. Error code 12 (Cannot allocate memory)"
        )
