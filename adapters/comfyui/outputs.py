"""What nodes put out, as `executed` messages and history entries tell it, made into files and texts.

A node says {"images": [{"filename", "subfolder", "type"}], "animated": [true], "text": ["…"], …}; the key means little
(0.3.64 reports the .mp4 of SaveVideo under "images"), so every list is searched for files.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from bot.events import MediaKind, OutputFile

_KINDS: Mapping[MediaKind, frozenset[str]] = {
    MediaKind.IMAGE: frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".avif", ".exr", ".hdr"}),
    MediaKind.ANIMATION: frozenset({".gif", ".apng"}),
    MediaKind.VIDEO: frozenset({".mp4", ".webm", ".mov", ".mkv", ".avi", ".m4v"}),
    MediaKind.AUDIO: frozenset({".flac", ".mp3", ".wav", ".ogg", ".opus", ".m4a", ".aac"}),
}
_MAX_TEXT = 100_000  # characters of one text; a chat message holds a few thousand, and what is longer belongs in a file
_MAY_MOVE = frozenset({".png", ".webp"})


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeOutput:
    """What one node put out. `shown_as` is the graph's own node when `node` was made by expanding it."""

    node: str
    shown_as: str
    output: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which nodes count, and in which order their files are given."""

    nodes: frozenset[str] = frozenset()  #: empty: every node, except for files that the server calls temporary
    order: tuple[str, ...] = ()

    def takes(self, output: NodeOutput) -> bool:
        """Whether this node's results count."""
        return not self.nodes or output.node in self.nodes or output.shown_as in self.nodes

    def rank(self, output: NodeOutput) -> tuple[int, str]:
        """Return the place of a node's results among the others'."""
        for node in (output.node, output.shown_as):
            if node in self.order:
                return self.order.index(node), output.node
        return len(self.order), output.node


def collect(outputs: Iterable[NodeOutput], wanted: Wanted) -> tuple[tuple[OutputFile, ...], tuple[str, ...]]:
    """Gather the files and the texts that count, each file once."""
    files: dict[tuple[str, ...], OutputFile] = {}
    texts: list[str] = []
    for output in sorted(filter(wanted.takes, outputs), key=wanted.rank):
        for file in _files(output, temporary=bool(wanted.nodes)):
            files.setdefault(tuple(file.locator.values()), file)
        texts += _texts(output.output.get("text"))
    return tuple(files.values()), tuple(texts)


def media_kind(name: str, *, moves: bool = False) -> MediaKind:
    """Judge by the name; `moves` is the server's own word for formats that may hold one picture or many."""
    suffix = PurePosixPath(name).suffix.lower()
    if moves and suffix in _MAY_MOVE:
        return MediaKind.ANIMATION
    return next((kind for kind, suffixes in _KINDS.items() if suffix in suffixes), MediaKind.OTHER)


def base_name(path: str) -> str:
    """Return the last part of a path written on any system."""
    return path.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]


def _files(output: NodeOutput, *, temporary: bool) -> Iterator[OutputFile]:
    moves = output.output.get("animated") in ([True], (True,), True)
    for entry in _entries(output.output):
        name, folder, kind = (entry.get(key, default) for key, default in _LOCATOR)
        if not (isinstance(name, str) and isinstance(folder, str) and isinstance(kind, str) and base_name(name)):
            continue
        if temporary or kind != "temp":
            yield OutputFile(
                node=output.shown_as,
                name=base_name(name),
                kind=media_kind(name, moves=moves),
                locator={"filename": name, "subfolder": folder, "type": kind},
            )


_LOCATOR: tuple[tuple[str, object], ...] = (("filename", None), ("subfolder", ""), ("type", "output"))


def _entries(output: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    for members in output.values():
        if isinstance(members, list):
            yield from (member for member in members if isinstance(member, dict))


def _texts(value: object) -> list[str]:
    members = value if isinstance(value, list | tuple) else [value]
    return [member[:_MAX_TEXT] for member in members if isinstance(member, str) and member]
