"""Replays what a real server said (tests/recordings/)."""

import json
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adapters.comfyui.messages import Channel, Message
from adapters.comfyui.outputs import Wanted
from adapters.comfyui.pictures import SENDS_PICTURES, KeptPictures, PictureStore
from adapters.comfyui.protocol import Course
from bot.events import RunEvent

FOLDER = Path(__file__).parents[2] / "recordings"
JPEG, PNG = b"\xff\xd8\xff\xe0picture", b"\x89PNG\r\n\x1a\npicture"

Frame = str | bytes


@dataclass(frozen=True, kw_only=True)
class Submitted:
    """One POST /prompt of a recording."""

    prompt_id: str
    client_id: str | None
    classes: Mapping[str, str]

    def course(self, wanted: Iterable[str] = (), *, kept_bytes: int = 1_000_000) -> Course:
        """What a client that submitted it would follow it by."""
        senders = frozenset(node for node, name in self.classes.items() if name == SENDS_PICTURES)
        return Course(
            prompt_id=self.prompt_id,
            wanted=Wanted(nodes=frozenset(wanted), order=tuple(self.classes)),
            classes=self.classes,
            kept=KeptPictures(nodes=senders, store=PictureStore(kept_bytes)),
        )


@dataclass(frozen=True)
class Recording:
    """The lines of a recording; one of its scenes begins with a note."""

    lines: list[dict[str, Any]] = field(repr=False)

    @classmethod
    def read(cls, name: str) -> "Recording":
        """Read tests/recordings/<name>.jsonl."""
        return cls([json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text().splitlines()])

    def scene(self, note: str) -> "Recording":
        """The lines from this note to the next."""
        start = next(n for n, line in enumerate(self.lines) if line.get("note") == note)
        rest = self.lines[start + 1 :]
        end = next((n for n, line in enumerate(rest) if "note" in line), len(rest))
        return Recording(rest[:end])

    def frames(self, to: str | None = None) -> list[Frame]:
        """What one socket heard, or all of them."""
        return [
            frame_of(line) for line in self.lines if ("text" in line or "binary" in line) and to in (None, line["to"])
        ]

    @property
    def submitted(self) -> list[Submitted]:
        """Every accepted prompt."""
        return [
            Submitted(
                prompt_id=line["submitted"],
                client_id=line["client_id"],
                classes={node: spec["class_type"] for node, spec in line["graph"].items()},
            )
            for line in self.lines
            if "submitted" in line
        ]

    def bodies(self, kind: str) -> list[dict[str, Any]]:
        """Every body of GET /queue or GET /history/{id}."""
        return [line[kind] for line in self.lines if kind in line]


def frame_of(line: Mapping[str, Any]) -> Frame:
    """Make a frame of a recorded line; pictures were left out, so a few bytes stand for them."""
    if "text" in line:
        return json.dumps(line["text"])
    binary = line["binary"]
    match binary["event"]:
        case 1:
            return struct.pack(">II", 1, binary["image_type"]) + (JPEG if binary["image_type"] == 1 else PNG)
        case 4:
            metadata = json.dumps(binary["metadata"]).encode()
            image = JPEG if binary["metadata"]["image_type"] == "image/jpeg" else PNG
            return struct.pack(">II", 4, len(metadata)) + metadata + image
        case event:
            return struct.pack(">II", event, 1) + b"2text"


def play(frames: Iterable[Frame], *courses: Course) -> dict[str, list[RunEvent]]:
    """Let courses hear the frames of one connection; what each reports."""
    heard: dict[str, list[RunEvent]] = {course.prompt_id: [] for course in courses}
    channel = Channel()
    for frame in frames:
        if isinstance(message := channel.hear(frame), Message):
            for course in courses:
                heard[course.prompt_id] += course.hear(message)
    return heard


def alone(frames: Iterable[Frame], course: Course) -> list[RunEvent]:
    """Let one course hear the frames of one connection."""
    return play(frames, course)[course.prompt_id]


def of_type(events: Iterable[RunEvent], *kinds: type) -> Iterator[RunEvent]:
    """Pick events by their kind."""
    return (event for event in events if isinstance(event, kinds))
