"""Results that never become files: SaveImageWebsocket sends its pictures over the socket, in the frames of previews."""

from collections import OrderedDict
from dataclasses import dataclass, field

from adapters.comfyui.frames import PictureFrame
from bot.events import MediaKind, OutputFile

SENDS_PICTURES = "SaveImageWebsocket"

MEMORY = "memory"
"""The locator key of a result that is kept here."""


class PictureStore:
    """The kept pictures of all runs, until they are fetched; at the limit of bytes the oldest gives way."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._size = 0
        self._contents: OrderedDict[str, bytes] = OrderedDict()

    def add(self, key: str, image: bytes) -> None:
        """Keep a picture."""
        self._size += len(image) - len(self._contents.pop(key, b""))
        self._contents[key] = image
        while self._size > self.limit:
            self._size -= len(self._contents.popitem(last=False)[1])

    def drop(self, prompt_id: str) -> None:
        """Let go of a run's pictures."""
        for key in [key for key in self._contents if key.startswith(f"{prompt_id}/")]:
            self._size -= len(self._contents.pop(key))

    def get(self, key: str) -> bytes | None:
        """Return a picture; None when it has given way."""
        return self._contents.get(key)


@dataclass(slots=True, kw_only=True)
class KeptPictures:
    """The pictures of one run that are results. What it makes beyond the whole limit is dropped."""

    nodes: frozenset[str] = frozenset()  #: wanted nodes that send their pictures
    store: PictureStore = field(default_factory=lambda: PictureStore(0))
    _size: int = 0
    _files: list[OutputFile] = field(default_factory=list)

    def keep(self, prompt_id: str, picture: PictureFrame) -> bool:
        """Take a picture if it is a result, and tell whether it is one; a preview is none."""
        if picture.node not in self.nodes or picture.media_type != "image/png":
            return False
        name = f"{picture.node}_{len(self._files):05}.png"
        key = f"{prompt_id}/{name}"
        if self._size + len(picture.image) <= self.store.limit:
            self.store.add(key, picture.image)
            self._size += len(picture.image)
            self._files.append(
                OutputFile(node=picture.node or "", name=name, kind=MediaKind.IMAGE, locator={MEMORY: key})
            )
        return True

    def files(self) -> tuple[OutputFile, ...]:
        """Return them as results, in the order in which they came."""
        return tuple(self._files)
