"""The runs whose events are listened for."""

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import Enum, auto

from adapters.comfyui.inbox import Inbox
from adapters.comfyui.messages import Message
from adapters.comfyui.outputs import Wanted
from adapters.comfyui.pictures import SENDS_PICTURES, KeptPictures, PictureStore
from adapters.comfyui.protocol import Course, Phase
from bot.events import RunEnd
from bot.jobs import Run


class Post(Enum):
    """How far the POST of a run's graph has come."""

    UNSENT = auto()
    UNANSWERED = auto()  #: sent, by us or by an earlier process: it may still arrive
    ANSWERED = auto()


@dataclass(slots=True, kw_only=True)
class Watch:
    """One run, and who waits for its events."""

    course: Course
    inbox: Inbox = field(default_factory=Inbox)
    client_id: str | None = None  #: whom its events go to; None when an earlier process submitted it
    post: Post = Post.UNANSWERED
    nowhere: bool = False  #: the server was asked and did not know it
    shaken: bool = False  #: the socket broke, and nobody has looked around since

    @property
    def in_flight(self) -> bool:
        """Whether the socket may yet say something of it."""
        return self.post is not Post.UNSENT and not self.nowhere and not self.course.ended

    @property
    def began(self) -> bool:
        """Whether it was heard to execute."""
        return self.course.phase is not Phase.AWAITED

    def settle(self, end: RunEnd) -> None:
        """Take the end that the server tells, for whoever follows it now or later."""
        self.inbox.put(self.course.settle(end))

    def gap(self) -> None:
        """Note that the socket broke, and have whoever follows it look around at once."""
        self.course.gap()
        self.shaken = True
        self.inbox.wake()

    def hear(self, message: Message) -> None:
        """Take in what the socket said of it."""
        self.nowhere = False
        self.inbox.put(self.course.hear(message))
        if self.course.asks:
            self.inbox.wake()


class Runs:
    """Watches by run id, at most `limit`: a run that nobody follows must not cost memory for ever."""

    def __init__(self, *, limit: int, store: PictureStore) -> None:
        self.store = store  #: shared by all: what came over the socket and is a result
        self._limit = limit
        self._watches: dict[str, Watch] = {}
        self.given_up: dict[str, None] = {}  #: that nobody waits for any more, the oldest first

    def __bool__(self) -> bool:
        """Whether any run is in flight."""
        return bool(self.in_flight())

    def in_flight(self) -> Collection[str]:
        """Return the ids of the runs that the server may have."""
        return [name for name, watch in self._watches.items() if watch.in_flight]

    def expect(self, run: Run) -> Watch:
        """Begin the watch of a run that is about to be submitted: its first event may overtake the answer."""
        classes = {node.id: node.class_type for node in run.graph.nodes.values()}
        senders = frozenset(
            node
            for node, name in classes.items()
            if name == SENDS_PICTURES and (node in run.outputs or not run.outputs)
        )
        course = Course(
            prompt_id=run.id,
            wanted=Wanted(nodes=run.outputs, order=tuple(classes)),
            classes=classes,
            kept=KeptPictures(nodes=senders, store=self.store),
        )
        return self._add(Watch(course=course, post=Post.UNSENT))

    def adopt(self, prompt_id: str) -> Watch:
        """Return the watch of a run, or begin one for a run that an earlier process submitted."""
        self.given_up.pop(prompt_id, None)
        return self._watches.get(prompt_id) or self._add(Watch(course=Course(prompt_id=prompt_id)))

    def get(self, prompt_id: str) -> Watch | None:
        """Return the watch of a run, if there is one."""
        return self._watches.get(prompt_id)

    def miss(self, prompt_id: str) -> None:
        """Note that the server does not know a run: nothing waits for its events until some come."""
        if watch := self._watches.get(prompt_id):
            watch.nowhere = True

    def forget(self, prompt_id: str) -> None:
        """Stop listening for a run; one that has no end yet may still be on the server."""
        watch = self._watches.pop(prompt_id, None)
        if watch is not None and watch.in_flight:
            self.given_up[prompt_id] = None
            if len(self.given_up) > self._limit:
                self.given_up.pop(next(iter(self.given_up)))

    def hear(self, message: Message) -> None:
        """Hand a message to the run that it names; to nobody else."""
        if watch := self._watches.get(message.prompt_id):
            watch.hear(message)

    def gap(self) -> None:
        """Note that the socket broke."""
        for watch in self._watches.values():
            watch.gap()

    def wanted(self, prompt_id: str) -> Wanted | None:
        """Return what is wanted of a run, where this process knows it."""
        watch = self._watches.get(prompt_id)
        return watch.course.wanted if watch else None

    def _add(self, watch: Watch) -> Watch:
        while len(self._watches) >= self._limit:
            self._watches.pop(next(iter(self._watches)))
        self._watches[watch.course.prompt_id] = watch
        return watch
