"""`size:1024x768` and `ar:16:9`: two ways to say width and height at once.

A ratio keeps the area that the checkpoint's family paints best: 16:9 of 1024² is 1368x768, of 512² is 680x384.
"""

from collections.abc import Callable, Mapping
from math import sqrt

from workflows.faults import shown
from workflows.parameters import Integer, Parameter, Refused, SizeParameter, as_text
from workflows.values import RawValue, Size, Value, read_ratio, read_size

SIZE = "size"
RATIO = "ar"

_SAID_TWICE = "the shape is said twice. Keep one of size, ar, or width and height."


class _OutOfReach(ValueError):
    """A side that the ratio asks for is out of bounds."""


Sides = tuple[Integer, Integer]


def shorthands(parameters: Mapping[str, Parameter]) -> tuple[str, ...]:
    """Return the words beyond the parameters' own that a workflow understands."""
    if _sides(parameters):
        return (SIZE, RATIO)
    return (RATIO,) if isinstance(parameters.get(SIZE), SizeParameter) else ()


def spell_out(
    parameters: Mapping[str, Parameter], raw: Mapping[str, RawValue], default: Callable[[str], Value]
) -> dict[str, RawValue]:
    """Replace `size` and `ar` by what they stand for; `default` tells the value of a side that nobody set.

    Raises Refused, whose reason is about `ar` if that was given, else about `size`.
    """
    shorthand = shorthands(parameters)
    spelled = {name: value for name, value in raw.items() if name not in shorthand}
    sides = _sides(parameters)
    if sides and SIZE in raw:
        spelled |= _from_size(raw, spelled)
    if RATIO in shorthand and RATIO in raw:
        ratio = read_ratio(as_text(raw[RATIO]))
        if ratio is None:
            raise Refused(f"needs a ratio such as 16:9, not {shown(as_text(raw[RATIO]))}.")
        try:
            spelled |= (
                _from_ratio(sides, ratio, spelled, default) if sides else _as_size(parameters, ratio, raw, default)
            )
        except _OutOfReach as fault:
            raise Refused(f"{shown(as_text(raw[RATIO]))} {fault}") from fault
    return spelled


def _sides(parameters: Mapping[str, Parameter]) -> Sides | None:
    width, height = parameters.get("width"), parameters.get("height")
    return (width, height) if isinstance(width, Integer) and isinstance(height, Integer) else None


def _from_size(raw: Mapping[str, RawValue], spelled: Mapping[str, RawValue]) -> dict[str, RawValue]:
    if RATIO in raw or "width" in spelled or "height" in spelled:
        raise Refused(_SAID_TWICE)
    size = read_size(as_text(raw[SIZE]))
    if size is None:
        raise Refused(f"needs a width and a height such as 1024x768, not {shown(as_text(raw[SIZE]))}.")
    return {"width": size.width, "height": size.height}


def _from_ratio(
    sides: Sides, ratio: float, spelled: Mapping[str, RawValue], default: Callable[[str], Value]
) -> dict[str, RawValue]:
    width, height = sides
    match "width" in spelled, "height" in spelled:
        case True, True:
            raise Refused(_SAID_TWICE)
        case True, False:
            return _other_side("height", height, width, spelled["width"], 1 / ratio)
        case False, True:
            return _other_side("width", width, height, spelled["height"], ratio)
    area = _pixels(default("width")) * _pixels(default("height"))
    return {"width": _fitted(width, sqrt(area * ratio)), "height": _fitted(height, sqrt(area / ratio))}


def _other_side(name: str, side: Integer, given: Integer, raw: RawValue, factor: float) -> dict[str, RawValue]:
    try:
        pixels = given.read(raw)
    except Refused:
        return {}  # The given side is at fault, and reading it as a value will say so.
    return {name: _fitted(side, pixels * factor)}


def _as_size(
    parameters: Mapping[str, Parameter], ratio: float, raw: Mapping[str, RawValue], default: Callable[[str], Value]
) -> dict[str, RawValue]:
    if SIZE in raw:
        raise Refused(_SAID_TWICE)
    parameter, usual = parameters[SIZE], default(SIZE)
    if not isinstance(parameter, SizeParameter) or not isinstance(usual, Size):
        raise Refused("needs a size to start from.")
    area = usual.width * usual.height
    return {SIZE: f"{_fitted(parameter, sqrt(area * ratio))}x{_fitted(parameter, sqrt(area / ratio))}"}


def _pixels(value: Value) -> int:
    if not isinstance(value, int):
        raise Refused("needs a width and a height to start from.")
    return value


def _fitted(side: Integer | SizeParameter, ideal: float) -> int:
    offset = side.offset if isinstance(side, Integer) else 0
    fitted = round((ideal - offset) / side.step) * side.step + offset
    if not side.min <= fitted <= side.max:
        raise _OutOfReach(f"would make a side of {round(ideal)} pixels; sides go from {side.min} to {side.max}.")
    return fitted
