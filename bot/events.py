"""What a run reports: a closed union. Every stream ends with exactly one of Succeeded, Failed or Interrupted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.errors import JobError


class Stage(StrEnum):
    """What the server is doing, coarsely: a person who waits wants to know this much."""

    LOADING = "loading the model"
    READING = "reading the prompt"
    PAINTING = "painting"
    DECODING = "developing the picture"
    UPSCALING = "enlarging"
    SAVING = "saving"
    WORKING = "working"


class MediaKind(StrEnum):
    """What a file is, judged by its name and not by the key it came under (a video may come as an "image")."""

    IMAGE = "image"
    ANIMATION = "animation"
    VIDEO = "video"
    AUDIO = "audio"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputFile:
    """A file that a run made, still on its server."""

    node: str
    name: str  #: the file's base name, as the server calls it
    kind: MediaKind
    locator: Mapping[str, str] = field(default_factory=dict)  #: opaque: only the adapter that made it reads it


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The server has the run behind others in its own queue."""

    ahead: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """The server has begun to execute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """Execution has come to another node."""

    node: str
    stage: Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Stepped:
    """The node in work counts its steps: `done` of `total`, `done` never shrinks within a node."""

    node: str
    stage: Stage
    done: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Previewed:
    """A picture of the state of the work."""

    image: bytes = field(repr=False)
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Succeeded:
    """The run ended well; files in the order of nodes, texts of nodes that return text."""

    files: tuple[OutputFile, ...]
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The run ended badly; the error tells who can act."""

    error: JobError


@dataclass(frozen=True, slots=True, kw_only=True)
class Interrupted:
    """The run was stopped before its end, by us or by somebody else."""


RunEnd = Succeeded | Failed | Interrupted
"""How a run ends."""

RunEvent = Waiting | Started | Entered | Stepped | Previewed | RunEnd
"""All that a run reports."""
