"""An `execution_error` as an error of ours: who can act, in a sentence that is safe to read.

The server's own text holds paths, traces and whole inputs, so it goes into `detail` only.
"""

import re
from collections.abc import Mapping

from adapters.comfyui.bodies import class_name_of
from adapters.comfyui.outputs import base_name
from bot.errors import ExecutionFailed, JobError, ModelMissing, OutOfMemory

_MAX_DETAIL = 2000
# torch on CUDA, ROCm, MPS and on the CPU (whose allocator raises a plain RuntimeError, seen with 0.3.64).
_NO_MEMORY = re.compile(r"out of memory|can't allocate memory|not enough memory", re.IGNORECASE)
_NO_MEMORY_TYPES = ("OutOfMemoryError", "MemoryError")
# folder_paths.get_full_path_or_raise: choices of newer nodes are not checked at submit, they fail here.
_NO_MODEL = re.compile(r"Model in folder '[^']*' with filename '([^']+)' not found")


def failure_of(report: Mapping[str, object]) -> JobError:
    """Read the payload of an `execution_error`, from the socket or from a history entry."""
    kind, message = str(report.get("exception_type", "")), str(report.get("exception_message", ""))[:_MAX_DETAIL]
    detail = f"node {report.get('node_id')} ({report.get('node_type')}): {kind}: {message}"[:_MAX_DETAIL]
    if kind.endswith(_NO_MEMORY_TYPES) or _NO_MEMORY.search(message):
        return OutOfMemory(detail=detail)
    if lacking := _NO_MODEL.search(message):
        return model_missing(lacking[1], detail=detail)
    if kind == "ExecutionBlocked":
        return ExecutionFailed("A step of the workflow refused to go on with these values.", detail=detail)
    return ExecutionFailed(_sentence(report.get("node_type")), detail=detail)


def model_missing(path: str, *, detail: str) -> ModelMissing:
    """Name the file that the server lacks, without its folders."""
    name = base_name(path)[:100]
    return ModelMissing(f"The GPU does not have the model “{name}” that this workflow needs.", detail=detail)


def _sentence(node_type: object) -> str | None:
    name = class_name_of(node_type)
    return f"A step of the workflow ({name}) failed on the GPU." if name else None
