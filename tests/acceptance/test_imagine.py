"""`fairbrush imagine`, as somebody meets it."""

import asyncio
import json
import signal
import subprocess
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from adapters.simulator.server import Simulator
from tests.acceptance.conftest import Fairbrush

SMALL = ("steps:4", "size:64x64")


def _picture(path: Path) -> Image.Image:
    return Image.open(BytesIO(path.read_bytes()))


async def _in_thread(fairbrush: Fairbrush, *arguments: str) -> subprocess.CompletedProcess[str]:
    return await asyncio.to_thread(fairbrush, *arguments)


def test_words_become_a_picture_without_anything_set_up(fairbrush: Fairbrush, folder: Path) -> None:
    done = fairbrush("imagine", "a lighthouse at dusk", "steps:4", "seed:42", "--out", "a.png")

    assert done.returncode == 0
    assert done.stdout == "a.png\n"
    assert _picture(folder / "a.png").size == (512, 512)
    assert "step 4/4" in done.stderr
    assert "simulator" in done.stderr
    assert [path.name for path in folder.iterdir()] == ["a.png"]


def test_a_seed_paints_the_same_pixels_and_another_one_others(fairbrush: Fairbrush, folder: Path) -> None:
    for name, seed in (("a.png", 42), ("b.png", 42), ("c.png", 43)):
        assert fairbrush("imagine", "a lighthouse", *SMALL, f"seed:{seed}", "--out", name).returncode == 0

    pixels = [_picture(folder / name).tobytes() for name in ("a.png", "b.png", "c.png")]
    assert pixels[0] == pixels[1]
    assert pixels[0] != pixels[2]


def test_several_pictures_are_numbered(fairbrush: Fairbrush, folder: Path) -> None:
    done = fairbrush("imagine", "a cat", *SMALL, "n:3", "--out", "cat.png")

    assert done.stdout.split() == ["cat-1.png", "cat-2.png", "cat-3.png"]
    assert len(list(folder.iterdir())) == 3


def test_a_folder_as_out_gets_names_of_its_own(fairbrush: Fairbrush, folder: Path) -> None:
    (folder / "pictures").mkdir()

    done = fairbrush("imagine", "a cat", *SMALL, "--out", "pictures")

    assert (folder / done.stdout.strip()).parent == folder / "pictures"
    assert done.stdout.strip().endswith(".png")


def test_every_fault_is_told_before_anything_is_painted(fairbrush: Fairbrush, folder: Path) -> None:
    done = fairbrush("imagine", "a cat", "steps:9999", "cfg:nan", "--out", "a.png")

    assert done.returncode == 2
    assert "steps: needs a whole number from 1 to 60, not “9999”." in done.stderr
    assert "cfg: " in done.stderr
    assert not list(folder.iterdir())


def test_a_slip_suggests_the_word_that_was_meant(fairbrush: Fairbrush) -> None:
    done = fairbrush("imagine", "a cat", "stepz:3")

    assert done.returncode == 2
    assert "steps:3" in done.stderr


def test_an_unknown_dashed_option_is_no_word_of_the_prompt(fairbrush: Fairbrush) -> None:
    done = fairbrush("imagine", "a cat", "--cumfyui", "http://127.0.0.1:1")

    assert done.returncode == 2
    assert "--comfyui" in done.stderr


def test_dashed_parameters_belong_to_the_grammar(fairbrush: Fairbrush) -> None:
    done = fairbrush("imagine", "a cat", "--steps", "3", "--seed", "-1", "--size", "64x64", "--json")

    assert json.loads(done.stdout)["values"]["steps"] == 3


def test_json_tells_everything_and_nothing_else(fairbrush: Fairbrush, folder: Path) -> None:
    told = json.loads(fairbrush("imagine", "a cat", *SMALL, "seed:random", "--out", "a.png", "--json").stdout)

    assert told["files"] == ["a.png"]
    assert told["simulated"] is True
    assert isinstance(told["values"]["seed"], int)
    faulty = json.loads(fairbrush("imagine", "a cat", "steps:0", "--json").stdout)
    assert faulty["faults"][0]["parameter"] == "steps"


def test_a_picture_of_ones_own_is_attached_by_an_at_sign(fairbrush: Fairbrush, folder: Path) -> None:
    Image.new("RGB", (96, 64), "orange").save(folder / "in.jpg")

    done = fairbrush("imagine", "a fox", "--workflow", "img2img", "image=@in.jpg", "steps:2", "--out", "out.png")

    assert done.returncode == 0, done.stderr
    assert (folder / "out.png").exists()


@pytest.mark.parametrize("value", ["in.jpg", "@missing.png", "@notes.txt", "http://127.0.0.1/x.png"])
def test_an_image_is_only_ever_a_readable_picture_that_was_attached(
    fairbrush: Fairbrush, folder: Path, value: str
) -> None:
    (folder / "notes.txt").write_text("not a picture")

    done = fairbrush("imagine", "a fox", "--workflow", "img2img", f"image={value}")

    assert done.returncode == 2
    assert done.stderr.startswith("image: ")
    assert "Traceback" not in done.stderr


def test_a_missing_folder_is_told_before_anything_is_painted(fairbrush: Fairbrush) -> None:
    done = fairbrush("imagine", "a cat", "--out", "nowhere/a.png")

    assert done.returncode == 2
    assert "nowhere" in done.stderr


def test_a_gpu_that_does_not_answer_is_a_sentence_without_its_address(fairbrush: Fairbrush) -> None:
    done = fairbrush("imagine", "a cat", "--comfyui", "http://127.0.0.1:9")

    assert done.returncode == 1
    assert done.stderr == "The GPU cannot be reached: nothing listens at its address.\n"


def test_an_address_that_is_empty_is_not_taken_for_none(fairbrush: Fairbrush) -> None:
    done = fairbrush("imagine", "a cat", "--comfyui", "")

    assert done.returncode == 2
    assert "address" in done.stderr


def test_an_unknown_workflow_lists_the_known_ones(fairbrush: Fairbrush) -> None:
    done = fairbrush("imagine", "a cat", "--workflow", "txt3img")

    assert done.returncode == 2
    assert "txt2img" in done.stderr


def test_what_was_typed_cannot_steer_the_terminal(fairbrush: Fairbrush) -> None:
    done = fairbrush("imagine", "[/] [bold]x[/bold] \x1b[31mred", "steps:\x1b]0;owned\x07")

    assert done.returncode == 2
    assert "\x1b" not in done.stdout + done.stderr


async def test_a_named_server_paints(fairbrush: Fairbrush, folder: Path, simulator: Simulator) -> None:
    done = await _in_thread(fairbrush, "imagine", "a cat", *SMALL, "--comfyui", simulator.url, "--out", "a.png")

    assert done.returncode == 0, done.stderr
    assert "simulator" not in done.stderr
    assert len(simulator.records.runs) == 1
    _picture(folder / "a.png").verify()


async def test_out_of_memory_says_what_to_lower(fairbrush: Fairbrush, simulator: Simulator) -> None:
    simulator.faults.out_of_memory()

    done = await _in_thread(fairbrush, "imagine", "a cat", *SMALL, "--comfyui", simulator.url)

    assert done.returncode == 1
    assert "memory" in done.stderr
    assert "smaller" in done.stderr


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 143)])
async def test_a_stopped_command_interrupts_its_run_and_says_so(
    start: Callable[..., subprocess.Popen[str]], folder: Path, simulator: Simulator, sent: signal.Signals, code: int
) -> None:
    simulator.faults.slow_down(10)  # so that it is not over before it is stopped, however busy this machine is
    process = start("imagine", "a cat", "steps:60", "size:64x64", "--comfyui", simulator.url, "--out", "a.png")
    assert process.stderr is not None
    lines = iter(process.stderr.readline, "")  # ends with the process, too
    await asyncio.to_thread(lambda: next(line for line in lines if "step " in line))
    process.send_signal(sent)
    _, said = await asyncio.to_thread(process.communicate, timeout=60)

    assert "Stopped: the GPU no longer works on it." in said
    assert process.returncode == code
    assert simulator.records.runs[-1].outcome == "interrupted"
    assert not await asyncio.to_thread(lambda: list(folder.iterdir()))
