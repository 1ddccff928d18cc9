"""Runs one prompt after another: cached nodes are skipped, the others run in order, and everything is reported."""

import asyncio
import hashlib
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from adapters.simulator.cache import NodeCache, Shown
from adapters.simulator.context import NodeContext, NodeFailure, NodeResult, Preview, RunInterrupted
from adapters.simulator.definitions import NodeClass
from adapters.simulator.faults import Faults
from adapters.simulator.files import Folders
from adapters.simulator.graphs import Prompt, inputs_of, is_link
from adapters.simulator.nodes.table import NEVER_CACHED, NODES, READS_A_FILE
from adapters.simulator.options import SimulatorOptions
from adapters.simulator.order import ExecutionOrder
from adapters.simulator.progress import RunReporter
from adapters.simulator.queue import HistoryEntry, QueueItem
from adapters.simulator.records import Outcome, Records
from adapters.simulator.sockets import Sockets

_TIPS = (
    "This error means you ran out of memory on your GPU.\n\nTIPS: If the workflow worked before you might have "
    "accidentally set the batch_size to a large number."
)


@dataclass(slots=True)
class Run:
    """The state of the run in progress; also what its nodes are lent (RunControl)."""

    item: QueueItem
    reporter: RunReporter
    executor: "Executor"
    loses_files: bool
    executed: list[str] = field(default_factory=list)
    node_inputs: Mapping[str, object] = field(default_factory=dict)
    """The inputs of the current node, for the report of an error."""

    async def pause(self, seconds: float, *, spent: float = 0.0) -> None:
        """Let simulated time pass."""
        await asyncio.sleep(max(0.0, seconds * self.executor.faults.slowness - spent))
        await self.executor.faults.wait_until_thawed()

    def check_interrupt(self) -> None:
        """Raise RunInterrupted once somebody interrupted the run."""
        if self.executor.interrupt_requested:
            self.executor.interrupt_requested = False
            raise RunInterrupted

    def progress(self, node_id: str, value: int, maximum: int, preview: Preview | None) -> None:
        """Report progress; an interrupt is noticed here, before anything is sent."""
        self.check_interrupt()
        self.reporter.progress(node_id, value, maximum, preview)

    def out_of_memory(self) -> bool:
        """True once when a test asked for it."""
        return self.executor.faults.take_out_of_memory()


@dataclass(slots=True, kw_only=True)
class Executor:
    """The one worker's executor and its node cache."""

    options: SimulatorOptions
    classes: Mapping[str, NodeClass]
    folders: Folders
    sockets: Sockets
    faults: Faults
    records: Records
    interrupt_requested: bool = False
    client_id: object = None
    """The owner of the last prompt that started."""
    current_node: str | None = None
    _cache: NodeCache = field(default_factory=NodeCache)
    _runs: int = 0

    def forget(self) -> None:
        """Drop the node cache (POST /free with free_memory)."""
        self._cache = NodeCache()

    async def execute(self, item: QueueItem) -> HistoryEntry:
        """Run a prompt to its end, whatever that is, and give its history entry.

        Raises TypeError on extra_data null, which kills the worker, as in ComfyUI.
        """
        self._runs += 1
        self.interrupt_requested = False
        self.client_id = item.extra_data["client_id"] if "client_id" in item.extra_data else None  # type: ignore[operator,index]  # noqa: SIM401
        reporter = RunReporter(self.sockets, item.prompt_id, self.client_id)
        run = Run(item, reporter, self, self.faults.take_lost_run())
        record = self.records.started(item.prompt_id, self.client_id)
        outcome = await self._run(run)
        self.records.finished(record, outcome, tuple(run.executed))
        self.current_node = None
        success = outcome == "success"
        status = {"status_str": "success" if success else "error", "completed": success, "messages": reporter.messages}
        return {"outputs": {}, "status": status, **self._shown(item.prompt)}

    async def _run(self, run: Run) -> Outcome:
        prompt, reporter = run.item.prompt, run.reporter
        reporter.lifecycle("execution_start", {"prompt_id": run.item.prompt_id})
        self._cache.begin(prompt, await asyncio.to_thread(self._changed, prompt) if self._reads_files(prompt) else {})
        cached = [node_id for node_id in prompt if self._cache.outputs(node_id) is not None]
        reporter.lifecycle("execution_cached", {"nodes": cached, "prompt_id": run.item.prompt_id})
        order = ExecutionOrder(
            prompt,
            run.item.outputs,
            is_cached=lambda node_id: self._cache.outputs(node_id) is not None,
            is_output=lambda node_id: self._class(prompt, node_id).is_output,
        )
        while order:
            node_id = order.pick()
            if (outcome := await self._node(run, node_id)) != "success":
                return outcome
            order.finish(node_id)
        reporter.lifecycle("execution_success", {"prompt_id": run.item.prompt_id})
        return "success"

    async def _node(self, run: Run, node_id: str) -> Outcome:
        node = (node_id, self._class(run.item.prompt, node_id).name)
        if self._cache.outputs(node_id) is not None:
            shown = self._cache.shown(node_id)
            run.reporter.executed(node_id, shown.output if shown else None)
            run.reporter.finish(node_id)
            return "success"
        self.current_node = node_id
        run.reporter.start(node_id)
        run.reporter.executing(node_id)
        try:
            await self._execute(run, *node)
        except RunInterrupted:
            run.reporter.interrupted(node, run.executed)
            return "interrupted"
        except Exception as fault:  # noqa: BLE001 — whatever a node raises is the run's error, as in ComfyUI
            run.reporter.error(node, run.executed, self._report(run, fault))
            return "error"
        run.reporter.finish(node_id)
        run.executed.append(node_id)
        return "success"

    async def _execute(self, run: Run, node_id: str, class_type: str) -> None:
        run.node_inputs = {}
        inputs = self._inputs(run.item.prompt, node_id)
        context = NodeContext(
            node_id=node_id,
            options=self.options,
            folders=self.folders,
            control=run,
            prompt=run.item.prompt,
            extra_pnginfo=cast("dict[str, object]", (run.item.extra_data or {}).get("extra_pnginfo") or {}),
            run_number=self._runs,
        )
        hidden = {"prompt": run.item.prompt, "extra_pnginfo": (run.item.extra_data or {}).get("extra_pnginfo")}
        run.node_inputs = inputs | {name: hidden.get(name) for name in self.classes[class_type].hidden}
        await run.pause(0)
        run.check_interrupt()
        await self._suffer(class_type)
        result = await NODES[class_type](context, inputs)
        if result.shown is not None:
            await self._show(run, node_id, result)
        self._cache.keep(node_id, result.outputs)

    async def _show(self, run: Run, node_id: str, result: NodeResult) -> None:
        shown = dict(result.shown or {})
        if run.loses_files:
            await asyncio.to_thread(self._lose, shown)
        if size := self.faults.take_huge_bytes():
            shown["text"] = ["x" * size]
        self._cache.keep_shown(node_id, Shown(shown, node_id))
        run.reporter.executed(node_id, shown)

    async def _suffer(self, class_type: str) -> None:
        samples = class_type.startswith(("KSampler", "SamplerCustom")) and class_type != "KSamplerSelect"
        if not samples and not self.classes[class_type].is_output:
            return
        if (fault := self.faults.take_exception()) is not None:
            raise NodeFailure(*fault)
        if self.faults.take_hang():
            await asyncio.Event().wait()

    def _report(self, run: Run, fault: Exception) -> dict[str, object]:
        kind = type(fault)
        name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
        name = getattr(fault, "exception_type", name)  # what fails under the name of somebody else's exception
        tips = _TIPS if name == "torch.OutOfMemoryError" else ""
        return {
            "exception_message": f"{fault}\n{tips}",
            "exception_type": name,
            "traceback": traceback.format_tb(fault.__traceback__),
            "current_inputs": {key: [_shown_value(value)] for key, value in run.node_inputs.items()},
            "current_outputs": list(run.item.prompt),
        }

    def _inputs(self, prompt: Prompt, node_id: str) -> dict[str, object]:
        known = {spec.name for spec in self._class(prompt, node_id).inputs}
        found: dict[str, object] = {}
        for name, value in inputs_of(prompt, node_id).items():
            if is_link(value):
                outputs = self._cache.outputs(cast(str, value[0])) or ()
                found[name] = outputs[int(cast(float, value[1]))]
            elif name in known:
                found[name] = value
        return found

    def _shown(self, prompt: Prompt) -> HistoryEntry:
        shown = {node_id: entry for node_id in prompt if (entry := self._cache.shown(node_id)) is not None}
        return {
            "outputs": {node_id: entry.output for node_id, entry in shown.items()},
            "meta": {node_id: entry.meta() for node_id, entry in shown.items()},
        }

    def _class(self, prompt: Prompt, node_id: str) -> NodeClass:
        return self.classes[cast(str, prompt[node_id]["class_type"])]

    def _reads_files(self, prompt: Prompt) -> bool:
        return any(node["class_type"] in READS_A_FILE | NEVER_CACHED for node in prompt.values())

    def _changed(self, prompt: Prompt) -> dict[str, str]:
        changed: dict[str, str] = {}
        for node_id, node in prompt.items():
            if node["class_type"] in NEVER_CACHED:
                changed[node_id] = str(self._runs)
            elif node["class_type"] in READS_A_FILE:
                path = self.folders.upload(str(inputs_of(prompt, node_id).get("image")))
                changed[node_id] = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "missing"
        return changed

    def _lose(self, shown: Mapping[str, object]) -> None:
        for file in cast("list[dict[str, str]]", shown.get("images", [])):
            (self.folders.folder(file["type"]) / file["subfolder"] / file["filename"]).unlink(missing_ok=True)


def _shown_value(value: object) -> object:
    return value if value is None or isinstance(value, int | float | str) else str(value)
