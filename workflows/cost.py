"""The joint bound of a job: width × height × count × frames × steps, so that no allowed combination is a bomb."""

from collections.abc import Callable
from math import prod

from workflows.faults import Fault
from workflows.manifest import Cost
from workflows.numbers import written
from workflows.values import FileHandle, Size, Value, Values


def cost_of(cost: Cost, values: Values) -> float:
    """Multiply the factors; a size or a picture counts its pixels, and what has no amount counts once."""
    return prod(_amount(values.get(name)) for name in cost.factors)


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
