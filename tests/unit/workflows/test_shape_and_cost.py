"""Width and height said in one word, and the joint bound that no combination of allowed values passes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.workflows.samples import (
    ATTACHED,
    CLIP,
    EVERYTHING,
    EVERYTHING_VOCABULARY,
    LIBRARY_CATALOG,
    PICTURE,
    SDXL,
    TXT2IMG,
    UPSCALE,
    VOCABULARY,
    faults,
    one,
    small,
)
from workflows.cost import cost_of, lower_what
from workflows.faults import InvalidValues
from workflows.manifest import Cost
from workflows.parameters import Integer, Number
from workflows.values import FileHandle, RawValue, Size
from workflows.workflow import Workflow


def shape(**raw: RawValue) -> tuple[object, object]:
    values = TXT2IMG.validate({"prompt": "x", **raw}, VOCABULARY)
    return values["width"], values["height"]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"size": "1024x768"}, (1024, 768)),
        ({"ar": "1:1"}, (512, 512)),
        ({"ar": "16:9"}, (680, 384)),
        ({"ar": "9:16"}, (384, 680)),
        ({"ar": "16:9", "model": SDXL}, (1368, 768)),
        ({"ar": "1:1", "model": SDXL}, (1024, 1024)),
        ({"ar": "2:1", "width": "1024"}, (1024, 512)),
        ({"ar": "2:1", "height": "512"}, (1024, 512)),
        ({"ar": "4:3", "height": 768}, (1024, 768)),
        ({"width": "640"}, (640, 512)),
    ],
)
def test_a_shape_is_spelled_out(raw: dict[str, RawValue], expected: tuple[int, int]) -> None:
    assert shape(**raw) == expected


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        ({"size": "1024x768", "ar": "16:9"}, "ar: the shape is said twice. Keep one of size, ar, or width and height."),
        (
            {"size": "1024x768", "w": "5", "width": "640"},
            "size: the shape is said twice. Keep one of size, ar, or width and height.",
        ),
        (
            {"size": "1024x768", "height": "640"},
            "size: the shape is said twice. Keep one of size, ar, or width and height.",
        ),
        (
            {"ar": "1:1", "width": "640", "height": "640"},
            "ar: the shape is said twice. Keep one of size, ar, or width and height.",
        ),
        ({"size": "big"}, "size: needs a width and a height such as 1024x768, not “big”."),
        ({"ar": "wide"}, "ar: needs a ratio such as 16:9, not “wide”."),
        ({"ar": "100:1"}, "ar: “100:1” would make a side of 5120 pixels; sides go from 64 to 2048."),
        ({"ar": "1:2", "width": "2048"}, "ar: “1:2” would make a side of 4096 pixels; sides go from 64 to 2048."),
        ({"ar": "2:1", "width": "9999"}, "width: needs a whole number from 64 to 2048, not “9999”."),
        ({"size": "4096x768"}, "width: needs a whole number from 64 to 2048, not “4096”."),
        ({"size": "1024x770"}, "height: goes in steps of 8: take 768 or 776, not “770”."),
        ({"size": PICTURE}, f"size: needs a width and a height such as 1024x768, not “{PICTURE.name[:39]}…”."),
    ],
)
def test_a_shape_that_contradicts_itself_is_a_fault(raw: dict[str, RawValue], fault: str) -> None:
    assert [each for each in faults({"prompt": "x", **raw}) if not each.startswith("w:")] == [fault]


def test_a_size_parameter_understands_a_ratio_too() -> None:
    def read(**raw: RawValue) -> object:
        given = {"prompt": "x", **ATTACHED, **raw}
        return (
            faults(given, EVERYTHING, EVERYTHING_VOCABULARY)
            or EVERYTHING.validate(given, EVERYTHING_VOCABULARY)["size"]
        )

    assert read(ar="16:9") == Size(width=704, height=384)
    assert read(ar="16:9", size="512x512") == [
        "ar: the shape is said twice. Keep one of size, ar, or width and height."
    ]
    assert read(ar="900:1") == ["ar: “900:1” would make a side of 15360 pixels; sides go from 64 to 2048."]


def test_a_workflow_without_a_shape_knows_no_ratio() -> None:
    assert faults({"image": PICTURE, "ar": "16:9"}, UPSCALE) == ["ar: upscale has no parameter “ar”."]


@given(st.integers(1, 9999), st.integers(1, 9999))
def test_a_ratio_gives_sides_that_are_allowed_and_close_to_it(width: int, height: int) -> None:
    raw = {"prompt": "x", "ar": f"{width}:{height}", "model": SDXL}
    if not faults(raw):
        values = TXT2IMG.validate(raw, VOCABULARY)
        across, down = values["width"], values["height"]
        assert isinstance(across, int)
        assert isinstance(down, int)
        assert across % 8 == down % 8 == 0
        # Each side is rounded to a step of 8, so it is at most 4 pixels off.
        assert (across - 4) / (down + 4) <= width / height <= (across + 4) / (down - 4)


def test_allowed_values_that_are_too_much_together_are_refused_by_the_worst_of_them() -> None:
    assert faults({"prompt": "x", "size": "2048x2048", "steps": "60", "count": "8"}) == [
        "count: together too much for one job: 2048 × 2048 × 8 × 60 is 6.7 times the limit. "
        "Lower width, height, count, steps."
    ]
    assert faults({"prompt": "x", "size": "2048x2048", "steps": "60"}) == []


def test_the_joint_fault_comes_together_with_the_others() -> None:
    found = faults({"size": "2048x2048", "steps": "60", "count": "8", "sampler": "nope"})
    assert [fault.partition(":")[0] for fault in found] == ["prompt", "sampler", "count"]
    assert len(faults({"prompt": "x", "size": "2048x2048", "steps": "61", "count": "8"})) == 1


def test_a_picture_counts_its_pixels() -> None:
    big = FileHandle(key="ef" * 32, media_type="image/png", width=4096, height=2048)
    assert faults({"image": big}, UPSCALE) == [
        "image: together too much for one job: 4096x2048 is 2 times the limit. Lower image."
    ]
    assert (
        cost_of(Cost(limit=1, factors=("image", "video", "no")), {"image": PICTURE, "video": CLIP})
        == 640 * 480 * 64 * 64
    )


def test_what_is_barely_too_much_is_never_said_to_be_one_time_the_limit() -> None:
    workflow = one("steps", "integer", "min = 1\nmax = 2000", cost='limit = 1000\nfactors = ["steps"]')
    assert faults({"steps": "1001"}, workflow) == [
        "steps: together too much for one job: 1001 is 1.1 times the limit. Lower steps."
    ]


def test_a_size_counts_its_pixels_in_the_joint_bound() -> None:
    raw: dict[str, RawValue] = {"prompt": "x", **ATTACHED, "size": "2048x2048", "frames": "81"}
    assert faults(raw, EVERYTHING, EVERYTHING_VOCABULARY) == [
        "size: together too much for one job: 2048x2048 × 81 is 6.8 times the limit. Lower size, frames."
    ]


def test_amounts_of_nothing_or_below_do_not_break_the_product() -> None:
    bind = 'bind = [{ node = "1", class_type = "A", input = "%s" }]'
    workflow = small(
        f'[parameters.a]\nkind = "number"\nmin = -5\nmax = 5\n{bind % "x"}\n'
        f'[parameters.b]\nkind = "number"\nmin = 0\nmax = 2\n{bind % "y"}',
        {"x": 0, "y": 1},
        cost='limit = 4\nfactors = ["a", "b"]',
    )
    assert faults({"a": "-5", "b": "0"}, workflow) == []
    assert faults({"a": "5"}, workflow) == [
        "a: together too much for one job: 5 × 1 is 1.2 times the limit. Lower a, b."
    ]


COSTLY = [workflow for workflow in LIBRARY_CATALOG.workflows.values() if workflow.manifest.cost.factors]


def _amounts(workflow: Workflow) -> st.SearchStrategy[dict[str, RawValue]]:
    numbers: dict[str, st.SearchStrategy[RawValue]] = {}
    for name, parameter in workflow.manifest.parameters.items():
        match parameter:
            case Integer():
                # Towards the upper end: that is where bombs are.
                numbers[name] = st.integers(parameter.max - 20 * parameter.step, parameter.max) | st.integers(1, 10)
            case Number():
                numbers[name] = st.floats(parameter.min, parameter.max)
    return st.fixed_dictionaries({}, optional=numbers)


@pytest.mark.parametrize("workflow", COSTLY, ids=lambda workflow: workflow.name)
@given(data=st.data())
@settings(max_examples=200, deadline=None)
def test_no_values_that_are_accepted_cost_more_than_the_limit(workflow: Workflow, data: st.DataObject) -> None:
    side = st.integers(1, 5000)
    picture = st.builds(FileHandle, key=st.just("a" * 64), media_type=st.just("image/png"), width=side, height=side)
    raw = data.draw(_amounts(workflow)) | {"prompt": "x", "image": data.draw(picture), "mask": PICTURE}
    raw = {name: value for name, value in raw.items() if name in workflow.manifest.parameters}
    try:
        values = workflow.validate(raw, VOCABULARY)
    except InvalidValues:
        return
    assert cost_of(workflow.manifest.cost, values) <= workflow.manifest.cost.limit


# ---- What to lower when the memory was not enough ----


@pytest.mark.parametrize(
    ("raw", "wish"),
    [
        ({"size": "2048x1024", "count": "4"}, "the size (now 2048x1024) or the count (now 4)"),
        ({"size": "2048x2048", "count": "1"}, "the size (now 2048x2048)"),
        ({"size": "2048x64", "count": "1", "steps": "60"}, "the size (now 2048x64)"),
        ({"size": "64x64", "count": "2"}, "the count (now 2)"),
    ],
)
def test_a_job_that_ran_out_of_memory_is_told_what_multiplies_it_and_what_that_is_now(
    raw: dict[str, RawValue], wish: str
) -> None:
    values = TXT2IMG.validate({"prompt": "x", **raw}, VOCABULARY)
    assert lower_what(TXT2IMG.manifest, values) == f"The GPU ran out of memory. Lower {wish}."


def test_what_is_at_its_least_is_not_asked_to_be_lowered() -> None:
    values = TXT2IMG.validate({"prompt": "x", "size": "64x64", "count": "1", "steps": "60"}, VOCABULARY)
    sentence = "The GPU ran out of memory. Choose a smaller model or another workflow."
    assert lower_what(TXT2IMG.manifest, values) == sentence


def test_a_picture_and_a_size_of_one_word_are_named_too() -> None:
    assert lower_what(UPSCALE.manifest, UPSCALE.validate({"image": PICTURE}, VOCABULARY)) == (
        "The GPU ran out of memory. Lower the size of the image (now 640x480)."
    )
    raw: dict[str, RawValue] = {"prompt": "x", **ATTACHED, "size": "768x512", "frames": "25"}
    values = EVERYTHING.validate(raw, EVERYTHING_VOCABULARY)
    assert lower_what(EVERYTHING.manifest, values) == (
        "The GPU ran out of memory. Lower the size (now 768x512) or the frames (now 25)."
    )
