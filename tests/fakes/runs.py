"""Runs for a ComfyUI, small enough for a CPU: blank pictures, paintings, and runs that fail in known ways."""

import itertools
import random
from collections.abc import Iterable, Mapping
from uuid import uuid4

from bot.jobs import JobId, Run, run_id_of
from workflows.graph import graph_of

SIMULATED = "simulated-sd15.safetensors"

# No number twice, not even after a restart of the tests: a server that has seen it would answer from its cache.
_fresh = itertools.count(random.randrange(2**40))


def node(class_type: str, **inputs: object) -> dict[str, object]:
    return {"class_type": class_type, "inputs": inputs}


def run_of(
    nodes: Mapping[str, object], outputs: Iterable[str] = ("9",), uploads: Mapping[str, bytes] | None = None
) -> Run:
    """A run with an id of its own."""
    return Run(
        id=run_id_of(JobId(uuid4()), 1), graph=graph_of(dict(nodes)), outputs=frozenset(outputs), uploads=uploads or {}
    )


def blank(*, width: int = 64, output: str = "SaveImage", **more: object) -> Run:
    """One picture of one colour; `width=0` is refused."""
    ending = node(output, images=["1", 0], **({"filename_prefix": "test"} if output == "SaveImage" else {}))
    image = node("EmptyImage", width=width, height=64, batch_size=1, color=next(_fresh) % 0xFFFFFF)
    return run_of({"1": image, "9": ending, **more})


def painting(*, steps: int = 4, checkpoint: str = SIMULATED, size: int = 64, seed: int | None = None) -> Run:
    """Text to image; node 3 samples, node 9 saves."""
    return run_of(
        {
            "4": node("CheckpointLoaderSimple", ckpt_name=checkpoint),
            "5": node("EmptyLatentImage", width=size, height=size, batch_size=1),
            "6": node("CLIPTextEncode", text="a lighthouse", clip=["4", 1]),
            "7": node("CLIPTextEncode", text="blurry", clip=["4", 1]),
            "3": node(
                "KSampler",
                model=["4", 0],
                positive=["6", 0],
                negative=["7", 0],
                latent_image=["5", 0],
                seed=next(_fresh) if seed is None else seed,
                steps=steps,
                cfg=5.0,
                sampler_name="euler",
                scheduler="normal",
                denoise=1.0,
            ),
            "8": node("VAEDecode", samples=["3", 0], vae=["4", 2]),
            "9": node("SaveImage", images=["8", 0], filename_prefix="test"),
        }
    )


def broken_upload() -> Run:
    """A run that is accepted, and fails: its picture is none."""
    name = f"broken-{next(_fresh)}.png"
    return run_of(
        {"1": node("LoadImage", image=name), "9": node("SaveImage", images=["1", 0], filename_prefix="test")},
        uploads={name: b"this is no picture"},
    )


def half_refused() -> Run:
    """A graph with a good output, which a server accepts, and a bad one, which is the one that is wanted."""
    nodes = {
        "1": node("EmptyImage", width=64, height=64, batch_size=1, color=next(_fresh) % 0xFFFFFF),
        "2": node("SaveImage", images=["1", 0], filename_prefix="test"),
        "3": node("EmptyImage", width=0, height=64, batch_size=1, color=0),
        "9": node("SaveImage", images=["3", 0], filename_prefix="test"),
    }
    return run_of(nodes)
