"""What is drafted for the graphs that people have."""

import pytest

from tests.unit.workflows.graphs import CANVAS, EXAMPLES, bindings, definitions, drafted, example, imported
from workflows.graph import GraphFault, read_graph
from workflows.parameters import Choice, FileParameter, Integer, Number, Seed, Text
from workflows.values import FileHandle
from workflows.vocabulary import Vocabulary


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("known", [None, definitions()], ids=["alone", "with a server"])
def test_every_example_loads_as_drafted(name, known):
    workflow = imported(name, known)
    assert workflow.manifest.outputs
    assert "prompt" in workflow.manifest.parameters


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_takes_a_prompt_and_its_pictures_and_nothing_else(name):
    workflow = imported(name)
    picture = FileHandle(key="0" * 64, media_type="image/png", width=512, height=512)
    files = {name: picture for name, each in workflow.manifest.parameters.items() if isinstance(each, FileParameter)}
    values = workflow.validate({"prompt": "a fox", **files}, Vocabulary())
    bound = workflow.bind(workflow.draw_seeds(values, lambda most: min(42, most)))
    assert bound.wire().keys() == workflow.graph.nodes.keys()


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_picture_is_never_a_choice_of_file_names(name):
    for parameter in imported(name, definitions()).manifest.parameters.values():
        if isinstance(parameter, Choice):
            assert not any(bound.class_type.startswith("LoadImage") for bound in parameter.bind)


def test_a_canvas_export_is_refused_with_what_to_do():
    with pytest.raises(GraphFault, match=r"canvas format.*Workflow → Export \(API\)"):
        read_graph(example(CANVAS))


def test_text_to_image_has_what_people_expect():
    manifest = imported("sd15_text_to_image").manifest
    assert list(manifest.parameters) == [
        "prompt",
        "negative_prompt",
        "steps",
        "cfg",
        "seed",
        "count",
        "width",
        "height",
        "sampler",
        "scheduler",
        "model",
    ]
    assert bindings(manifest, "prompt") == ["6.text"]
    assert bindings(manifest, "negative_prompt") == ["7.text"]
    assert bindings(manifest, "count") == ["5.batch_size"]


def test_a_prompt_has_to_be_written_and_a_negative_one_is_the_graphs():
    workflow = imported("sd15_text_to_image")
    prompt, negative = (workflow.manifest.parameters[name] for name in ("prompt", "negative_prompt"))
    assert isinstance(prompt, Text)
    assert isinstance(negative, Text)
    assert prompt.required
    assert (negative.required, negative.default) == (False, None)
    assert workflow.validate({"prompt": "a fox"}, Vocabulary())["negative_prompt"] == "text, watermark"


def test_denoise_is_offered_where_there_is_a_picture_to_start_from():
    assert "denoise" not in imported("sd15_text_to_image").manifest.parameters
    assert "denoise" not in imported("flux_custom_advanced").manifest.parameters
    denoise = imported("image_to_image").manifest.parameters["denoise"]
    assert isinstance(denoise, Number)
    assert denoise.default == 0.87


def test_base_and_refiner_share_what_agrees():
    manifest = imported("sdxl_base_refiner").manifest
    assert bindings(manifest, "prompt") == ["6.text_g", "6.text_l", "15.text"]
    assert bindings(manifest, "negative_prompt") == ["7.text_g", "7.text_l", "16.text"]
    assert bindings(manifest, "steps") == ["10.steps", "11.steps"]
    assert bindings(manifest, "model") == ["4.ckpt_name"]
    assert bindings(manifest, "model_2") == ["12.ckpt_name"]
    assert {"5.width", "6.width", "6.target_width", "15.width"} <= set(bindings(manifest, "width"))


def test_a_sampler_that_adds_no_noise_has_no_seed():
    draft = drafted("sdxl_base_refiner")
    assert [bound.node for bound in draft.parameters["seed"].bind] == ["10"]
    assert "noise_seed of node 11 “KSampler (Advanced)” has no effect: it adds no noise." in draft.left_alone


def test_fewer_steps_than_the_base_takes_are_not_offered():
    # The base hands on at step 20: with 20 or fewer the refiner would do nothing.
    steps = imported("sdxl_base_refiner").manifest.parameters["steps"]
    assert isinstance(steps, Integer)
    assert (steps.min, steps.default) == (21, 25)


def test_flux_is_followed_through_its_guider_and_scheduler():
    manifest = imported("flux_custom_advanced").manifest
    assert bindings(manifest, "prompt") == ["6.text"]
    assert bindings(manifest, "seed") == ["25.noise_seed"]
    assert bindings(manifest, "steps") == ["17.steps"]
    assert bindings(manifest, "sampler") == ["16.sampler_name"]
    assert bindings(manifest, "scheduler") == ["17.scheduler"]
    assert bindings(manifest, "model") == ["12.unet_name"]
    assert bindings(manifest, "width") == ["27.width", "30.width"]
    assert manifest.parameters["guidance"].aliases == ("cfg",)
    assert not {"cfg", "negative_prompt"} & manifest.parameters.keys()


def test_lora_and_controlnet_are_choices_with_strengths():
    manifest = imported("lora_controlnet").manifest
    assert bindings(manifest, "lora") == ["10.lora_name"]
    assert bindings(manifest, "lora_strength") == ["10.strength_model", "10.strength_clip"]
    assert bindings(manifest, "controlnet") == ["11.control_net_name"]
    assert bindings(manifest, "controlnet_strength") == ["12.strength"]
    # Both sides pass through the same ControlNet, and stay apart.
    assert bindings(manifest, "prompt") == ["6.text"]
    assert bindings(manifest, "negative_prompt") == ["7.text"]


def test_a_controlnets_picture_is_named_for_what_it_does_through_a_preprocessor():
    manifest = imported("lora_controlnet").manifest
    assert bindings(manifest, "control_image") == ["13.image"]
    assert "image" not in manifest.parameters


def test_what_saves_is_posted_and_what_only_previews_is_not():
    draft = drafted("lora_controlnet")
    assert [output.node for output in draft.outputs] == ["9"]
    assert "The result of node 15 “Preview Image” is not posted." in draft.left_alone


def test_one_picture_with_its_own_mask_stays_one_picture():
    draft = drafted("inpaint")
    image = draft.parameters["image"]
    assert isinstance(image, FileParameter)
    assert image.kind == "image"
    assert "mask" not in draft.parameters
    assert any(sentence.startswith("image brings its mask along") for sentence in draft.left_alone)


def test_a_picture_that_only_masks_is_a_mask():
    manifest = imported("inpaint_separate_mask").manifest
    mask = manifest.parameters["mask"]
    assert isinstance(mask, FileParameter)
    assert mask.kind == "mask"
    assert "white is painted anew" in mask.help
    assert bindings(manifest, "mask") == ["21.image"]
    assert bindings(manifest, "image") == ["20.image"]


def test_the_size_of_an_attached_picture_counts_where_no_other_size_does():
    assert "image" in imported("inpaint").manifest.cost.factors
    assert imported("image_to_image").manifest.cost.factors == ("steps", "megapixels")


@pytest.mark.parametrize(
    ("name", "step", "default", "most"), [("wan_text_to_video", 4, 33, 65), ("ltxv_image_to_video", 8, 97, 193)]
)
def test_a_video_has_a_length_in_the_steps_of_its_model(name, step, default, most):
    frames = imported(name).manifest.parameters["frames"]
    assert isinstance(frames, Integer)
    assert (frames.step, frames.offset, frames.default, frames.max) == (step, 1, default, most)


def test_a_run_makes_one_video():
    draft = drafted("wan_text_to_video")
    assert "count" not in draft.parameters
    assert any("two videos of one run" in sentence for sentence in draft.left_alone)


def test_image_to_video_takes_a_picture_and_a_size():
    manifest = imported("ltxv_image_to_video").manifest
    assert bindings(manifest, "image") == ["78.image"]
    assert bindings(manifest, "width") == ["77.width"]
    assert set(manifest.cost.factors) == {"steps", "width", "height", "frames"}


def test_reroutes_and_primitives_are_followed_to_the_literal():
    manifest = imported("reroutes_primitives").manifest
    assert bindings(manifest, "prompt") == ["23.value"]
    assert bindings(manifest, "negative_prompt") == ["26.value"]
    assert bindings(manifest, "seed") == ["20.value"]
    assert bindings(manifest, "steps") == ["21.value"]
    assert bindings(manifest, "denoise") == ["30.denoise"]


def test_a_seed_from_a_primitive_stays_within_what_it_holds():
    seed = imported("reroutes_primitives", definitions()).manifest.parameters["seed"]
    assert isinstance(seed, Seed)
    assert seed.max == 2**63 - 1


def test_a_square_from_one_number_counts_its_side_twice():
    draft = drafted("reroutes_primitives")
    assert "height" not in draft.parameters
    assert draft.cost.factors.count("width") == 2
    assert "height comes from the same place as width: both follow width." in draft.left_alone


def test_words_that_are_joined_to_the_prompt_are_named():
    assert (
        "string_b of node 25 “Concatenate” goes with the words that people write."
        in drafted("reroutes_primitives").left_alone
    )


def test_custom_nodes_are_read_by_the_names_of_their_inputs():
    manifest = imported("custom_nodes").manifest
    assert bindings(manifest, "prompt") == ["1.positive"]
    assert bindings(manifest, "negative_prompt") == ["1.negative"]
    assert bindings(manifest, "seed") == ["2.seed"]
    assert bindings(manifest, "width") == ["1.empty_latent_width"]
    assert [output.class_type for output in manifest.outputs] == ["Image Save"]


def test_what_stays_is_said_node_by_node():
    draft = drafted("flux_custom_advanced")
    assert "Node 10 “Load VAE” keeps vae_name." in draft.left_alone
    assert "Node 11 “DualCLIPLoader” keeps clip_name1, clip_name2, type, device." in draft.left_alone
    assert "Node 24 “House style” works for no result." in drafted("reroutes_primitives").left_alone


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_defaults_leave_room_under_the_bound(name):
    workflow = imported(name)
    assert workflow.manifest.unbounded() == []
    assert workflow.manifest.cost.limit > 0
