"""What is wrong with a file, for whoever wrote it; pydantic's findings become a dotted key and a sentence."""

from collections.abc import Collection, Iterable

from pydantic import ValidationError


class WorkflowFault(Exception):
    """The files of a workflow cannot be used; holds every problem at once, each a sentence for its author."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


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
