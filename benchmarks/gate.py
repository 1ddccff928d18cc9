"""How much memory the image gate takes for the largest pictures that it lets through: `python -m benchmarks.gate`.

Each picture is admitted in a process of its own, which tells its own peak (Linux: VmHWM). The bar is what
`bot.images.MAX_PIXELS` promises: every pixel twice, at four bytes, and a tenth for all else.
"""

import subprocess
import sys
from io import BytesIO
from pathlib import Path

from PIL import Image

from benchmarks.report import arguments, publish, versions
from bot.images import MAX_PIXELS, MAX_WEBP_PIXELS, admit

PROMISED_BYTES = 2 * 4 * MAX_PIXELS
_TURNED = 6  #: EXIF: the camera was held upright
_CASES = ("PNG", "PNG turned", "JPEG", "JPEG turned", "JPEG progressive", "WEBP", "WEBP turned")


def picture(case: str, pixels: int) -> bytes:
    """Make a picture of about so many pixels, all of one colour: small to send, large to decode."""
    kind, _, manner = case.partition(" ")
    exif = Image.Exif()
    if manner == "turned":
        exif[0x0112] = _TURNED
    side = int(pixels**0.5)
    buffer = BytesIO()
    Image.new("RGB", (side, side), "teal").save(buffer, kind, exif=exif, progressive=manner == "progressive")
    return buffer.getvalue()


def peak_bytes() -> int:
    """Return the most memory that this process ever held."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    [line] = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024


def measure(content: bytes) -> int:
    """Admit a picture in a fresh process; return how far its peak rose, in bytes."""
    command = [sys.executable, "-m", "benchmarks.gate", "--one"]
    done = subprocess.run(command, input=content, capture_output=True, check=True, timeout=300)  # noqa: S603 - this file
    return int(done.stdout)


def _one() -> None:
    content = sys.stdin.buffer.read()
    admit(picture("PNG", 1))  # Whatever Pillow loads at its first picture is no part of this one.
    before = peak_bytes()
    admit(content)
    print(peak_bytes() - before)


def main() -> None:
    """Measure every case and print the table."""
    options = arguments("The memory that the image gate takes.")
    share = 4 if options.quick else 1
    rows, worst = [], 0.0
    for case in _CASES:
        pixels = (MAX_WEBP_PIXELS if case.startswith("WEBP") else MAX_PIXELS) // share
        content = picture(case, pixels)
        taken = measure(content)
        worst = max(worst, taken * share / PROMISED_BYTES)
        rows.append(
            {
                "picture": case,
                "megapixels": f"{pixels / 1e6:.0f}",
                "sent KB": f"{len(content) / 1e3:.0f}",
                "taken MB": f"{taken / 1e6:.0f}",
            }
        )
    bar = f"no picture takes more than {PROMISED_BYTES / 1e6:.0f} MB and a tenth (worst: {worst:.2f} of it)"
    publish("The image gate", versions("fairbrush", "pillow"), rows, {bar: worst <= 1.1}, options.json)


if __name__ == "__main__":
    _one() if sys.argv[1:] == ["--one"] else main()
