"""What servers offer: families of checkpoints, definitions of node classes, and the choices that come from them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.definitions import InputDefinition, read_definitions
from workflows.vocabulary import Vocabulary, family_of, vocabulary_of

GIB = 1024**3


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("v1-5-pruned-emaonly-fp16.safetensors", "sd15"),
        ("v1-5-pruned.ckpt", "sd15"),
        ("sd15/whatever.safetensors", "sd15"),
        ("SD1.5_realistic.safetensors", "sd15"),
        ("sd_xl_base_1.0.safetensors", "sdxl"),
        ("sdxl_v1.5_finetune.safetensors", "sdxl"),
        ("juggernautXL_v9.safetensors", "sdxl"),
        ("realvisxlV50_bakedvae.safetensors", "sdxl"),
        ("animagineXLV31_v31.safetensors", "sdxl"),
        ("dreamshaperXL.safetensors", "sdxl"),
        ("ponyDiffusionV6XL.safetensors", "sdxl"),
        ("illustrious-v1.5.safetensors", "sdxl"),
        ("noobai-vpred.safetensors", "sdxl"),
        ("sd3.5_large.safetensors", "sd3"),
        ("sd3_medium_incl_clips.safetensors", "sd3"),
        ("flux1-dev-fp8.safetensors", "flux"),
        ("FLUX.1-schnell.safetensors", "flux"),
        ("dreamshaper_8.safetensors", None),
        ("v2-1_768-ema-pruned.safetensors", None),
        ("pixlarge.safetensors", None),
        ("", None),
    ],
)
def test_a_file_name_tells_the_family(name: str, family: str | None) -> None:
    assert family_of(name) == family


@pytest.mark.parametrize(
    ("architecture", "family"),
    [
        ("stable-diffusion-v1", "sd15"),
        ("stable-diffusion-xl-v1-base", "sdxl"),
        ("stable-diffusion-v3-medium", "sd3"),
        ("flux-1-dev", "flux"),
        ("something-new", None),
    ],
)
def test_a_checkpoints_own_metadata_wins_over_name_and_size(architecture: str, family: str | None) -> None:
    assert family_of("model.safetensors", architecture=architecture) == family
    if family:
        assert family_of("sdxl_flux.safetensors", architecture=architecture, size_bytes=2 * GIB) == family


@pytest.mark.parametrize(
    ("size_bytes", "family"),
    [(2 * GIB, "sd15"), (4 * GIB, "sd15"), (int(6.46 * GIB), "sdxl"), (12 * GIB, None), (0, None), (None, None)],
)
def test_the_size_tells_when_nothing_else_does(size_bytes: int | None, family: str | None) -> None:
    assert family_of("model.safetensors", size_bytes=size_bytes) == family


def test_what_several_sources_offer_is_what_all_of_them_offer() -> None:
    vocabulary = Vocabulary(choices={"A.x": ("one", "two", "three"), "B.y": ("three", "one")})
    assert vocabulary.offered(["A.x"]) == ("one", "two", "three")
    assert vocabulary.offered(["A.x", "B.y", "C.z"]) == ("one", "three")
    assert vocabulary.offered(["C.z"]) is None
    assert vocabulary.offered([]) is None


OBJECT_INFO: dict[str, object] = {
    "Old": {
        "input": {
            "required": {
                "name": [["a", "b", 3], {"tooltip": "x"}],
                "bare": [["a"]],
                "steps": ["INT", {"default": 20, "min": 1, "max": 10000}],
                "model": ["MODEL"],
                "image": [["x.png"], {"image_upload": True}],
            },
            "optional": {"words": ["STRING", {"multiline": True}], "clip": [["x.mp4"], {"video_upload": True}]},
            "hidden": {"id": "UNIQUE_ID"},
        },
        "output": ["LATENT", "IMAGE"],
        "output_node": True,
    },
    "New": {
        "input": {
            "required": {
                "name": ["COMBO", {"options": ["c", "d"]}],
                "remote": ["COMBO", {"remote": {}}],
                "amount": ["FLOAT", {"min": "no", "max": True}],
            }
        },
        "output": None,
    },
    "Odd": {"input": {"required": {"a": [], "b": "INT", "c": None, "d": [7, "x"]}, "optional": []}, "output": "IMAGE"},
    "Bare": {"input": "none"},
    "Broken": None,
    "List": [],
}


def test_both_styles_of_choices_are_read_alike() -> None:
    definitions = read_definitions(OBJECT_INFO)
    old, new = definitions["Old"], definitions["New"]
    assert old.inputs["name"] == InputDefinition(type="COMBO", required=True, options=("a", "b"))
    assert new.inputs["name"] == InputDefinition(type="COMBO", required=True, options=("c", "d"))
    assert new.inputs["remote"].options is None
    assert old.inputs["bare"].options == ("a",)


def test_bounds_words_links_and_outputs_are_read() -> None:
    old = read_definitions(OBJECT_INFO)["Old"]
    assert (old.inputs["steps"].minimum, old.inputs["steps"].maximum) == (1, 10000)
    assert (old.outputs, old.is_output) == (("LATENT", "IMAGE"), True)
    assert (old.inputs["words"].multiline, old.inputs["words"].required) == (True, False)
    assert "id" not in old.inputs


def test_whatever_has_another_shape_is_left_out() -> None:
    definitions = read_definitions(OBJECT_INFO)
    assert definitions.keys() == {"Old", "New", "Odd", "Bare"}
    assert definitions["Odd"].inputs.keys() == {"d"}
    assert (definitions["Bare"].inputs, definitions["Bare"].outputs) == ({}, ())
    assert (definitions["New"].inputs["amount"].minimum, definitions["New"].inputs["amount"].maximum) == (None, None)


def test_a_vocabulary_has_every_choice_except_names_of_uploads() -> None:
    vocabulary = vocabulary_of(read_definitions(OBJECT_INFO), {"a": "sdxl"})
    assert vocabulary.choices == {"Old.name": ("a", "b"), "Old.bare": ("a",), "New.name": ("c", "d")}
    assert vocabulary.families == {"a": "sdxl"}


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(["COMBO", "INT"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["input", "required", "optional", "output", "options", "min", "x"]), inner, max_size=4
        )
    ),
    max_leaves=25,
)


@given(st.dictionaries(st.text(max_size=5), ANY_JSON, max_size=4))
def test_a_custom_node_may_say_anything_about_itself(object_info: dict[str, object]) -> None:
    for options in vocabulary_of(read_definitions(object_info), {}).choices.values():
        assert all(isinstance(option, str) for option in options)
