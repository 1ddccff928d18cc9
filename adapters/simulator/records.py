"""What tests and benchmarks may look at: which prompts came, which ran, when, and how long the worker idled."""

import time
from collections import deque
from dataclasses import dataclass, field
from typing import Literal

# Enough for a benchmark; a demo that runs for weeks forgets its oldest runs.
_KEPT = 100_000

Outcome = Literal["running", "success", "error", "interrupted"]


@dataclass(slots=True)
class RunRecord:
    """One execution of a prompt; times are of `time.monotonic`, which all processes of a machine share."""

    prompt_id: str
    client_id: str | None
    posted_at: float | None
    started_at: float
    finished_at: float | None = None
    outcome: Outcome = "running"
    executed: tuple[str, ...] = ()
    """The ids of the nodes that ran, in order; cached ones are not among them."""


@dataclass(slots=True)
class Records:
    """Everything counted since the start."""

    runs: deque[RunRecord] = field(default_factory=lambda: deque(maxlen=_KEPT))
    """Every execution in order; the same prompt id twice is two of them."""
    posted_at: dict[str, float] = field(default_factory=dict)
    """When POST /prompt of this id arrived (the last one)."""
    succeeded_at: dict[str, float] = field(default_factory=dict)
    """When execution_success of this id was published."""
    busy_s: float = 0.0
    gaps_s: deque[float] = field(default_factory=lambda: deque(maxlen=_KEPT))
    """The idle time before every run but the first."""

    def posted(self, prompt_id: str) -> None:
        """A prompt came in, accepted or not."""
        self.posted_at.pop(prompt_id, None)
        self.posted_at[prompt_id] = _now()
        if len(self.posted_at) > _KEPT:
            self.posted_at.pop(next(iter(self.posted_at)))

    def started(self, prompt_id: str, client_id: object) -> RunRecord:
        """A prompt begins to run."""
        now = _now()
        if self.runs and (before := self.runs[-1].finished_at) is not None:
            self.gaps_s.append(now - before)
        owner = client_id if isinstance(client_id, str) else None
        record = RunRecord(prompt_id, owner, self.posted_at.get(prompt_id), now)
        self.runs.append(record)
        return record

    def finished(self, record: RunRecord, outcome: Outcome, executed: tuple[str, ...]) -> None:
        """A prompt has ended, whichever way."""
        record.finished_at, record.outcome, record.executed = _now(), outcome, executed
        self.busy_s += record.finished_at - record.started_at
        if outcome == "success":
            self.succeeded_at[record.prompt_id] = record.finished_at
            if len(self.succeeded_at) > _KEPT:
                self.succeeded_at.pop(next(iter(self.succeeded_at)))

    @property
    def idle_s(self) -> float:
        """Seconds between runs in which the worker had nothing to do."""
        return sum(self.gaps_s)

    def executions(self, prompt_id: str) -> int:
        """How often a prompt id was executed."""
        return sum(record.prompt_id == prompt_id for record in self.runs)


def _now() -> float:
    return time.monotonic()
