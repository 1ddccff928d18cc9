"""What arguments may look like: checks that compose, and that name each fault with its JSON pointer, all at once."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong."""

    path: Path
    message: str

    def __str__(self) -> str:
        return f"{self.message} [json-pointer:/{'/'.join(map(str, self.path))}]"


Check = Callable[[Any, Path], Iterator[Fault]]


def text(least: int = 0, most: int = 3000, *, like: str | None = None) -> Check:
    """Accept a string of that many characters, matching the pattern as a whole."""

    def check(value: Any, path: Path) -> Iterator[Fault]:
        if not isinstance(value, str):
            yield Fault(path=path, message="must be a string")
        elif len(value) < least:
            yield Fault(path=path, message=f"must be more than {least - 1} characters")
        elif len(value) > most:
            yield Fault(path=path, message=f"must be less than {most + 1} characters")
        elif like is not None and not re.fullmatch(like, value):
            yield Fault(path=path, message=f"must match the pattern {like}")

    return check


def integer(least: int = 0, most: int = 2**53) -> Check:
    """Accept a whole number."""

    def check(value: Any, path: Path) -> Iterator[Fault]:
        if isinstance(value, bool) or not isinstance(value, int):
            yield Fault(path=path, message="must be an integer")
        elif not least <= value <= most:
            yield Fault(path=path, message=f"must be between {least} and {most}")

    return check


def flag(value: Any, path: Path) -> Iterator[Fault]:
    """Accept true or false."""
    if not isinstance(value, bool):
        yield Fault(path=path, message="must be a boolean")


def anything(value: Any, path: Path) -> Iterator[Fault]:
    """Accept whatever it is."""
    return iter(())


def one_of(*values: Any) -> Check:
    """Accept one of these values."""

    def check(value: Any, path: Path) -> Iterator[Fault]:
        if value not in values:
            yield Fault(path=path, message=f"must be a valid enum value: {', '.join(map(str, values))}")

    return check


def listing(inner: Check, least: int = 0, most: int = 100) -> Check:
    """Accept a list of that many."""

    def check(value: Any, path: Path) -> Iterator[Fault]:
        if not isinstance(value, list):
            yield Fault(path=path, message="must be an array")
            return
        if len(value) < least:
            yield Fault(path=path, message=f"no fewer than {least} items allowed")
        if len(value) > most:
            yield Fault(path=path, message=f"no more than {most} items allowed")
        for index, item in enumerate(value):
            yield from inner(item, (*path, index))

    return check


def fields(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None, *also: Check) -> Check:
    """Accept an object with these fields and no others; `also` sees it once its fields are sound."""
    known = {**required, **(optional or {})}

    def check(value: Any, path: Path) -> Iterator[Fault]:
        if not isinstance(value, dict):
            yield Fault(path=path, message="must be an object")
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
            yield Fault(path=path, message=f"missing required field: {name}")
    for name, each in value.items():
        if name not in known:
            yield Fault(path=path, message=f"invalid additional property: {name}")
        else:
            yield from known[name](each, (*path, name))


def by_type(shapes: Mapping[str, Check], where: str = "") -> Check:
    """Accept an object that is sound for its own `type`; a type that is known, but not allowed here, is a fault."""

    def check(value: Any, path: Path) -> Iterator[Fault]:
        if not isinstance(value, dict):
            yield Fault(path=path, message="must be an object")
            return
        kind = value.get("type")
        if kind is None:
            yield Fault(path=path, message="missing required field: type")
        elif not isinstance(kind, str) or kind not in shapes:
            yield Fault(path=(*path, "type"), message=f"unsupported type: {kind}{where}")
        else:
            yield from shapes[kind]({key: each for key, each in value.items() if key != "type"}, path)

    return check


def exactly_one(*names: str) -> Check:
    """Accept an object that has one of these fields."""

    def check(value: Json, path: Path) -> Iterator[Fault]:
        given = [name for name in names if name in value]
        if len(given) != 1:
            yield Fault(path=path, message=f"must have exactly one of: {', '.join(names)}")

    return check


def at_least_one(*names: str) -> Check:
    """Accept an object that has any of these fields."""

    def check(value: Json, path: Path) -> Iterator[Fault]:
        if not any(name in value for name in names):
            yield Fault(path=path, message=f"missing required field: {names[0]}")

    return check
