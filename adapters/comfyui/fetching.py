"""Reading a result from where it lies."""

from collections.abc import AsyncGenerator

from adapters.comfyui.limits import ComfyLimits
from adapters.comfyui.pictures import MEMORY, PictureStore
from adapters.comfyui.rest import Download, Rest
from bot.errors import ResultGone, ResultLost, ServerLost
from bot.events import OutputFile

_TOO_LARGE = "The result is larger than can be taken over from the GPU."


async def read_result(rest: Rest, store: PictureStore, limits: ComfyLimits, file: OutputFile) -> AsyncGenerator[bytes]:
    """Read a file in chunks, or what is kept in memory at once; raises ResultLost or ServerLost."""
    if MEMORY in file.locator:
        picture = store.get(file.locator[MEMORY])
        if picture is None:
            raise ResultLost(detail=f"{file.name} gave way to newer pictures")
        yield picture
        return
    async with rest.download("/view", file.locator) as download:
        _check(download, limits)
        taken = 0
        while chunk := await download.read():
            taken += len(chunk)
            if taken > limits.file_bytes:
                raise ResultLost(_TOO_LARGE, detail=f"over {limits.file_bytes} bytes")
            yield chunk


def _check(download: Download, limits: ComfyLimits) -> None:
    detail = f"GET /view: HTTP {download.status} {download.media_type}"
    if download.status >= 500 or download.status in {401, 407, 429}:
        raise ServerLost(detail=detail)
    # ComfyUI never serves HTML as such, so a page is somebody's sign-in form.
    if download.status != 200 or download.media_type == "text/html":
        raise ResultGone(detail=detail)
    if download.size is not None and download.size > limits.file_bytes:
        raise ResultLost(_TOO_LARGE, detail=f"{download.size} bytes")
