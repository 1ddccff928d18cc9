"""Where results go: a file for each, numbered when there are several, whole or not at all."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import aclosing, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from secrets import token_hex

from bot.cli.paths import expanded
from bot.errors import ConfigError
from bot.events import OutputFile
from bot.ports import Server

# fmt: off
_SUFFIXES = frozenset({
    ".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".avif", ".exr", ".hdr", ".gif", ".apng",
    ".mp4", ".webm", ".mov", ".mkv", ".avi", ".m4v", ".flac", ".mp3", ".wav", ".ogg", ".opus", ".m4a", ".aac",
    ".glb", ".obj", ".txt", ".json",
})
# fmt: on
"""What a result's name may end with: a server could say `.desktop`, and somebody's desktop would run it."""

_UNKNOWN = ".bin"
_ALIKE = ({".jpg", ".jpeg"}, {".tif", ".tiff"})


@dataclass(frozen=True, slots=True)
class Target:
    """What `--out` means: a folder, and the beginning of the names in it."""

    folder: Path
    stem: str
    suffix: str  #: as the person wrote it; the results may be of another kind

    def path(self, file: OutputFile, number: int, count: int) -> Path:
        """Return where a result goes; the suffix tells what it really is."""
        given = PurePosixPath(file.name).suffix.lower()
        suffix = given if given in _SUFFIXES else _UNKNOWN
        wished = self.suffix.lower()
        if wished == suffix or any({wished, suffix} <= alike for alike in _ALIKE):
            suffix = self.suffix
        numbered = f"{self.stem}-{number}" if count > 1 else self.stem
        return self.folder / f"{numbered}{suffix}"


def target_of(out: Path | None, *, otherwise: str) -> Target:
    """Check `--out` before anything is painted; raises ConfigError."""
    path = expanded(out or Path(otherwise))
    target = Target(path, otherwise, "") if path.is_dir() else _named(path)
    if not target.folder.is_dir():
        raise ConfigError([f"There is no folder {target.folder} to write into."])
    if not os.access(target.folder, os.W_OK):
        raise ConfigError([f"The folder {target.folder} cannot be written to."])
    return target


def _named(path: Path) -> Target:
    # In `shot-1.5` the dot belongs to the name: only what ends a result's name is an ending.
    if path.suffix.lower() in {*_SUFFIXES, _UNKNOWN}:
        return Target(path.parent, path.stem, path.suffix)
    return Target(path.parent, path.name, "")


async def write_results(server: Server, files: tuple[OutputFile, ...], target: Target) -> list[Path]:
    """Fetch every result; a file appears only when it is complete. Raises what `Server.fetch` raises."""
    paths = []
    for number, file in enumerate(files, start=1):
        path = target.path(file, number, len(files))
        async with aclosing(server.fetch(file)) as chunks:
            await _write(chunks, path)
        paths.append(path)
    return paths


async def _write(chunks: AsyncIterator[bytes], path: Path) -> None:
    # A name of its own for each command: two that write to the same place must not write into each other's file.
    partial = path.with_name(f".fairbrush-{token_hex(8)}.part")
    try:
        with partial.open("xb") as file:
            async for chunk in chunks:
                await asyncio.to_thread(file.write, chunk)
        partial.replace(path)
    except OSError as error:
        raise ConfigError([f"{path} cannot be written: {error.strerror}."]) from error
    finally:
        with suppress(OSError):  # whatever went wrong before is what has to be told
            partial.unlink(missing_ok=True)
