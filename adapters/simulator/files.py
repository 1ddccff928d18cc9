"""The input, output and temp folders: names in, paths out, and nothing outside of them."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

FOLDERS = ("input", "output", "temp")


@dataclass(slots=True)
class Folders:
    """The three folders under `root`, and the next number of every file name prefix."""

    root: Path
    _counters: dict[Path, int] = field(default_factory=dict)

    def create(self) -> None:
        """Make the folders; temp/ starts empty with every start of the server, the others keep what they hold."""
        for name in FOLDERS:
            self.folder(name).mkdir(parents=True, exist_ok=True)
        for path in self.folder("temp").iterdir():
            if path.is_file():
                path.unlink()
        self._counters.clear()

    def folder(self, name: str) -> Path:
        """The folder of a file type."""
        return self.root / name

    def annotated(self, name: str) -> tuple[str, str | None]:
        """Split "name [input]" into the name and its folder; None when no folder is said."""
        for folder in FOLDERS:
            if name.endswith(f"[{folder}]"):
                return name[: -len(folder) - 3], folder
        return name, None

    def upload(self, name: str) -> Path:
        """Where an image that a node names lies; the input folder unless the name says otherwise."""
        plain, folder = self.annotated(name)
        return self.folder(folder or "input") / plain

    def contains(self, name: str) -> bool:
        """True when a node can read this image. Unlike 0.3.64 nothing outside the three folders can be named."""
        path = Path(os.path.normpath(self.upload(name)))
        return path.is_relative_to(self.root) and path.is_file()

    def inputs(self) -> list[str]:
        """The top-level files of the input folder."""
        return sorted(path.name for path in self.folder("input").iterdir() if path.is_file())

    def save(self, folder: str, prefix: str, suffix: str, size: tuple[int, int], write: Callable[[Path], None]) -> str:
        """Write the next file of a prefix and answer its path below the folder.

        Raises OutsideError when the prefix leads out of the folder.
        """
        relative = Path(os.path.normpath(_expand(prefix, size)))
        stem = self.folder(folder) / relative
        target = Path(os.path.normpath(stem))
        if not target.is_relative_to(self.folder(folder)):
            raise OutsideError(target.parent, self.folder(folder))
        number = self._number(target)
        name = f"{target.name}_{number:05}_{suffix}"
        write(target.with_name(name))
        return str(target.with_name(name).relative_to(self.folder(folder)))

    def _number(self, target: Path) -> int:
        if target not in self._counters:
            target.parent.mkdir(parents=True, exist_ok=True)
            self._counters[target] = max(
                (_number_of(path.name, target.name) for path in target.parent.iterdir()), default=0
            )
        self._counters[target] += 1
        return self._counters[target]


class OutsideError(Exception):
    """A file name prefix that leads out of the output folder, in ComfyUI's words."""

    exception_type = "Exception"

    def __init__(self, wanted: Path, folder: Path) -> None:
        common = os.path.commonpath((wanted, folder))
        super().__init__(
            "**** ERROR: Saving image outside the output folder is not allowed."
            f"\n full_output_folder: {wanted}\n         output_dir: {folder}\n         commonpath: {common}"
        )


def _number_of(name: str, prefix: str) -> int:
    if not name.startswith(f"{prefix}_"):
        return 0
    digits = name[len(prefix) + 1 :].split("_")[0]
    return int(digits) if digits.isdecimal() else 0


def _expand(prefix: str, size: tuple[int, int]) -> str:
    now = time.localtime()
    words = {
        "width": str(size[0]),
        "height": str(size[1]),
        "year": str(now.tm_year),
        "month": f"{now.tm_mon:02}",
        "day": f"{now.tm_mday:02}",
        "hour": f"{now.tm_hour:02}",
        "minute": f"{now.tm_min:02}",
        "second": f"{now.tm_sec:02}",
    }
    for word, value in words.items():
        prefix = prefix.replace(f"%{word}%", value)
    return prefix
