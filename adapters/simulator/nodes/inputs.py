"""Typed access to the inputs of a node; a literal where a link belongs fails here, at run time, as in ComfyUI."""

from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")
Inputs = Mapping[str, object]


def take(inputs: Inputs, name: str, kind: type[T]) -> T:
    """The input of this name; TypeError when it is of another kind."""
    value = inputs[name]
    if not isinstance(value, kind):
        raise TypeError(f"'{type(value).__name__}' object is not a {kind.__name__}")
    return value


def number(inputs: Inputs, name: str) -> float:
    """An INT or FLOAT input."""
    return float(take(inputs, name, int | float))  # type: ignore[arg-type]


def integer(inputs: Inputs, name: str) -> int:
    """An INT input."""
    return take(inputs, name, int)


def text(inputs: Inputs, name: str) -> str:
    """A STRING or choice input."""
    return take(inputs, name, str)
