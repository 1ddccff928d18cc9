"""`image=@file.png`: the command line alone reads files for people; everywhere else a picture is attached."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from bot.cli.paths import expanded
from bot.errors import ConfigError, ImageRefused
from bot.images import MAX_BYTES, admit
from workflows.command import Command
from workflows.faults import Fault
from workflows.parameters import FileParameter, Refused
from workflows.values import FileHandle, RawValue
from workflows.workflow import Workflow

MAX_VIDEO_BYTES = 100 * 1024**2
"""What ComfyUI takes in one upload (max_upload_size of 0.3.64)."""

_VIDEO_MARKS = (("video/mp4", 4, b"ftyp"), ("video/webm", 0, b"\x1a\x45\xdf\xa3"))


def attach(command: Command, workflow: Workflow) -> tuple[Command, Mapping[str, bytes]]:
    """Replace every `@path` by a handle; also returns the contents by the name that the graph will hold."""
    raw: dict[str, RawValue] = dict(command.raw)
    contents: dict[str, bytes] = {}
    faults = list(command.faults)
    for name, parameter in workflow.manifest.parameters.items():
        value = raw.get(name)
        if not isinstance(parameter, FileParameter) or not isinstance(value, str) or not value.startswith("@"):
            continue
        try:
            handle, content = _read(Path(value[1:]), parameter)
        except (ConfigError, ImageRefused, Refused) as refusal:
            faults.append(Fault(parameter=name, reason=str(refusal)))
            del raw[name]
        else:
            raw[name] = handle
            contents[handle.name] = content
    return Command(raw=raw, faults=tuple(faults)), contents


def _read(path: Path, parameter: FileParameter) -> tuple[FileHandle, bytes]:
    limit = MAX_VIDEO_BYTES if parameter.kind == "video" else MAX_BYTES
    try:
        with expanded(path).open("rb") as file:
            content = file.read(limit + 1)
    except OSError as error:
        raise Refused(f"the file cannot be read: {error.strerror}.") from error
    if parameter.kind == "video":
        return _video(content), content
    admitted = admit(content)
    return admitted.handle, admitted.content


def _video(content: bytes) -> FileHandle:
    if len(content) > MAX_VIDEO_BYTES:
        raise Refused(f"the video is larger than {MAX_VIDEO_BYTES // 1024**2} MB.")
    for media_type, offset, mark in _VIDEO_MARKS:
        if content[offset : offset + len(mark)] == mark:
            # A video's pixels are counted by the workflow's own size; what comes in is bounded by its bytes.
            return FileHandle(key=sha256(content).hexdigest(), media_type=media_type, width=0, height=0)
    raise Refused("that is no video that can be used: send an MP4 or WebM.")
