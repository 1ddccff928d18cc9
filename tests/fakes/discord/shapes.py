"""What a body may look like: checks that compose, and that name each fault with its path, all faults at once."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong with a body."""

    path: Path
    code: str
    message: str


Check = Callable[[Any, Path], Iterator[Fault]]


def tree(faults: list[Fault]) -> Json:
    """Return the faults as Discord nests them: one level per step of the path, `_errors` at the leaves."""
    root: Json = {}
    for fault in faults:
        node = root
        for step in fault.path:
            node = node.setdefault(str(step), {})
        node.setdefault("_errors", []).append({"code": fault.code, "message": fault.message})
    return root


def text(least: int = 0, most: int = 6000, *, like: str | None = None) -> Check:
    """Accept a string of that many characters, matching the pattern as a whole."""

    def check(value: Any, path: Path) -> Iterator[Fault]:
        if not isinstance(value, str):
            yield Fault(path=path, code="STRING_TYPE_CONVERT", message=f"Could not interpret {value!r} as string.")
            return
        yield from _length(len(value), least, most, path, "in length")
        if like is not None and not re.fullmatch(like, value):
            yield Fault(path=path, code="STRING_TYPE_REGEX", message="String value did not match validation regex.")

    return check


def _length(length: int, least: int, most: int, path: Path, unit: str) -> Iterator[Fault]:
    if length < least and least == 1:
        yield Fault(path=path, code="BASE_TYPE_REQUIRED", message="This field is required")
    elif length < least:
        yield Fault(path=path, code="BASE_TYPE_MIN_LENGTH", message=f"Must be {least} or more {unit}.")
    elif length > most:
        yield Fault(path=path, code="BASE_TYPE_MAX_LENGTH", message=f"Must be {most} or fewer {unit}.")


def integer(least: int = 0, most: int = 2**53) -> Check:
    """Accept a whole number."""

    def check(value: Any, path: Path) -> Iterator[Fault]:
        if isinstance(value, bool) or not isinstance(value, int):
            yield Fault(path=path, code="NUMBER_TYPE_COERCE", message=f'Value "{value}" is not int.')
        elif not least <= value <= most:
            yield Fault(path=path, code="NUMBER_TYPE_RANGE", message=f"int value should be between {least} and {most}.")

    return check


def number(value: Any, path: Path) -> Iterator[Fault]:
    """Accept any number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        yield Fault(path=path, code="NUMBER_TYPE_COERCE", message=f'Value "{value}" is not float.')


def flag(value: Any, path: Path) -> Iterator[Fault]:
    """Accept true or false."""
    if not isinstance(value, bool):
        yield Fault(path=path, code="BOOLEAN_TYPE_CONVERT", message="Must be either true or false.")


def snowflake(value: Any, path: Path) -> Iterator[Fault]:
    """Accept an id: a string of digits, or the number."""
    if isinstance(value, bool) or not re.fullmatch(r"\d{1,20}", str(value)):
        yield Fault(path=path, code="NUMBER_TYPE_COERCE", message=f'Value "{value}" is not snowflake.')


def anything(value: Any, path: Path) -> Iterator[Fault]:
    """Accept whatever it is."""
    return iter(())


def one_of(*values: Any) -> Check:
    """Accept one of these values, of the same type."""

    def check(value: Any, path: Path) -> Iterator[Fault]:
        if not any(value == each and type(value) is type(each) for each in values):
            yield Fault(path=path, code="BASE_TYPE_CHOICES", message=f"Value must be one of {list(values)}.")

    return check


def nullable(inner: Check) -> Check:
    """Accept null, too."""

    def check(value: Any, path: Path) -> Iterator[Fault]:
        if value is not None:
            yield from inner(value, path)

    return check


def listing(inner: Check, least: int = 0, most: int = 100) -> Check:
    """Accept a list of that many."""

    def check(value: Any, path: Path) -> Iterator[Fault]:
        if not isinstance(value, list):
            yield Fault(path=path, code="LIST_TYPE_CONVERT", message="Only iterables may be used in a ListType")
            return
        if not least <= len(value) <= most:
            yield Fault(
                path=path,
                code="BASE_TYPE_BAD_LENGTH" if least else "BASE_TYPE_MAX_LENGTH",
                message=f"Must be between {least} and {most} in length.",
            )
        for index, item in enumerate(value):
            yield from inner(item, (*path, index))

    return check


def fields(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None, *also: Check) -> Check:
    """Accept an object with these fields and no others; `also` sees it once its fields are sound.

    Discord ignores some fields that it does not know; here every one of them is a fault, because it is a mistake.
    """
    known = {**required, **(optional or {})}

    def check(value: Any, path: Path) -> Iterator[Fault]:
        if not isinstance(value, dict):
            yield Fault(path=path, code="DICT_TYPE_CONVERT", message="Only dictionaries may be used in a DictType")
            return
        found = [*_fields(value, required, known, path)]
        yield from found
        if not found:
            for each in also:
                yield from each(value, path)

    return check


def _fields(value: Json, required: Mapping[str, Check], known: Mapping[str, Check], path: Path) -> Iterator[Fault]:
    for name in required:
        if name not in value:
            yield Fault(path=(*path, name), code="BASE_TYPE_REQUIRED", message="This field is required")
    for name, each in value.items():
        if name not in known:
            yield Fault(path=(*path, name), code="UNKNOWN_FIELD", message="This field is not known here.")
        else:
            yield from known[name](each, (*path, name))


def by_type(shapes: Mapping[int, Check]) -> Check:
    """Accept an object that is sound for its own `type`."""

    def check(value: Any, path: Path) -> Iterator[Fault]:
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, int) or kind not in shapes:
            yield Fault(
                path=(*path, "type"), code="BASE_TYPE_CHOICES", message=f"Value must be one of {sorted(shapes)}."
            )
            return
        yield from shapes[kind](value, path)

    return check
