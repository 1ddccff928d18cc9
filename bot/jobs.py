"""Runs: one attempt at a job on one server."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NewType
from uuid import UUID, uuid5

from workflows.graph import Graph

JobId = NewType("JobId", UUID)
RunId = NewType("RunId", str)
"""A canonical lower-case UUID: ComfyUI from 0.25 of its new numbering on refuses any other form as a prompt_id."""


def run_id_of(job_id: JobId, attempt: int) -> RunId:
    """Derive the id of an attempt, so that whoever takes over after a crash looks for the same run."""
    return RunId(str(uuid5(job_id, str(attempt))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a server is given."""

    id: RunId
    graph: Graph
    outputs: frozenset[str]  #: ids of the nodes whose results are wanted
    uploads: Mapping[str, bytes] = field(default_factory=dict, repr=False)  #: name in the graph -> content
