"""Where a run is, as the bodies of GET /queue and GET /history/{id} tell it: the truth, whatever the socket said."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from adapters.comfyui.failure import failure_of
from adapters.comfyui.outputs import NodeOutput, Wanted, collect
from adapters.comfyui.pictures import SENDS_PICTURES
from bot.errors import ExecutionFailed, NothingProduced, ResultLost
from bot.events import Failed, Interrupted, RunEnd, Succeeded

OUTPUTS_KEY = "fairbrush_outputs"
"""Where a run's wanted nodes stand in its extra_data, so that whoever adopts the run knows them too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What the server still knows of how a run was submitted: for a process that did not submit it."""

    classes: Mapping[str, str] = field(default_factory=dict)
    wanted: Wanted = field(default_factory=Wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """In the server's own queue, and which runs are before it, the executing one included."""

    before: tuple[str, ...]
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """In work."""

    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    """In the history."""

    end: RunEnd


@dataclass(frozen=True, slots=True)
class Nowhere:
    """Neither in the queue nor in the history."""


Whereabouts = Pending | Running | Over | Nowhere


def in_queue(body: Mapping[str, object], prompt_id: str) -> Pending | Running | None:
    """Look a run up in the body of GET /queue."""
    running = list(items(body.get("queue_running")))
    for item in running:
        if item[1] == prompt_id:
            return Running(origin=_origin(item))
    # The server lists its heap as it lies in memory: only the numbers tell the order.
    pending = sorted(items(body.get("queue_pending")), key=_number)
    for place, item in enumerate(pending):
        if item[1] == prompt_id:
            before = [*running, *pending[:place]]
            return Pending(before=tuple(str(each[1]) for each in before), origin=_origin(item))
    return None


def in_history(body: Mapping[str, object], prompt_id: str, wanted: Wanted | None) -> Over | None:
    """Look a run up in the body of GET /history/{id}; `wanted` None: the entry itself tells, if anybody does."""
    entry = body.get(prompt_id)
    if not isinstance(entry, dict):
        return None
    prompt = entry.get("prompt")
    origin = _origin(prompt) if isinstance(prompt, list) else Origin()
    return Over(end=_end(entry, wanted or origin.wanted, origin.classes))


def items(value: object) -> Iterator[list[object]]:
    """Return the runs of one part of the body of GET /queue: number, id, graph, extra_data, outputs."""
    for item in value if isinstance(value, list) else ():
        if isinstance(item, list) and len(item) > 1:
            yield item


def _number(item: list[object]) -> int | float:
    # As it is: an integer may be too large for a float.
    return item[0] if isinstance(item[0], int | float) else 0


def _origin(item: list[object]) -> Origin:
    graph = item[2] if len(item) > 2 and isinstance(item[2], dict) else {}
    extra = item[3] if len(item) > 3 and isinstance(item[3], dict) else {}
    outputs = extra.get(OUTPUTS_KEY)
    return Origin(
        classes={node: str(spec.get("class_type")) for node, spec in graph.items() if isinstance(spec, dict)},
        wanted=Wanted(
            nodes=frozenset(map(str, outputs)) if isinstance(outputs, list) else frozenset(), order=tuple(graph)
        ),
    )


def _end(entry: Mapping[str, object], wanted: Wanted, classes: Mapping[str, str]) -> RunEnd:
    status = entry.get("status")
    if isinstance(status, dict) and status.get("status_str") == "error":
        return _bad_end(status.get("messages"))
    files, texts = collect(_outputs(entry), wanted)
    if not files and not texts:
        # What was sent over the socket stands in no history: it may have been made, but here it is lost.
        sent = any(name == SENDS_PICTURES for node, name in classes.items() if node in (wanted.nodes or classes))
        return Failed(error=ResultLost() if sent else NothingProduced())
    return Succeeded(files=files, texts=texts)


def _bad_end(messages: object) -> RunEnd:
    # An interrupt looks like an error but for its last message (0.3.64).
    for message in reversed(messages if isinstance(messages, list) else []):
        match message:
            case ["execution_interrupted", *_]:
                return Interrupted()
            case ["execution_error", dict(report)]:
                return Failed(error=failure_of(report))
    return Failed(error=ExecutionFailed())


def _outputs(entry: Mapping[str, object]) -> Iterator[NodeOutput]:
    outputs, meta = entry.get("outputs"), entry.get("meta")
    for node, output in outputs.items() if isinstance(outputs, dict) else ():
        about = meta.get(node) if isinstance(meta, dict) else None
        shown_as = about.get("display_node") if isinstance(about, dict) else None
        if isinstance(output, dict):
            # A renamed node that came from the cache has its old name here, but its new one as the key.
            yield NodeOutput(node=node, shown_as=shown_as if isinstance(shown_as, str) else node, output=output)
