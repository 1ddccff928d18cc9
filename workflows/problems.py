"""pydantic's findings as sentences for whoever wrote the file: a dotted key, then what is wrong with it."""

from collections.abc import Collection

from pydantic import ValidationError


def problems_of(error: ValidationError, *, tags: Collection[str] = ()) -> list[str]:
    """List every problem; `tags` are the discriminators that pydantic puts into a place and no author has written."""
    return [_sentence(problem["loc"], problem["type"], problem["msg"], tags) for problem in error.errors()]


def _sentence(place: tuple[int | str, ...], kind: str, said: str, tags: Collection[str]) -> str:
    # A tag stands third: parameters.steps.INTEGER.min. Elsewhere the same word is a name of the author's.
    key = ".".join(str(part) for index, part in enumerate(place) if not (index == 2 and part in tags))
    if kind == "extra_forbidden":
        return f"{key}: there is no such setting."
    words = said.removeprefix("Value error, ").rstrip(".")
    return f"{key}: {words[:1].lower()}{words[1:]}." if key else f"{words[:1].upper()}{words[1:]}."
