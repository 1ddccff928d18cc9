"""manifest.toml: what of a graph may be set, by which words, within which bounds. Data only: a folder is never code."""

import tomllib
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, ValidationError, field_validator

from workflows.parameters import FileParameter, Integer, Number, Parameter, ParameterName, SizeParameter, Strict
from workflows.problems import WorkflowFault, problems_of

MAX_MANIFEST_BYTES = 256 * 1024

RESERVED = frozenset({"workflow", "ar"})
"""Words that every platform understands by itself."""

COSTLY_INPUTS = frozenset(
    {"width", "height", "batch_size", "length", "num_frames", "frames", "steps", "amount", "megapixels", "scale_by"}
)
"""Inputs of stock node classes (ComfyUI 0.3.64) that multiply the work; whoever binds one has to bound it jointly."""


_KINDS = frozenset({"text", "integer", "number", "seed", "choice", "flag", "size", "image", "mask", "video"})


class Output(Strict):
    """A node whose results are the job's."""

    node: str
    class_type: str


class Cost(Strict):
    """The joint bound: the product of the factors (a size or a picture counts its pixels) stays at or under `limit`."""

    limit: float = Field(gt=0)
    factors: tuple[ParameterName, ...] = Field(default=(), strict=False)


Label = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")]
"""A word that operators give their servers; of the same form there, or no server could ever have it."""


class Needs(Strict):
    """What a server must have, beyond the node classes and models of the graph."""

    labels: tuple[Label, ...] = Field(default=(), max_length=16, strict=False)
    memory_gb: float = Field(default=0, ge=0, le=10_000)  #: of the GPU, as such cards are sold


class Action(Strict):
    """A button under a picture: which workflow takes it, as which parameter, with which other values."""

    workflow: str
    parameter: ParameterName
    values: dict[ParameterName, str] = Field(default_factory=dict)


class Manifest(Strict):
    """One workflow as its author declares it."""

    # The version of this format: a manifest of a later one is refused instead of being read wrongly.
    format: Literal[1] = Field(alias="schema")
    title: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    summary: Annotated[str, StringConstraints(max_length=300)] = ""
    parameters: dict[ParameterName, Parameter]
    outputs: tuple[Output, ...] = Field(min_length=1, strict=False)
    cost: Cost
    needs: Needs = Needs()
    actions: dict[Literal["vary", "upscale"], Action] = Field(default_factory=dict)
    nsfw: bool = False  #: for adults: a platform offers it only where it may be shown
    metadata: Literal["none", "parameters", "graph"] = "parameters"  #: what posted files may tell about their making

    def action(self, name: str) -> Action | None:
        """Return what a button of that name does; None where the workflow has none."""
        return next((action for each, action in self.actions.items() if each == name), None)

    @field_validator("parameters")
    @classmethod
    def _check_names(cls, parameters: dict[str, Parameter]) -> dict[str, Parameter]:
        taken = set(RESERVED) | ({"size"} if {"width", "height"} <= parameters.keys() else set())
        twice: list[str] = []
        for word in (word for name, parameter in parameters.items() for word in (name, *parameter.aliases)):
            twice.extend([repr(word)] if word in taken else [])
            taken.add(word)
        if twice:
            raise ValueError(f"taken already, as a name or an alias: {', '.join(twice)}")
        return parameters

    @field_validator("cost")
    @classmethod
    def _check_cost(cls, cost: Cost) -> Cost:
        if len(cost.factors) > 16:
            raise ValueError("16 factors at most")
        return cost

    def unbounded(self) -> list[str]:
        """Name the parameters that multiply the work without being a factor of the joint bound."""
        return [
            name
            for name, parameter in self.parameters.items()
            if isinstance(parameter, Integer | Number | SizeParameter)
            and name not in self.cost.factors
            and any(bound.input in COSTLY_INPUTS for bound in parameter.bind)
        ]


def read_manifest(text: str | bytes) -> Manifest:
    """Read a manifest; raises WorkflowFault with every problem found."""
    if len(text) > MAX_MANIFEST_BYTES:
        raise WorkflowFault([f"manifest.toml is larger than {MAX_MANIFEST_BYTES // 1024} KB."])
    try:
        # Editors on Windows begin a file with a byte order mark, which TOML does not know.
        content = tomllib.loads(text if isinstance(text, str) else text.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        # Not only TOML's own error: a number of five thousand digits is a plain ValueError.
        raise WorkflowFault([f"manifest.toml cannot be read: {error}."]) from error
    try:
        manifest = Manifest.model_validate(content)
    except ValidationError as error:
        raise WorkflowFault(problems_of(error, tags=_KINDS)) from error
    problems = _joint_problems(manifest)
    if problems:
        raise WorkflowFault(problems)
    return manifest


def _joint_problems(manifest: Manifest) -> list[str]:
    factors = {name: manifest.parameters.get(name) for name in manifest.cost.factors}
    return [
        *(f"cost.factors names {name!r}, which is no parameter." for name, factor in factors.items() if not factor),
        *(
            f"cost.factors names {name!r}, which has no amount: take numbers, sizes and pictures."
            for name, factor in factors.items()
            if factor and not isinstance(factor, Integer | Number | SizeParameter | FileParameter)
        ),
        *(
            f"parameters.{name} multiplies the work, so it has to be among cost.factors."
            for name in manifest.unbounded()
        ),
    ]
