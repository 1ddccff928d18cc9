"""A draft: what the inspector makes of a graph, and the manifest.toml that says it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from workflows.inspector.toml import TomlValue, comment, value
from workflows.manifest import Cost, Output
from workflows.parameters import Parameter
from workflows.text import clean

_HEAD = (
    "A draft by `fairbrush workflows import`. Read it, shorten it, change the words:",
    "what stands here is what people may set, and nothing else. Without a default the graph's own value holds.",
)
_KEYS = ("kind", "help", "aliases", "required", "max_length", "min", "max", "step", "offset", "default", "options")
_TITLE_MAX = 80
_REMARKS_MAX = 60
"""Lines of remarks in the file: enough for every graph that a person drew, and the file stays within its limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What may be set and where it goes; `found` and `left_alone` are sentences for the person who imports."""

    parameters: Mapping[str, Parameter]
    outputs: tuple[Output, ...]
    cost: Cost
    found: tuple[str, ...]
    left_alone: tuple[str, ...]

    def manifest_toml(self, title: str) -> str:
        """Write the manifest; it loads with the graph whenever the draft has an output."""
        blocks = [
            [*map(comment, _HEAD), "schema = 1", f"title = {value(_plain(title))}", 'summary = ""'],
            *(_parameter_lines(name, parameter) for name, parameter in self.parameters.items()),
            *([] if self.parameters else [["[parameters]"]]),
            *(["[[outputs]]", *_lines(output.model_dump())] for output in self.outputs),
            list(_cost_lines(self.cost)),
            *([["# Left as the graph has it:", *self._remarks()]] if self.left_alone else []),
        ]
        return "\n\n".join("\n".join(block) for block in blocks) + "\n"

    def _remarks(self) -> Iterator[str]:
        yield from (comment(f"- {remark[:300]}") for remark in self.left_alone[:_REMARKS_MAX])
        if len(self.left_alone) > _REMARKS_MAX:
            yield comment(f"- and {len(self.left_alone) - _REMARKS_MAX} more.")


def _plain(title: str) -> str:
    return " ".join(clean(title).split())[:_TITLE_MAX].strip() or "Workflow"


def _parameter_lines(name: str, parameter: Parameter) -> list[str]:
    fields = parameter.model_dump(exclude_defaults=True)
    bindings = [
        {key: content for key, content in binding.items() if content is not None} for binding in fields.pop("bind")
    ]
    return [
        f"[parameters.{name}]",
        *_lines({key: fields[key] for key in _KEYS if key in fields}),
        *_binding_lines([value(binding) for binding in bindings]),
    ]


def _binding_lines(bindings: list[str]) -> list[str]:
    if len(bindings) == 1:
        return [f"bind = [{bindings[0]}]"]
    return ["bind = [", *(f"    {binding}," for binding in bindings), "]"]


def _cost_lines(cost: Cost) -> Iterator[str]:
    if cost.factors:
        yield comment(f"{' × '.join(cost.factors)} together: eight times what the defaults come to.")
    else:
        yield comment("Nothing here multiplies the work.")
    yield "[cost]"
    limit = int(cost.limit) if cost.limit == int(cost.limit) else cost.limit
    yield from _lines({"limit": limit, "factors": cost.factors})


def _lines(fields: Mapping[str, TomlValue]) -> list[str]:
    return [f"{key} = {value(content)}" for key, content in fields.items()]
