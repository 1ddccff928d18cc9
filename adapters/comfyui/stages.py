"""What a node class does, coarsely: its stage."""

import re

from bot.events import Stage

# First match wins. "UpscaleModelLoader" loads, "LatentUpscale" enlarges, "ImageUpscaleWithModel" enlarges.
_STAGES: tuple[tuple[re.Pattern[str], Stage], ...] = (
    (re.compile(r"^LoadImage|^LoadVideo|^LoadAudio"), Stage.WORKING),
    (re.compile(r"Loader|^Load"), Stage.LOADING),
    (re.compile(r"TextEncode|^CLIPTextEncode"), Stage.READING),
    (re.compile(r"KSampler|^SamplerCustom"), Stage.PAINTING),
    (re.compile(r"^VAEDecode"), Stage.DECODING),
    (re.compile(r"Upscale"), Stage.UPSCALING),
    (re.compile(r"^Save|^Preview|VideoCombine"), Stage.SAVING),
)


def stage_of(class_type: str | None) -> Stage:
    """Tell what a node of this class does; WORKING when nothing tells."""
    for mark, stage in _STAGES:
        if class_type is not None and mark.search(class_type):
            return stage
    return Stage.WORKING
