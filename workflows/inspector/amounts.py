"""Numbers: seed, steps, cfg, guidance, denoise, counts and strengths, each with bounds that make sense to people."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from math import ceil, floor, isfinite
from typing import TypeGuard

from workflows.graph import JsonValue, Link, Node
from workflows.inspector.sketch import Sketch, Spot, agreeing, is_reroute, named
from workflows.numbers import written
from workflows.parameters import SEED_MAX, Binding, Integer, Number, Seed


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A sort of number: what to call it, and how far it goes."""

    name: str
    inputs: frozenset[str]
    help: str
    usual: tuple[float, float]  #: what people are offered, widened to the graph's own value
    possible: tuple[float, float]  #: what stock nodes take (ComfyUI 0.3.64); a value beyond is left alone
    whole: bool = False
    costly: bool = False
    aliases: tuple[str, ...] = ()

    def fits(self, value: JsonValue) -> bool:
        """Tell whether a literal is such a number."""
        if not is_number(value) or not self.possible[0] <= value <= self.possible[1]:
            return False
        return not self.whole or value == int(value)


STEPS = Amount(
    name="steps",
    inputs=frozenset({"steps"}),
    help="How long to work on it: more steps, more detail.",
    usual=(1, 60),
    possible=(1, 10_000),
    whole=True,
    costly=True,
)
CFG = Amount(
    name="cfg",
    inputs=frozenset({"cfg", "cfg_conds", "cfg_cond2_negative"}),
    help="How closely to follow the prompt.",
    usual=(1, 20),
    possible=(0, 100),
)
GUIDANCE = Amount(
    name="guidance",
    inputs=frozenset({"guidance"}),
    help="How closely to follow the prompt.",
    usual=(1, 10),
    possible=(0, 100),
)
DENOISE = Amount(
    name="denoise",
    inputs=frozenset({"denoise"}),
    help="How far to go from the original: 0.2 retouches, 0.9 repaints.",
    usual=(0.05, 1),
    possible=(0, 1),
)
MEGAPIXELS = Amount(
    name="megapixels",
    inputs=frozenset({"megapixels"}),
    help="The size to work at, in millions of pixels.",
    usual=(0.05, 4),
    possible=(0.01, 16),
    costly=True,
)
COUNT = Amount(
    name="count",
    inputs=frozenset({"batch_size"}),
    help="How many pictures.",
    usual=(1, 8),
    possible=(1, 4096),
    whole=True,
    costly=True,
)
REPEATS = Amount(
    name="count",
    inputs=frozenset({"amount"}),
    help=COUNT.help,
    usual=COUNT.usual,
    possible=(1, 4096),
    whole=True,
    costly=True,
)

LORA_STRENGTH = Amount(
    name="lora_strength",
    inputs=frozenset({"strength_model", "strength_clip"}),
    help="How much the LoRA changes: 0 is nothing.",
    usual=(-2, 2),
    possible=(-100, 100),
)
CONTROLNET_STRENGTH = Amount(
    name="controlnet_strength",
    inputs=frozenset({"strength"}),
    help="How strictly to follow the control picture: 0 is not at all.",
    usual=(0, 2),
    possible=(0, 10),
)

_SEEDS = frozenset({"seed", "noise_seed"})
_REPEATERS = frozenset({"RepeatLatentBatch", "RepeatImageBatch"})
_NARROW_STEPS = {"SDTurboScheduler": 10}  # its maximum in 0.3.64, known without asking a server

_STOCK_SAMPLERS = frozenset({"KSampler", "KSamplerAdvanced", "SamplerCustom", "RandomNoise"})
# What a node of which nothing is known takes as a seed is guessed from what it holds; PrimitiveInt ends at 2^63 - 1.
_SEED_LIMITS = (2**32 - 1, 2**53 - 1, 2**63 - 1, SEED_MAX)


def find_amounts(sketch: Sketch) -> None:
    """Add every number that samplers, schedulers and guiders take."""
    add_amounts(sketch, STEPS, sketch.spots(STEPS.inputs, STEPS.fits))
    _find_guidance(sketch)
    add_amounts(sketch, DENOISE, _denoise_spots(sketch))
    _find_seeds(sketch)
    add_amounts(sketch, MEGAPIXELS, sketch.spots(MEGAPIXELS.inputs, MEGAPIXELS.fits))
    _find_counts(sketch)


def add_amounts(sketch: Sketch, amount: Amount, spots: Iterable[Spot]) -> None:
    """Add one parameter for each value: what agrees in the graph is set together."""
    for group in agreeing(spots):
        widgets = [spot.widget for spot in group]
        sketch.add(amount.name, widgets, partial(_made, sketch, amount, group), costly=amount.costly)


def bounds(sketch: Sketch, usual: tuple[float, float], group: list[Spot]) -> tuple[float, float]:
    """Widen the usual bounds to the graph's own value, and narrow them to what the server's nodes take."""
    own = number_at(group[0])
    least, most = min(usual[0], own), max(usual[1], own)
    for definition in sketch.definitions_of(group):
        if definition.minimum is not None and isfinite(definition.minimum):
            least = max(least, min(definition.minimum, own))
        if definition.maximum is not None and isfinite(definition.maximum):
            most = min(most, max(definition.maximum, own))
    return least, most


def is_number(value: object) -> TypeGuard[int | float]:
    """Tell whether a literal is a finite number; yes and no are none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return isinstance(value, int) or isfinite(value)


def number_at(spot: Spot) -> int | float:
    """Return the number that the graph has at a spot, which fits already."""
    value = spot.widget.value
    return value if is_number(value) else 0


def _made(sketch: Sketch, amount: Amount, group: list[Spot], bind: tuple[Binding, ...]) -> Integer | Number:
    least, most = bounds(sketch, _usual(amount, group), group)
    default = number_at(group[0])
    # An alias belongs to the first of several: a word can mean one parameter only.
    aliases = () if amount.name in sketch.parameters else amount.aliases
    if not amount.whole:
        return Number(kind="number", help=amount.help, aliases=aliases, min=least, max=most, default=default, bind=bind)
    return Integer(
        kind="integer",
        help=amount.help,
        aliases=aliases,
        min=ceil(least),
        max=floor(most),
        default=int(default),
        bind=bind,
    )


def _usual(amount: Amount, group: list[Spot]) -> tuple[float, float]:
    if amount is not STEPS:
        return amount.usual
    most = min([amount.usual[1], *(_NARROW_STEPS.get(spot.node.class_type, amount.usual[1]) for spot in group)])
    return _handover(group) + 1, most


def _handover(group: list[Spot]) -> int:
    """Return the step at which one sampler hands on to the next: with fewer steps the second would do nothing."""
    total = number_at(group[0])
    marks = (spot.node.literal(name) for spot in group for name in ("start_at_step", "end_at_step"))
    return max((int(mark) for mark in marks if is_number(mark) and 0 < mark < total), default=0)


def _find_guidance(sketch: Sketch) -> None:
    guidance = list(sketch.spots(GUIDANCE.inputs, GUIDANCE.fits))
    cfg = list(sketch.spots(CFG.inputs, CFG.fits))
    if guidance:
        for spot in [spot for spot in cfg if spot.widget.value == 1]:
            sentence = f"{spot.input} of {named(spot.node)} stays 1: guidance does its work."
            sketch.leave(sentence, spot.node, spot.input)
            cfg.remove(spot)
    add_amounts(sketch, replace(GUIDANCE, aliases=() if cfg else ("cfg",)), guidance)
    add_amounts(sketch, CFG, cfg)


def _denoise_spots(sketch: Sketch) -> Iterator[Spot]:
    for spot in sketch.spots(DENOISE.inputs, DENOISE.fits):
        if spot.widget.value == 1 and _starts_from_nothing(sketch, spot.node):
            sentence = f"denoise of {named(spot.node)} stays 1: there is nothing to start from but noise."
            sketch.leave(sentence, spot.node, "denoise")
        else:
            yield spot


def _starts_from_nothing(sketch: Sketch, node: Node) -> bool:
    """Tell whether the sampler (or those that a scheduler feeds) begins with an empty latent, not with a picture."""
    samplers = [node] if "latent_image" in node.inputs else [user for user, _, _ in sketch.consumers(node)]
    return bool(samplers) and all(_is_empty(sketch, sampler) for sampler in samplers)


def _is_empty(sketch: Sketch, sampler: Node) -> bool:
    link = sampler.inputs.get("latent_image")
    while isinstance(link, Link):
        source = sketch.graph.nodes[link.node]
        if {"width", "height"} <= source.inputs.keys() and not {"samples", "pixels"} & source.inputs.keys():
            return True
        # A batch of it, a reroute, a part of it: still what it was.
        latents = [link for name, link in source.links() if name in ("samples", "latent") or is_reroute(source)]
        link = latents[0] if len(latents) == 1 and "positive" not in source.inputs else None
    return False


def _find_seeds(sketch: Sketch) -> None:
    spots = list(sketch.spots(_SEEDS, lambda value: is_number(value) and isinstance(value, int)))
    noisy = [spot for spot in spots if spot.node.literal("add_noise") not in ("disable", False)]
    taken = {spot.widget.key for spot in noisy}
    for spot in spots:
        if spot.widget.key not in taken:
            sketch.leave(f"{spot.input} of {named(spot.node)} has no effect: it adds no noise.", spot.node, spot.input)
    for group in agreeing(noisy):
        sketch.add("seed", [spot.widget for spot in group], partial(_seed, sketch, group))


def _seed(sketch: Sketch, group: list[Spot], bind: tuple[Binding, ...]) -> Seed:
    limits = [definition.maximum for definition in sketch.definitions_of(group)]
    known = [int(limit) for limit in limits if limit is not None and 1 <= limit <= SEED_MAX]
    return Seed(
        kind="seed",
        help="Where chance begins: the same seed paints the same picture.",
        max=min([*known, *(_seed_limit(spot) for spot in group if not known)], default=SEED_MAX),
        bind=bind,
    )


def _seed_limit(spot: Spot) -> int:
    if spot.widget.node.class_type in _STOCK_SAMPLERS:
        return SEED_MAX
    own = number_at(spot)
    return next((limit for limit in _SEED_LIMITS if own <= limit), SEED_MAX)


def _find_counts(sketch: Sketch) -> None:
    counts = [spot for spot in sketch.spots(COUNT.inputs, COUNT.fits) if not _is_video(sketch, spot.node)]
    repeats = [spot for spot in sketch.spots(REPEATS.inputs, REPEATS.fits) if spot.node.class_type in _REPEATERS]
    if not counts:
        add_amounts(sketch, REPEATS, repeats)
        return
    add_amounts(sketch, COUNT, counts)
    for spot in repeats:
        # Two numbers that multiply each other would make the square of what somebody asks.
        sentence = f"amount of {named(spot.node)} stays {written(number_at(spot))}: batch_size says how many."
        sketch.leave(sentence, spot.node, "amount")


def _is_video(sketch: Sketch, node: Node) -> bool:
    if "length" not in node.inputs and "video_frames" not in node.inputs:
        return False
    sentence = f"batch_size of {named(node)} stays: two videos of one run would end up in one file."
    sketch.leave(sentence, node, "batch_size")
    return True
