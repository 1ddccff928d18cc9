"""Everything that can go wrong with a ComfyUI, on demand."""

import asyncio
import uuid
from dataclasses import dataclass, field
from typing import Protocol

from adapters.simulator.graphs import Prompt


class Life(Protocol):
    """What the faults can do to the server that they belong to."""

    async def die(self) -> None:
        """See Faults.die."""

    async def revive(self) -> None:
        """See Faults.revive."""

    def drop_sockets(self, client_id: str | None) -> None:
        """See Faults.drop_sockets."""

    def deafen(self, client_id: str) -> None:
        """See Faults.deafen."""

    def hold_events(self, *, held: bool) -> None:
        """See Faults.stall_events."""

    def kill_worker(self) -> None:
        """See Faults.kill_worker."""

    def submit(self, prompt_id: str, prompt: Prompt) -> None:
        """Queue a prompt that has no client."""


@dataclass(slots=True)
class Faults:
    """The switches. One-shot faults hit the next run (or answer) and are then used up."""

    _life: Life
    _thawed: asyncio.Event = field(default_factory=asyncio.Event)
    _exception: tuple[str, str] | None = None
    _out_of_memory: bool = False
    _lost_runs: int = 0
    _huge_bytes: int = 0
    _history_delay_s: float = 0.0
    _lost_answers: int = 0
    _hangs: bool = False
    _rejects: bool = False
    slowness: float = 1.0
    """By how much everything takes longer than the options say; see `slow_down`."""

    def __post_init__(self) -> None:
        self._thawed.set()

    # The whole server

    async def die(self) -> None:
        """Like kill -9: connections drop without a close frame, the port refuses; queue, history and cache are gone."""
        await self._life.die()

    async def revive(self) -> None:
        """Start again on the same port, empty; the files in input/ and output/ are still there."""
        await self._life.revive()

    def freeze(self) -> None:
        """Like SIGSTOP: connections stay up and nothing answers or moves until `thaw`."""
        self._thawed.clear()

    def thaw(self) -> None:
        """Go on where it froze."""
        self._thawed.set()

    async def wait_until_thawed(self) -> None:
        """Return at once unless frozen."""
        await self._thawed.wait()

    def kill_worker(self) -> None:
        """The zombie: HTTP and sockets are fine, nothing ever runs again. Only `die` and `revive` help."""
        self._life.kill_worker()

    def slow_down(self, factor: float) -> None:
        """From now on every step and every load takes so many times as long; 1 ends it."""
        self.slowness = factor

    # The sockets

    def drop_sockets(self, client_id: str | None = None) -> None:
        """Break the WebSockets of one client, or all of them, without a close frame."""
        self._life.drop_sockets(client_id)

    def deafen(self, client_id: str) -> None:
        """The client's socket stays open and answers pings, but hears nothing more; a new connection hears again."""
        self._life.deafen(client_id)

    def stall_events(self) -> None:
        """Some other reader has stopped reading: nobody gets events, while HTTP and execution go on."""
        self._life.hold_events(held=True)

    def resume_events(self) -> None:
        """The bad reader is gone: the backlog comes at once."""
        self._life.hold_events(held=False)

    # The next run

    def next_run_raises(self, message: str, exception_type: str = "RuntimeError") -> None:
        """The next sampler or output node that runs raises this."""
        self._exception = (message, exception_type)

    def out_of_memory(self) -> None:
        """The next sampler that runs finds the GPU's memory full."""
        self._out_of_memory = True

    def reject_next(self) -> None:
        """The next prompt that is sent fails validation, whatever it is."""
        self._rejects = True

    def hang(self) -> None:
        """The next sampler or output node that runs never ends, and hears no interrupt; only `die` helps."""
        self._hangs = True

    def lose_outputs(self, runs: int = 1) -> None:
        """The files of the next runs are announced, but are gone before anybody can fetch them."""
        self._lost_runs = runs

    def huge_executed(self, size: int) -> None:
        """The next `executed` message carries a text of this many bytes beside its files."""
        self._huge_bytes = size

    def delay_history(self, seconds: float) -> None:
        """From now on the history is written this long after execution_success; 0 ends it."""
        self._history_delay_s = seconds

    def lose_next_answer(self) -> None:
        """The next POST /prompt is accepted, but its connection breaks before the answer."""
        self._lost_answers = 1

    def stranger_prompt(self, steps: int = 20, checkpoint: str = "simulated-sd15.safetensors") -> str:
        """Queue a prompt of somebody without a client id; its previews and progress reach everybody. Its prompt id."""
        prompt_id = str(uuid.uuid4())
        self._life.submit(prompt_id, _stranger(checkpoint, steps))
        return prompt_id

    # What the server asks

    def take_exception(self) -> tuple[str, str] | None:
        """The message and type to raise now, once."""
        fault, self._exception = self._exception, None
        return fault

    def take_rejection(self) -> bool:
        """Whether this prompt fails validation, once."""
        fault, self._rejects = self._rejects, False
        return fault

    def take_hang(self) -> bool:
        """Whether this node never ends, once."""
        fault, self._hangs = self._hangs, False
        return fault

    def take_out_of_memory(self) -> bool:
        """Whether memory runs out now, once."""
        fault, self._out_of_memory = self._out_of_memory, False
        return fault

    def take_lost_run(self) -> bool:
        """Whether this run loses its files."""
        fault = self._lost_runs > 0
        self._lost_runs = max(0, self._lost_runs - 1)
        return fault

    def take_huge_bytes(self) -> int:
        """How much text to add to this `executed`, once."""
        size, self._huge_bytes = self._huge_bytes, 0
        return size

    def take_lost_answer(self) -> bool:
        """Whether this answer gets lost."""
        fault = self._lost_answers > 0
        self._lost_answers = 0
        return fault

    @property
    def history_delay_s(self) -> float:
        """Seconds between execution_success and the history."""
        return self._history_delay_s


def _stranger(checkpoint: str, steps: int) -> Prompt:
    def node(class_type: str, **inputs: object) -> dict[str, object]:
        return {"class_type": class_type, "inputs": inputs}

    return {
        "1": node("CheckpointLoaderSimple", ckpt_name=checkpoint),
        "2": node("EmptyLatentImage", width=512, height=512, batch_size=1),
        "3": node("CLIPTextEncode", text="somebody else's picture", clip=["1", 1]),
        "4": node("CLIPTextEncode", text="", clip=["1", 1]),
        "5": node(
            "KSampler",
            model=["1", 0],
            seed=7,
            steps=steps,
            cfg=7.0,
            sampler_name="euler",
            scheduler="normal",
            positive=["3", 0],
            negative=["4", 0],
            latent_image=["2", 0],
            denoise=1.0,
        ),
        "6": node("VAEDecode", samples=["5", 0], vae=["1", 2]),
        "7": node("SaveImage", images=["6", 0], filename_prefix="stranger"),
    }
