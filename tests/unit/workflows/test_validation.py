"""Raw values become values for every parameter, or every fault at once."""

import pytest

from tests.unit.workflows.samples import (
    DREAM,
    EVERYTHING,
    EVERYTHING_VOCABULARY,
    LIBRARY_CATALOG,
    PICTURE,
    SD15,
    SDXL,
    TXT2IMG,
    VOCABULARY,
    faults,
)
from workflows.values import RawValue
from workflows.vocabulary import Vocabulary


def vocabulary(*checkpoints: str, **families: str) -> Vocabulary:
    choices = {**VOCABULARY.choices, "CheckpointLoaderSimple.ckpt_name": checkpoints}
    return Vocabulary(choices=choices, families=families)


def family_defaults(offered: Vocabulary, **raw: RawValue) -> tuple[object, ...]:
    values = TXT2IMG.validate({"prompt": "x", **raw}, offered)
    return tuple(values[name] for name in ("width", "height", "steps", "cfg", "scheduler"))


SD15_DEFAULTS = (512, 512, 20, 7.0, "normal")
SDXL_DEFAULTS = (1024, 1024, 28, 6.0, "karras")


def test_every_parameter_has_a_value() -> None:
    values = TXT2IMG.validate({"prompt": "a cat"}, VOCABULARY)
    assert values.keys() == TXT2IMG.manifest.parameters.keys()
    assert (values["model"], values["seed"]) == (SD15, None)


@pytest.mark.parametrize(("model", "expected"), [(SD15, SD15_DEFAULTS), (SDXL, SDXL_DEFAULTS), (DREAM, SD15_DEFAULTS)])
def test_size_steps_and_cfg_default_by_the_family_of_the_chosen_model(model: str, expected: tuple[object, ...]) -> None:
    assert family_defaults(VOCABULARY, model=model) == expected


def test_they_default_by_the_family_of_the_default_model_too() -> None:
    assert family_defaults(vocabulary(SDXL)) == SDXL_DEFAULTS
    assert family_defaults(vocabulary("mystery.ckpt")) == SD15_DEFAULTS


def test_what_the_servers_know_of_a_checkpoint_wins_over_its_name() -> None:
    assert family_defaults(vocabulary("mystery", mystery="sdxl")) == SDXL_DEFAULTS
    assert family_defaults(vocabulary("sdxl_in_name", sdxl_in_name="sd15")) == SD15_DEFAULTS


def test_a_family_that_the_manifest_does_not_know_has_the_plain_defaults() -> None:
    assert family_defaults(vocabulary("mystery", mystery="brand-new")) == SD15_DEFAULTS


def test_the_default_model_is_one_that_the_servers_have() -> None:
    assert TXT2IMG.validate({"prompt": "x"}, vocabulary("a.ckpt", "b.ckpt"))["model"] == "a.ckpt"
    assert TXT2IMG.validate({"prompt": "x"}, vocabulary("a.ckpt", SD15))["model"] == SD15


def test_what_is_given_wins_over_the_family() -> None:
    assert family_defaults(VOCABULARY, model=SDXL, steps="5", width="512") == (512, 1024, 5, 6.0, "karras")


def test_all_faults_come_back_together_in_the_order_of_the_parameters() -> None:
    assert faults({"stepz": "3", "steps": "0", "cfg": "x", "size": "big", "model": "nope", "seed": PICTURE}) == [
        "size: needs a width and a height such as 1024x768, not “big”.",
        "stepz: txt2img has no parameter “stepz”. Did you mean steps?",
        "prompt: needs some words.",
        "steps: needs a whole number from 1 to 60, not “0”.",
        "cfg: needs a number from 1 to 20, not “x”.",
        "seed: takes no attachment.",
        f"model: “nope” is not on offer. There is {SD15}, {SDXL}, {DREAM}.",
    ]


def test_an_unknown_name_far_from_every_parameter_has_no_guess() -> None:
    assert faults({"prompt": "x", "zzz\u202e" + "y" * 100: "1"}) == [
        f"zzz\u202e{'y' * 100}: txt2img has no parameter “zzz{'y' * 36}…”."
    ]


def test_without_any_server_a_plain_command_still_has_values() -> None:
    values = TXT2IMG.validate({"prompt": "x"}, Vocabulary())
    assert (values["model"], values["sampler"], values["width"]) == (SD15, "euler", 512)


def test_servers_without_a_checkpoint_are_told_apart_from_unknown_ones() -> None:
    assert faults({"prompt": "x"}, TXT2IMG, vocabulary()) == [
        "model: no GPU has one installed. The operator can add one."
    ]


def test_a_diffusion_model_of_another_kind_is_not_on_offer_for_flux() -> None:
    flux = LIBRARY_CATALOG.workflows["flux"]
    assert flux.validate({"prompt": "x"}, VOCABULARY)["model"] == "flux1-dev-fp8.safetensors"
    assert faults({"prompt": "x", "model": "other"}, flux) == [
        "model: “other” is not on offer. There is flux1-dev-fp8.safetensors."
    ]


def test_the_usual_values_are_those_that_nobody_has_to_set() -> None:
    usual = TXT2IMG.usual(vocabulary(SDXL))
    assert usual.keys() == TXT2IMG.manifest.parameters.keys() - {"prompt"}
    assert (usual["model"], usual["width"], usual["seed"]) == (SDXL, 1024, None)


@pytest.mark.parametrize("name", ["prompt", "steps", "cfg", "seed", "model", "width", "size", "ar"])
def test_a_number_too_long_to_be_written_is_a_fault_of_its_parameter(name: str) -> None:
    # Python refuses to write more than 4,300 digits.
    [fault] = faults({"prompt": "x", name: 10**5000})
    assert fault == f"{name}: has more digits than any number needs."


@pytest.mark.parametrize("name", ["tiled", "look", "caption", "frames", "size"])
def test_every_kind_of_parameter_refuses_such_a_number(name: str) -> None:
    found = faults({name: -(10**5000)}, EVERYTHING, EVERYTHING_VOCABULARY)
    assert any(fault.startswith(f"{name}: ") for fault in found), found
