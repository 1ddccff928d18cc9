"""The painter: reproducible, different for every wish, and honest."""

import io
import statistics

import pytest
from PIL import Image, ImageChops, ImageStat

from adapters.simulator.painting.scene import Scene, paint, repaint
from adapters.simulator.painting.words import LANDS, SUBJECTS, TIMES, first_of, subjects_of
from adapters.simulator.png import encode_png, with_text
from adapters.simulator.previews import PREVIEW_SIZE, flat_preview, preview
from adapters.simulator.values import Picture


def scene(prompt: str = "a lighthouse at dusk", *, negative: str = "", seed: int = 1, model: str = "m") -> Scene:
    return Scene(prompt=prompt, negative=negative, seed=seed, model=model, width=96, height=64)


def difference(one: Image.Image, other: Image.Image) -> float:
    return statistics.mean(ImageStat.Stat(ImageChops.difference(one, other)).mean)


def test_the_same_scene_gives_the_same_pixels() -> None:
    assert paint(scene()).tobytes() == paint(scene()).tobytes()


@pytest.mark.parametrize("other", [scene("a cat"), scene(negative="blurry"), scene(seed=2), scene(model="n")])
def test_everything_that_was_asked_for_counts(other: Scene) -> None:
    assert paint(scene()).tobytes() != paint(other).tobytes()


@pytest.mark.parametrize("size", [(16, 16), (64, 64), (512, 32), (32, 512)])
def test_every_size_can_be_painted(size: tuple[int, int]) -> None:
    picture = paint(Scene(prompt="a boat", negative="", seed=0, model="", width=size[0], height=size[1]))
    assert (picture.size, picture.mode) == (size, "RGB")


@pytest.mark.parametrize("word", [*LANDS, *TIMES, *SUBJECTS, "", "猫", "%s {0} \\N", "x" * 3000])
def test_every_word_can_be_painted(word: str) -> None:
    assert paint(scene(word)).size == (96, 64)


def test_words_are_understood_in_the_order_of_the_prompt() -> None:
    assert first_of("A CITY by the sea", LANDS) == "city"
    assert first_of("the sea at night, sunset colours", TIMES) == "night"
    assert first_of("nothing of that", LANDS) is None
    assert subjects_of("two cats and a lighthouse, cat") == ["cat", "lighthouse"]


def test_denoising_moves_from_the_picture_to_the_scene() -> None:
    base = Image.new("RGB", (96, 64), (20, 200, 20))
    steps = [difference(base, repaint(base, scene(), denoise, None)) for denoise in (0.0, 0.3, 0.6, 1.0)]
    assert steps[0] == 0
    assert steps == sorted(steps)
    assert steps[-1] > 30


def test_only_what_the_mask_selects_is_repainted() -> None:
    base = Image.new("RGB", (96, 64), (20, 200, 20))
    mask = Image.new("L", (96, 64))
    mask.paste(255, (48, 0, 96, 32))
    result = repaint(base, scene(), 1.0, mask)
    left = (0, 0, 46, 32)  # the caption is below
    assert result.crop(left).tobytes() == base.crop(left).tobytes()
    assert difference(result.crop((50, 0, 96, 32)), base.crop((50, 0, 96, 32))) > 20


def test_the_caption_is_written_over_the_lower_edge() -> None:
    large = Scene(prompt="a boat", negative="", seed=0, model="", width=256, height=256)
    plain = repaint(Image.new("RGB", (256, 256), (128, 128, 128)), large, 0.01, None)
    upper, lower = plain.crop((0, 0, 256, 200)), plain.crop((0, 236, 256, 256))
    assert max(high for _, high in lower.getextrema()) > 200  # type: ignore[misc]
    assert max(high for _, high in upper.getextrema()) < 160  # type: ignore[misc]


def test_previews_sharpen_step_by_step_into_the_picture() -> None:
    final = paint(Scene(prompt="mountains", negative="", seed=3, model="", width=256, height=256))
    sharp = final.resize((PREVIEW_SIZE, PREVIEW_SIZE), Image.Resampling.BILINEAR)

    def distance(progress: float) -> float:
        with Image.open(io.BytesIO(preview(final, progress, 3))) as frame:
            assert (frame.format, frame.size) == ("JPEG", (PREVIEW_SIZE, PREVIEW_SIZE))
            return difference(sharp, frame.convert("RGB"))

    distances = [distance(step / 5) for step in range(1, 6)]
    assert distances == sorted(distances, reverse=True)
    assert distances[-1] < 4


def test_a_flat_preview_has_the_shape_of_the_picture() -> None:
    with Image.open(io.BytesIO(flat_preview(1024, 512))) as frame:
        assert frame.size == (512, 256)


@pytest.mark.parametrize("picture", [Picture(40, 30), Picture(40, 30, Image.new("RGB", (40, 30), (1, 2, 3)))])
def test_a_png_carries_text_and_stays_a_png(picture: Picture) -> None:
    with Image.open(io.BytesIO(with_text(encode_png(picture), {"prompt": '{"1": 2}', "note": "x"}))) as image:
        image.load()
        assert (image.size, image.info["prompt"], image.info["note"]) == ((40, 30), '{"1": 2}', "x")
