"""Everything that can go wrong, split by who can act.

* FairbrushError
    * SubmissionError — the person who asked: shown to them, never retried
        * UnknownWorkflow
        * FileGone — a stored file that has expired or was deleted
        * ImageRefused — what was sent is no picture that can be used
        * Banned — a moderator or the operator said so
        * Paused — nothing begins for now
        * NotLetIn — their community waits for the operator
        * NotInTier — others may, by their tier
        * Blocked — a text has something that the community does not want
        * NotAllowed — that is for moderators, or for the operator
    * (InvalidValues, in workflows/faults.py — the same person: every fault of what was asked at once)
    * QueueFull — nobody: says when to try again
        * QuotaReached — used up for now
        * TooFast — too many requests in a short while
    * RulesChanged — nobody: what a job was decided by was changed meanwhile, so it is to be decided anew
    * JobError — this run
        * GraphRejected — the server refused the graph
        * ModelMissing — the server lacks a file that the graph names
        * ExecutionFailed — a node raised
        * OutOfMemory — the GPU's memory was too small
        * NothingProduced — the run succeeded without a result
        * ResultLost — the result cannot be had or kept: too large, for one
            * ResultGone — the server said that there is one, and does not have it
        * JobTimedOut — no end within the deadline
        * JobCancelled — somebody stopped the run
        * ServerLost — the server went away: the job is retried elsewhere
            * ServerStuck — it answers, and does not execute what it took
            * ServerUnreached — no connection was made, so nothing was taken: that is no fault of any job
                * ServerRefused — nobody listens there: it is known at once to have died, where silence has to last
            * SubmitUncertain — the answer to a submit was lost: ask `find` before anything else, never just try again
    * StoreLost — nobody: what must last cannot be reached now; the same call may be repeated
    * ChatError — the chat platform: logged, never fails a job
    * ConfigError — the operator: refuses to start, names every problem at once

`str(error)` is a sentence that anybody may read: no path, no address, no token, no traceback. What a log needs stands
in `detail` and in `__cause__`.
"""

from collections.abc import Iterable, Iterator
from math import inf
from typing import ClassVar


class FairbrushError(Exception):
    """Anything that Fairbrush itself raises on purpose."""

    code: ClassVar[str] = "internal"  #: stable: scripts and documents may rely on it
    retryable: ClassVar[bool] = False  #: whether the same job may succeed when tried again as it is
    sentence: ClassVar[str] = "Something went wrong."

    def __init__(self, sentence: str | None = None, *, detail: str = "") -> None:
        super().__init__(sentence or self.sentence)
        self.detail = detail  #: for the log only: may hold paths and what the server said

    @property
    def brief(self) -> str:
        """Say what a log may hold at any level: in words of ours, for `detail` may repeat a prompt."""
        return f"code={self.code}"

    def __repr__(self) -> str:
        """Say everything: a repr is for a log, too."""
        return f"{type(self).__name__}({str(self)!r}, detail={self.detail!r})"


class SubmissionError(FairbrushError):
    """The person who asked can mend it."""

    code = "submission"


class UnknownWorkflow(SubmissionError):
    """There is no workflow of that name."""

    code = "unknown_workflow"


class FileGone(SubmissionError):
    """A stored file is not there any more."""

    code = "file_gone"
    sentence = "That file is not kept any more."


class ImageRefused(SubmissionError):
    """What was sent is no picture that can be used; the sentence says why, for whoever sent it."""

    code = "image_refused"
    sentence = "That picture cannot be used."


class Banned(SubmissionError):
    """They may not ask, here or anywhere; the sentence says until when and why."""

    code = "banned"
    sentence = "You may not ask for pictures here."


class Paused(SubmissionError):
    """Nothing begins for now: of one workflow, or of any."""

    code = "paused"
    sentence = "Nothing is painted at the moment."


class NotLetIn(SubmissionError):
    """The operator has not said yet that their community may ask."""

    code = "not_let_in"
    sentence = "I am new in this community, and whoever runs me has not let it in yet. They know it by its id."


class NotInTier(SubmissionError):
    """Their tier does not have the workflow, or not so much of a parameter."""

    code = "not_in_tier"
    sentence = "Your tier does not include this."


class Blocked(SubmissionError):
    """A text has what is on the blocklist."""

    code = "blocked"
    sentence = "This community does not allow a word of that."


class NotAllowed(SubmissionError):
    """They have not the rank for it, or not in that community."""

    code = "not_allowed"
    sentence = "Only moderators of this community can do that."


class QueueFull(FairbrushError):
    """A limit is reached; nothing was added."""

    code = "queue_full"
    retryable = True
    sentence = "There are too many jobs waiting."

    def __init__(
        self, sentence: str | None = None, *, counter: str = "", retry_after_s: float, detail: str = ""
    ) -> None:
        super().__init__(sentence, detail=detail)
        self.counter = counter  #: the limit that was reached
        self.retry_after_s = retry_after_s


class QuotaReached(QueueFull):
    """What somebody may use in a while is used up."""

    code = "quota_reached"
    sentence = "That is all for now."


class TooFast(QueueFull):
    """Too many requests in a short while."""

    code = "too_fast"
    sentence = "That was a lot at once."


class RulesChanged(FairbrushError):
    """A rule book was changed since a job was decided by it; nothing was added."""

    code = "rules_changed"
    sentence = "What holds here was changed just now. Try again."


class JobError(FairbrushError):
    """This run did not end in a result."""

    code = "job_failed"
    sentence = "The job failed."


class GraphRejected(JobError):
    """The server refused the graph: node classes or values that it does not know."""

    code = "graph_rejected"
    sentence = "The GPU cannot run this workflow as it is. The operator has to look at it."


class ModelMissing(JobError):
    """The server lacks a file that the graph names."""

    code = "model_missing"
    sentence = "The GPU does not have a model that this workflow needs."


class ExecutionFailed(JobError):
    """A node raised while the graph ran."""

    code = "execution_failed"
    sentence = "A step of the workflow failed on the GPU."


class OutOfMemory(JobError):
    """The GPU's memory was too small for what was asked."""

    code = "out_of_memory"
    sentence = "The GPU ran out of memory. Ask for a smaller size or fewer pictures at once."


class NothingProduced(JobError):
    """The run succeeded, yet no output of the workflow holds anything."""

    code = "nothing_produced"
    sentence = "The run ended without a picture. Another seed or other values may help."


class ResultLost(JobError):
    """The result cannot be fetched or kept: it is gone, or larger than the limit."""

    code = "result_lost"
    sentence = "The picture was painted, but the GPU no longer has the file. Run it again."


class ResultGone(ResultLost):
    """The server does not have the file that it named."""

    code = "result_gone"


class JobTimedOut(JobError):
    """The run did not end within its deadline."""

    code = "timed_out"
    sentence = "The GPU took too long, so the job was stopped."

    def __init__(
        self, sentence: str | None = None, *, detail: str = "", given_s: float = 0.0, still_s: float = inf
    ) -> None:
        super().__init__(sentence, detail=detail)
        self.given_s = given_s  #: the deadline
        self.still_s = still_s  #: for how long it had stood still by then, as far as anybody could see


class JobCancelled(JobError):
    """Somebody stopped the run before it ended."""

    code = "cancelled"
    sentence = "The run was stopped before it ended."


class ServerLost(JobError):
    """The server refused the connection, died or went silent."""

    code = "server_lost"
    retryable = True
    sentence = "The GPU cannot be reached."


class ServerUnreached(ServerLost):
    """No connection to the server was made: whatever was to be asked never left."""

    code = "server_unreached"


class ServerRefused(ServerUnreached):
    """Its machine answers that nobody listens there: once that has lasted for a moment, whatever it had is gone."""

    code = "server_refused"
    sentence = "The GPU cannot be reached: nothing listens at its address."


class ServerStuck(ServerLost):
    """The server answers and accepts runs, but does not execute them."""

    code = "server_stuck"
    sentence = "The GPU does not work on anything."


class SubmitUncertain(ServerLost):
    """The connection broke before the server's answer: the run may or may not exist there."""

    code = "submit_uncertain"
    retryable = False  #: tried again at once, it would run twice: what became of it has to be found out first


class StoreLost(FairbrushError):
    """What keeps the jobs did not answer in time; whether the call took effect is unknown, so repeat it as it was."""

    code = "store_lost"
    retryable = True
    sentence = "The queue cannot be reached at the moment. Try again shortly."


class ChatError(FairbrushError):
    """A message could not be made or changed."""

    code = "chat"
    sentence = "The message could not be shown."

    def __init__(self, *, gone: bool = False, reason: str = "", detail: str = "") -> None:
        super().__init__(detail=detail or reason)
        self.gone = gone  #: for good: the message, its channel or our right to write there
        self.reason = reason  #: for the log, at any level: numbers, and words of ours

    @property
    def brief(self) -> str:
        """Say what a log may hold at any level."""
        return f"code={self.code} {self.reason}".rstrip()


class ConfigError(FairbrushError):
    """Settings or workflows that are wrong; every problem at once."""

    code = "config"

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


def gathered(group: BaseExceptionGroup[ConfigError]) -> ConfigError:
    """Return the problems of all in a group, however deep, as one error."""
    return ConfigError(problem for each in _each(group) for problem in each.problems)


def _each(group: BaseExceptionGroup[ConfigError]) -> Iterator[ConfigError]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _each(error)
        else:
            yield error
