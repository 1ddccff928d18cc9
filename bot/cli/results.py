"""Where results go: a file for each, numbered when there are several, whole or not at all."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from bot.errors import ConfigError
from bot.events import OutputFile
from bot.ports import Server


@dataclass(frozen=True, slots=True)
class Target:
    """What `--out` means: a folder, and the beginning of the names in it."""

    folder: Path
    stem: str
    suffix: str  #: as the person wrote it; the results may be of another kind

    def path(self, file: OutputFile, number: int, count: int) -> Path:
        """Return where a result goes; the suffix tells what it really is."""
        suffix = Path(file.name).suffix.lower()
        if (self.suffix.lower(), suffix) in {(".jpeg", ".jpg"), (".jpg", ".jpeg"), (self.suffix.lower(),) * 2}:
            suffix = self.suffix
        numbered = f"{self.stem}-{number}" if count > 1 else self.stem
        return self.folder / f"{numbered}{suffix}"


def target_of(out: Path | None, *, otherwise: str) -> Target:
    """Check `--out` before anything is painted; raises ConfigError."""
    path = (out or Path(otherwise)).expanduser()
    target = Target(path, otherwise, "") if path.is_dir() else Target(path.parent, path.stem, path.suffix)
    if not target.folder.is_dir():
        raise ConfigError([f"There is no folder {target.folder} to write into."])
    if not os.access(target.folder, os.W_OK):
        raise ConfigError([f"The folder {target.folder} cannot be written to."])
    return target


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
    partial = path.with_name(f".{path.name}.part")
    try:
        with partial.open("wb") as file:
            async for chunk in chunks:
                await asyncio.to_thread(file.write, chunk)
        partial.replace(path)
    except OSError as error:
        raise ConfigError([f"{path} cannot be written: {error.strerror}."]) from error
    finally:
        partial.unlink(missing_ok=True)
