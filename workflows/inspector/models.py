"""Choices: checkpoint, LoRA, ControlNet, upscaler, sampler and scheduler. What there is to choose, servers say."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from workflows.graph import JsonValue, Link, Node
from workflows.inspector.amounts import CONTROLNET_STRENGTH, LORA_STRENGTH, add_amounts
from workflows.inspector.sketch import Sketch, Spot, agreeing, named
from workflows.parameters import Binding, Choice

_CLASS_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """A sort of choice: what to call it and which inputs take it."""

    name: str
    inputs: frozenset[str]
    help: str
    aliases: tuple[str, ...] = ()


SAMPLER = Selection(name="sampler", inputs=frozenset({"sampler_name"}), help="The sampling method.")
SCHEDULER = Selection(name="scheduler", inputs=frozenset({"scheduler"}), help="How the noise is spread over the steps.")
MODEL = Selection(name="model", inputs=frozenset({"ckpt_name", "unet_name"}), help="Which model paints.")
LORA = Selection(name="lora", inputs=frozenset({"lora_name"}), help="Which LoRA changes the model.")
CONTROLNET = Selection(
    name="controlnet", inputs=frozenset({"control_net_name"}), help="What is read from the control picture."
)
UPSCALER = Selection(
    name="upscale_model", inputs=frozenset({"model_name"}), help="Which model enlarges.", aliases=("upscaler",)
)


def find_methods(sketch: Sketch) -> None:
    """Add the sampling method and the scheduler."""
    for selection in (SAMPLER, SCHEDULER):
        _add(sketch, selection, _spots(sketch, selection))


def find_models(sketch: Sketch) -> None:
    """Add the models that a graph loads by name, with the strengths at which they work."""
    _add(sketch, MODEL, _spots(sketch, MODEL))
    for node in sketch.order:
        if "lora_name" in node.inputs:
            _add_lora(sketch, node)
    _add(sketch, CONTROLNET, _spots(sketch, CONTROLNET))
    _add_controlnet_strength(sketch)
    _add(sketch, UPSCALER, [spot for spot in _spots(sketch, UPSCALER) if "Upscale" in spot.node.class_type])


def is_file_name(value: JsonValue) -> bool:
    """Tell whether a literal is a name that can be chosen."""
    return isinstance(value, str)


def _spots(sketch: Sketch, selection: Selection) -> list[Spot]:
    # Servers name their choices by class and input, so the widget has to be the very input that has them.
    spots = list(sketch.spots(selection.inputs, is_file_name))
    chosen = [spot for spot in spots if spot.widget.input in selection.inputs]
    for spot in spots:
        if spot not in chosen:
            sentence = f"{spot.input} of {named(spot.node)} comes from {named(spot.widget.node)}, which has no list."
            sketch.leave(sentence, spot.widget.node, spot.widget.input)
    return chosen


def _add(sketch: Sketch, selection: Selection, spots: Iterable[Spot]) -> None:
    for group in agreeing(spots):
        sketch.add(selection.name, [spot.widget for spot in group], partial(_choice, sketch, selection))


def _choice(sketch: Sketch, selection: Selection, bind: tuple[Binding, ...]) -> Choice:
    aliases = () if selection.name in sketch.parameters else selection.aliases
    return Choice(kind="choice", help=selection.help, aliases=aliases, bind=bind)


def _add_lora(sketch: Sketch, node: Node) -> None:
    # Each loader is a LoRA of its own, even where two load the same file.
    spot = sketch.spot(node, "lora_name", is_file_name, LORA.inputs)
    if spot is None or spot.widget.input not in LORA.inputs:
        return
    name = sketch.add(LORA.name, [spot.widget], partial(_choice, sketch, LORA))
    if name is None:
        return
    names = [each for each in ("strength_model", "strength_clip") if each in node.inputs]
    strengths = [sketch.spot(node, each, LORA_STRENGTH.fits, LORA_STRENGTH.inputs) for each in names]
    groups = agreeing([strength for strength in strengths if strength])
    add_amounts(sketch, LORA_STRENGTH, groups[0] if groups else [])
    for strength in groups[1] if len(groups) > 1 else []:
        sketch.leave(f"{strength.input} of {named(node)} stays: it differs from strength_model.", node, strength.input)


def _add_controlnet_strength(sketch: Sketch) -> None:
    users = [node for node in sketch.order if isinstance(node.inputs.get("control_net"), Link)]
    spots = [
        sketch.spot(node, "strength", CONTROLNET_STRENGTH.fits, CONTROLNET_STRENGTH.inputs)
        for node in users
        if "strength" in node.inputs
    ]
    add_amounts(sketch, CONTROLNET_STRENGTH, [spot for spot in spots if spot])
