"""What one run's messages mean: messages in, `bot.events` out, no I/O. Everything that affects a run's phase is here.

The socket is the fast path only. `WHOLE` says that nothing since the run's start can have been missed; then the
payloads of its `executed` messages are the result. Otherwise the end that the socket tells is a reason to read the
history (`asks`), which `adapters/comfyui/watching.py` does.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from adapters.comfyui.failure import failure_of
from adapters.comfyui.messages import Message, Word
from adapters.comfyui.outputs import NodeOutput, Wanted, collect
from adapters.comfyui.pictures import KeptPictures
from adapters.comfyui.stages import stage_of
from adapters.comfyui.whereabouts import Origin
from bot.errors import ExecutionFailed, JobError, NothingProduced, ResultLost
from bot.events import Entered, Failed, Interrupted, Previewed, RunEnd, RunEvent, Started, Stepped, Succeeded, Waiting


class Phase(Enum):
    """How much is known of a run."""

    AWAITED = auto()  #: nothing was heard yet
    WHOLE = auto()  #: it executes, and every message since its start was heard
    TORN = auto()  #: it executes, and messages may have been missed
    FAULTED = auto()  #: WHOLE, and a node failed; a blocked branch fails so too, and then the run succeeds (0.3.64)
    FAULTED_TORN = auto()  #: TORN, and a node failed
    ASKING = auto()  #: over, but how it ended stands in the history only
    ENDED = auto()


_P = Phase
_ALIVE = (Word.CACHED, Word.EXECUTING, Word.PROGRESS, Word.PROGRESS_STATE, Word.EXECUTED, Word.PICTURE)

# Phase after a word. A word that does not stand here leaves the phase as it is.
TRANSITIONS: Mapping[Phase, Mapping[Word, Phase]] = {
    _P.AWAITED: {
        Word.START: _P.WHOLE,
        **dict.fromkeys(_ALIVE, _P.TORN),
        Word.ERROR: _P.FAULTED_TORN,
        Word.SUCCESS: _P.ASKING,
        Word.LEFT: _P.ASKING,
        Word.INTERRUPTED: _P.ENDED,
    },
    _P.WHOLE: {
        Word.ERROR: _P.FAULTED,
        Word.SUCCESS: _P.ENDED,
        Word.LEFT: _P.ASKING,
        Word.INTERRUPTED: _P.ENDED,
    },
    _P.TORN: {
        Word.ERROR: _P.FAULTED_TORN,
        Word.SUCCESS: _P.ASKING,
        Word.LEFT: _P.ASKING,
        Word.INTERRUPTED: _P.ENDED,
    },
    _P.FAULTED: {Word.SUCCESS: _P.ENDED, Word.LEFT: _P.ENDED, Word.INTERRUPTED: _P.ENDED},
    _P.FAULTED_TORN: {Word.SUCCESS: _P.ASKING, Word.LEFT: _P.ENDED, Word.INTERRUPTED: _P.ENDED},
    _P.ASKING: {Word.INTERRUPTED: _P.ENDED},
    _P.ENDED: {},
}

# What a break in the socket, or having joined late, does to a phase.
_AFTER_GAP: Mapping[Phase, Phase] = {_P.WHOLE: _P.TORN, _P.FAULTED: _P.FAULTED_TORN}


_TOO_MANY = 10**9  # steps: more are a mistake, and what draws a bar of them reckons in floats


@dataclass(slots=True, kw_only=True)
class Course:
    """One run as far as it was heard. Every method returns what is to be reported; after the end there is nothing."""

    prompt_id: str
    wanted: Wanted | None = None  #: None for a run that an earlier process submitted, until the server tells
    classes: Mapping[str, str] = field(default_factory=dict)  #: node -> its class
    kept: KeptPictures = field(default_factory=KeptPictures)
    phase: Phase = Phase.AWAITED
    _heard: bool = False
    _ahead: int | None = None
    _started: bool = False
    _entered: str | None = None
    _shown_as: dict[str, str] = field(default_factory=dict)
    _done: dict[str, int] = field(default_factory=dict)
    _outputs: dict[str, NodeOutput] = field(default_factory=dict)
    _fault: JobError | None = None

    @property
    def asks(self) -> bool:
        """Whether the history has to tell how the run ended."""
        return self.phase is Phase.ASKING

    @property
    def ended(self) -> bool:
        """Whether the end was reported."""
        return self.phase is Phase.ENDED

    @property
    def heard(self) -> bool:
        """Whether the socket ever said anything of this run: one that never does is deaf."""
        return self._heard

    def hear(self, message: Message) -> list[RunEvent]:
        """Take in one message. Another run's message, and any message after the end, change nothing."""
        if message.prompt_id != self.prompt_id or self.ended:
            return []
        self._heard = True
        if self.asks and message.word is not Word.INTERRUPTED:
            return []
        self.phase = TRANSITIONS[self.phase].get(message.word, self.phase)
        events = [*self._start(), *_READERS[message.word](self, message)]
        return [*events, self._end(message.word)] if self.phase is Phase.ENDED else events

    def learn(self, origin: Origin) -> None:
        """Take from the server what only the process that submitted the run knew."""
        if self.wanted is None:
            self.wanted, self.classes = origin.wanted, origin.classes

    def gap(self) -> None:
        """Note that the socket broke: from here on messages may be missing."""
        self.phase = _AFTER_GAP.get(self.phase, self.phase)

    def queued(self, ahead: int) -> list[RunEvent]:
        """Note that the server has the run behind others."""
        if self.phase is not Phase.AWAITED or ahead == self._ahead:
            return []
        self._ahead = ahead
        return [Waiting(ahead=ahead)]

    def running(self) -> list[RunEvent]:
        """Note that the server executes the run, whatever the socket said."""
        return [] if self.ended else list(self._start())

    def settle(self, end: RunEnd) -> list[RunEvent]:
        """Take the end that the history tells."""
        if self.ended:
            return []
        self.phase = Phase.ENDED
        match end:
            case Failed(error=NothingProduced() | ResultLost()) if files := self.kept.files():
                return [Succeeded(files=files)]  # the history knows nothing of what went over the socket
            case Failed(error=NothingProduced() | ResultLost() as error):
                return [Failed(error=self._fault or error)]  # the history forgets the fault of a blocked branch
            case Succeeded(files=files, texts=texts):
                return [Succeeded(files=files + self.kept.files(), texts=texts)]
            case _:
                return [end]

    def _start(self) -> Iterator[RunEvent]:
        if not self._started:
            self._started = True
            yield Started()

    def _end(self, word: Word) -> RunEnd:
        if word is Word.INTERRUPTED:
            return Interrupted()
        if word is Word.LEFT:
            return Failed(error=self._fault or ExecutionFailed())
        files, texts = collect(self._outputs.values(), self.wanted or Wanted())
        files += self.kept.files()
        if not files and not texts:
            return Failed(error=self._nothing())
        return Succeeded(files=files, texts=texts)

    def _nothing(self) -> JobError:
        if self._fault is not None:
            return self._fault  # a blocked branch: 0.3.64 calls the run a success
        # Its pictures came, but they were larger than what is kept.
        return ResultLost() if self.kept.nodes else NothingProduced()

    # What each word tells. The phase was set before.

    def _read_nothing(self, _message: Message) -> list[RunEvent]:
        return []

    def _read_executing(self, message: Message) -> list[RunEvent]:
        node, shown_as = message.data.get("node"), message.data.get("display_node")
        if not isinstance(node, str):
            return []
        if isinstance(shown_as, str):
            self._shown_as[node] = shown_as
        return list(self._enter(node))

    def _read_progress(self, message: Message) -> list[RunEvent]:
        data = message.data
        return list(self._step(data.get("node"), data.get("value"), data.get("max")))

    def _read_progress_state(self, message: Message) -> list[RunEvent]:
        nodes = message.data.get("nodes")
        events: list[RunEvent] = []
        for node, state in nodes.items() if isinstance(nodes, dict) else ():
            if isinstance(state, dict) and state.get("state") == "running":
                events += self._step(node, state.get("value"), state.get("max"))
        return events

    def _read_executed(self, message: Message) -> list[RunEvent]:
        node, output, shown_as = (message.data.get(key) for key in ("node", "output", "display_node"))
        if isinstance(node, str) and isinstance(output, dict):
            shown_as = shown_as if isinstance(shown_as, str) else node
            self._outputs[node] = NodeOutput(node=node, shown_as=shown_as, output=output)
        return []

    def _read_error(self, message: Message) -> list[RunEvent]:
        self._fault = failure_of(message.data)
        return []

    def _read_picture(self, message: Message) -> list[RunEvent]:
        picture = message.picture
        if picture is None:
            return []
        if self.kept.keep(self.prompt_id, picture):
            return []
        return [Previewed(image=picture.image, media_type=picture.media_type)]

    def _enter(self, node: str) -> Iterator[RunEvent]:
        if node != self._entered:
            self._entered = node
            yield Entered(node=node, stage=stage_of(self._class_of(node)))

    def _step(self, node: object, value: object, most: object) -> Iterator[RunEvent]:
        done, total = _count(value), _count(most)
        # Every node "counts" to 1; only those that count further have steps that a person would watch.
        if not isinstance(node, str) or done is None or total is None or total <= 1:
            return
        done = min(done, total)
        if done > self._done.get(node, -1):
            self._done[node] = done
            yield Stepped(node=node, stage=stage_of(self._class_of(node)), done=done, total=total)

    def _class_of(self, node: str) -> str | None:
        return self.classes.get(node) or self.classes.get(self._shown_as.get(node, node))


_READERS: Mapping[Word, Callable[[Course, Message], list[RunEvent]]] = {
    Word.START: Course._read_nothing,
    Word.CACHED: Course._read_nothing,
    Word.EXECUTING: Course._read_executing,
    Word.LEFT: Course._read_nothing,
    Word.PROGRESS: Course._read_progress,
    Word.PROGRESS_STATE: Course._read_progress_state,
    Word.EXECUTED: Course._read_executed,
    Word.ERROR: Course._read_error,
    Word.SUCCESS: Course._read_nothing,
    Word.INTERRUPTED: Course._read_nothing,
    Word.PICTURE: Course._read_picture,
}


def _count(value: object) -> int | None:
    """Read a number of steps: 0.3.64 sends integers and floats; JSON may hold NaN, and integers that no float holds."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not -_TOO_MANY < value < _TOO_MANY:
        return None
    return max(int(value), 0)
