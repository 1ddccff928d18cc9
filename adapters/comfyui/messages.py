"""What one event socket says, told apart by run: frames in, messages out, no I/O.

A message is a run's only when it names the run. The exception are previews of the old kind, which name nobody: they go
to the run whose progress was the last to be heard, and only while the server has not promised to name them.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from adapters.comfyui.bodies import mapping_of
from adapters.comfyui.frames import PictureFrame, read_frame


class Word(StrEnum):
    """What a server can say about a run; anything else it says is not listened to."""

    START = "execution_start"
    CACHED = "execution_cached"
    EXECUTING = "executing"
    LEFT = "executing nothing"  #: executing{node: null}: the last message of a run, whatever its end
    PROGRESS = "progress"
    PROGRESS_STATE = "progress_state"
    EXECUTED = "executed"
    ERROR = "execution_error"
    SUCCESS = "execution_success"
    INTERRUPTED = "execution_interrupted"
    PICTURE = "a binary frame"


_SPOKEN: Mapping[str, Word] = {word.value: word for word in Word if word not in {Word.LEFT, Word.PICTURE}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One thing said about one run."""

    prompt_id: str
    word: Word
    data: Mapping[str, object] = field(default_factory=dict, repr=False)
    picture: PictureFrame | None = None


@dataclass(frozen=True, slots=True)
class QueueTold:
    """How many runs the server has, the executing one included; said to everybody whenever that changes."""

    remaining: int


class Channel:
    """One connection. Made anew for every connection: what the last one said proves nothing about this one."""

    def __init__(self) -> None:
        self.greeted = False  #: the server has said its first word, so it has registered us
        self._names_pictures = False  #: the server has agreed to say whose a preview is
        self._last: tuple[str, str | None] | None = None  #: (run, node) of the last progress heard

    def hear(self, frame: str | bytes) -> Message | QueueTold | None:
        """Read one frame; None when it is nothing about a run or the queue. Never raises."""
        return self._picture(frame) if isinstance(frame, bytes) else self.listen(parse(frame))

    def listen(self, said: Mapping[str, object]) -> Message | QueueTold | None:
        """Take in a parsed text frame."""
        self.greeted = True
        kind, data = said.get("type"), said.get("data")
        if not isinstance(kind, str) or not isinstance(data, dict):
            return None
        if kind == "feature_flags":
            self._names_pictures = data.get("supports_preview_metadata") is True
            return None
        if kind == "status":
            return _queue_told(data)
        word, prompt_id = _SPOKEN.get(kind), data.get("prompt_id")
        if word is None or not isinstance(prompt_id, str):
            return None
        if word is Word.EXECUTING and data.get("node") is None:
            word = Word.LEFT
        self._remember(word, prompt_id, data)
        return Message(prompt_id=prompt_id, word=word, data=data)

    def _remember(self, word: Word, prompt_id: str, data: Mapping[str, object]) -> None:
        if word is Word.PROGRESS:
            node = data.get("node")
            self._last = prompt_id, node if isinstance(node, str) else None
        elif self._last is None or self._last[0] != prompt_id or word in {Word.LEFT, Word.SUCCESS}:
            # Somebody else's turn, or the end of this one: no nameless picture belongs to the last progress any more.
            self._last = None

    def _picture(self, data: bytes) -> Message | None:
        picture = read_frame(data)
        if picture is None:
            return None
        if picture.prompt_id is not None:
            return Message(prompt_id=picture.prompt_id, word=Word.PICTURE, picture=picture)
        if self._last is None or self._names_pictures:
            return None
        prompt_id, node = self._last
        owned = PictureFrame(image=picture.image, media_type=picture.media_type, prompt_id=prompt_id, node=node)
        return Message(prompt_id=prompt_id, word=Word.PICTURE, picture=owned)


def _queue_told(data: Mapping[str, object]) -> QueueTold | None:
    remaining = mapping_of(mapping_of(data.get("status")).get("exec_info")).get("queue_remaining")
    return QueueTold(remaining) if isinstance(remaining, int) else None


def parse(frame: str) -> Mapping[str, object]:
    """Parse a text frame; an empty mapping for what is no JSON object."""
    try:
        said = json.loads(frame)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
