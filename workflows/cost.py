"""The joint bound of a job: width × height × count × frames × steps, so that no allowed combination is a bomb."""

from collections.abc import Callable
from math import prod

from workflows.faults import Fault
from workflows.manifest import Cost, Manifest
from workflows.numbers import written
from workflows.parameters import Integer, Number, Parameter, SizeParameter
from workflows.values import FileHandle, Size, Value, Values

BATCH = "batch_size"
"""The input of ComfyUI's nodes that says how many pictures are made at once."""


def cost_of(cost: Cost, values: Values) -> float:
    """Multiply the factors; a size or a picture counts its pixels, and what has no amount counts once."""
    return prod(_amount(values.get(name)) for name in cost.factors)


def pictures_of(manifest: Manifest, values: Values) -> int:
    """Return how many pictures a job makes: by what it fills into a batch's size, else one."""
    counts = (
        value
        for name, parameter in manifest.parameters.items()
        if any(bound.input == BATCH for bound in parameter.bind) and isinstance(value := values.get(name), int)
    )
    return max(1, prod(counts))


def joint_fault(cost: Cost, values: Values, usual: Callable[[], Values]) -> Fault | None:
    """Tell whether the values together exceed the bound; the fault names the one furthest above its default."""
    total = cost_of(cost, values)
    if total <= cost.limit:
        return None
    defaults = usual()
    worst = max(cost.factors, key=lambda name: _amount(values.get(name)) / _amount(defaults.get(name)))
    given = " × ".join(_shown(values.get(name)) for name in cost.factors)
    names = ", ".join(dict.fromkeys(cost.factors))
    excess = written(round(max(total / cost.limit, 1.1), 1))
    return Fault(
        parameter=worst, reason=f"together too much for one job: {given} is {excess} times the limit. Lower {names}."
    )


def lower_what(manifest: Manifest, values: Values) -> str:
    """Say in a sentence what to lower of a job that ran out of memory: what multiplies the work, and what it is now.

    Steps take time and no memory, and what is at its least already cannot be lowered.
    """
    factors = {name: manifest.parameters[name] for name in manifest.cost.factors}
    names = [name for name, parameter in factors.items() if _can_be_lowered(parameter, values.get(name))]
    shape = {"width", "height"}
    if shape & {*names} and shape <= values.keys():
        # People know the two as one word.
        names = ["size", *(name for name in names if name not in shape)]
        values = {**values, "size": f"{values['width']}x{values['height']}"}
    wishes = [_wish(name, values[name]) for name in names]
    if not wishes:
        return "The GPU ran out of memory. Choose a smaller model or another workflow."
    return f"The GPU ran out of memory. Lower {' or '.join(filter(None, (', '.join(wishes[:-1]), wishes[-1])))}."


def _can_be_lowered(parameter: Parameter, value: Value) -> bool:
    match parameter:
        case Integer() | Number():
            takes_memory = any(bound.input != "steps" for bound in parameter.bind)
            return takes_memory and isinstance(value, int | float) and value > parameter.min
        case SizeParameter():
            return isinstance(value, Size) and max(value.width, value.height) > parameter.min
        case _:
            return isinstance(value, FileHandle)


def _wish(name: str, value: Value) -> str:
    what = f"size of the {name}" if isinstance(value, FileHandle) else name
    return f"the {what} (now {_shown(value)})"


def _amount(value: Value) -> float:
    match value:
        case Size() | FileHandle():
            return max(1, value.width * value.height)
        case int() | float():
            return max(value, 1e-9)
    return 1


def _shown(value: Value) -> str:
    match value:
        case FileHandle():
            return f"{value.width}x{value.height}"
        case int() | float():
            return written(value)
    return str(value)
