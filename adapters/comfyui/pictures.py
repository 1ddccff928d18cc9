"""Results that never become files: SaveImageWebsocket sends its pictures over the socket, in the frames of previews."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field

from adapters.comfyui.frames import PictureFrame
from bot.events import MediaKind, OutputFile

SENDS_PICTURES = "SaveImageWebsocket"

MEMORY = "memory"
"""The locator key of a result that is kept here."""


@dataclass(slots=True, kw_only=True)
class KeptPictures:
    """The pictures of one run that are results. A limit of bytes holds; what comes after it is dropped."""

    nodes: frozenset[str] = frozenset()  #: wanted nodes that send their pictures
    limit: int = 0
    contents: dict[str, bytes] = field(default_factory=dict, repr=False)
    _files: list[OutputFile] = field(default_factory=list)

    def keep(self, prompt_id: str, picture: PictureFrame) -> bool:
        """Take a picture if it is a result, and tell whether it is one; a preview is none."""
        if picture.node not in self.nodes or picture.media_type != "image/png":
            return False
        if sum(map(len, self.contents.values())) + len(picture.image) <= self.limit:
            name = f"{picture.node}_{len(self._files):05}.png"
            key = f"{prompt_id}/{name}"
            self.contents[key] = picture.image
            self._files.append(
                OutputFile(node=picture.node or "", name=name, kind=MediaKind.IMAGE, locator={MEMORY: key})
            )
        return True

    def files(self) -> tuple[OutputFile, ...]:
        """Return them as results, in the order in which they came."""
        return tuple(self._files)


class PictureStore:
    """The kept pictures of the runs that ended, until they are fetched; the oldest gives way at the limit."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._contents: OrderedDict[str, bytes] = OrderedDict()

    def add(self, contents: Mapping[str, bytes]) -> None:
        """Take over what a run kept."""
        self._contents.update(contents)
        while sum(map(len, self._contents.values())) > self._limit:
            self._contents.popitem(last=False)

    def get(self, key: str) -> bytes | None:
        """Return a picture; None when it has given way."""
        return self._contents.get(key)
