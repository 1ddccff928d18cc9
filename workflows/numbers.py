"""Numbers as people type and read them, exact to the last digit: a 64-bit seed never passes through a float."""

import re
from decimal import Decimal

from workflows.text import folded

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,6})?", re.ASCII)
# Two places at most: `1,024` is a thousand to some and one to others, so it is neither.
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d{1,2}", re.ASCII)


def read_number(text: str) -> Decimal | None:
    """Read `30`, `30.0`, `１２`, `7,5` or `1e3`; None for anything else, `nan` and `inf` among it.

    The result may be of any magnitude: compare it with the bounds before turning it into an int.
    """
    plain = folded(text)
    if _DECIMAL_COMMA.fullmatch(plain):
        plain = plain.replace(",", ".")
    return Decimal(plain) if _NUMBER.fullmatch(plain) else None


def is_whole(number: Decimal) -> bool:
    """Tell whether nothing is lost by writing it as an integer."""
    return number == number.to_integral_value()


def written(number: float | Decimal) -> str:
    """Write a number as a person would: no trailing zeros, no exponent where it can be avoided."""
    text = format(number, "f") if isinstance(number, Decimal) else repr(number)
    return text.removesuffix(".0")


def several(count: int, word: str) -> str:
    """Say how many of something there are: `1 job`, `2 jobs`."""
    return f"{count} {word}{'' if count == 1 else 's'}"
