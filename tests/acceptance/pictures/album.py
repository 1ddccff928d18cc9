"""The pictures of one platform's page: what is in each, under which name it was taken, and what it showed then."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Protocol

FOLDER = Path(__file__).parents[3] / "docs" / "images"

Paint = Callable[[str, int, str], str]
"""Returns the address of a picture: of a prompt, a seed, and "", or "preview" for an unfinished one."""


class Frame(Protocol):
    """One thing that is seen, such as a message."""

    def draw(self) -> str:
        """Return its HTML."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture, before it is taken: frames, one below the other."""

    frames: Sequence[Frame]
    width: int = 660


@dataclass(frozen=True, slots=True, kw_only=True)
class Album:
    """All pictures of a page in docs/, or those of them that are drawn alike."""

    name: str
    style: str  #: CSS
    pictures: Mapping[str, Callable[[Paint], Picture]]
    of: str = ""  #: the page; otherwise the one of its own name

    @property
    def document(self) -> str:
        """Return the page that shows them."""
        return f"docs/{self.of or self.name}.md"

    @property
    def remembered(self) -> Path:
        """Return the file that says what each picture showed when it was taken."""
        return FOLDER / f"{self.name}.json"

    def file(self, picture: str) -> Path:
        """Return where a picture is kept."""
        return FOLDER / f"{self.name}-{picture}.webp"

    def page(self, picture: str, paint: Paint) -> tuple[str, int]:
        """Return the page that a picture is taken of, and its width."""
        made = self.pictures[picture](paint)
        shown = "".join(each.draw() for each in made.frames)
        main = f'<main style="width:{made.width}px">{shown}</main>'
        return f'<!doctype html><meta charset="utf-8"><style>{self.style}</style>{main}', made.width

    def digests(self) -> dict[str, str]:
        """Name what every picture shows today, without painting: another payload or drawing has another name."""
        pages = {name: self.page(name, _unpainted)[0] for name in self.pictures}
        return {name: sha256(page.encode()).hexdigest()[:16] for name, page in pages.items()}

    def remember(self) -> None:
        """Write down what all pictures show today."""
        self.remembered.write_text(json.dumps(self.digests(), indent=2) + "\n")


def _unpainted(prompt: str, seed: int, kind: str) -> str:
    return f"{prompt}/{seed}/{kind}"
