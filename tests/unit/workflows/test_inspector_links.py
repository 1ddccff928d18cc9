"""How links are followed, one small graph for each case."""

from collections.abc import Mapping

from tests.unit.workflows.graphs import definitions
from workflows.definitions import Definitions
from workflows.graph import graph_of
from workflows.inspector import Draft, inspect
from workflows.parameters import FileParameter, Integer, Number

Nodes = Mapping[str, tuple[str, Mapping[str, object]]]

SAMPLER = {
    "seed": 1,
    "steps": 20,
    "cfg": 7,
    "sampler_name": "euler",
    "scheduler": "normal",
    "denoise": 1,
    "positive": ["p", 0],
    "negative": ["n", 0],
    "latent_image": ["l", 0],
}
LATENT = ("EmptyLatentImage", {"width": 512, "height": 512, "batch_size": 1})
SAVE = ("SaveImage", {"images": ["k", 0], "filename_prefix": "x"})


def words(text: object) -> tuple[str, dict[str, object]]:
    return "CLIPTextEncode", {"text": text, "clip": ["c", 1]}


BASE: Nodes = {
    "c": ("CheckpointLoaderSimple", {"ckpt_name": "a.safetensors"}),
    "p": words("a fox"),
    "n": words("blurry"),
    "l": LATENT,
    "k": ("KSampler", SAMPLER),
    "s": SAVE,
}


def draft(nodes: Nodes, known: Definitions | None = None) -> Draft:
    return inspect(
        graph_of({key: {"class_type": name, "inputs": dict(inputs)} for key, (name, inputs) in nodes.items()}), known
    )


def bound(made: Draft, name: str) -> list[str]:
    return [f"{each.node}.{each.input}" for each in made.parameters[name].bind]


def sampler(**changes: object) -> tuple[str, dict[str, object]]:
    return "KSampler", {**SAMPLER, **changes}


def test_prompts_are_told_apart_by_the_inputs_of_the_sampler_not_by_their_order():
    made = draft({**BASE, "k": sampler(positive=["n", 0], negative=["p", 0])})
    assert bound(made, "prompt") == ["n.text"]
    assert bound(made, "negative_prompt") == ["p.text"]


def test_crossed_outputs_of_a_controlnet_are_followed_as_they_are():
    apply = {"positive": ["p", 0], "negative": ["n", 0], "strength": 1, "control_net": ["cn", 0], "image": ["i", 0]}
    made = draft(
        {
            **BASE,
            "a": ("ControlNetApplyAdvanced", apply),
            "cn": ("ControlNetLoader", {"control_net_name": "canny"}),
            "i": ("LoadImage", {"image": "a.png"}),
            "k": sampler(positive=["a", 1], negative=["a", 0]),
        }
    )
    assert bound(made, "prompt") == ["n.text"]
    assert bound(made, "negative_prompt") == ["p.text"]


def test_one_text_for_both_sides_is_only_a_prompt():
    made = draft({**BASE, "k": sampler(negative=["p", 0])})
    assert bound(made, "prompt") == ["p.text"]
    assert "negative_prompt" not in made.parameters


def test_words_that_are_zeroed_out_are_no_negative_prompt():
    made = draft({**BASE, "z": ("ConditioningZeroOut", {"conditioning": ["p", 0]}), "k": sampler(negative=["z", 0])})
    assert bound(made, "prompt") == ["p.text"]
    assert "negative_prompt" not in made.parameters
    assert any("switched off" in sentence for sentence in made.left_alone)


def test_combined_texts_that_differ_are_parameters_of_their_own():
    made = draft(
        {
            **BASE,
            "q": words("in the snow"),
            "b": ("ConditioningCombine", {"conditioning_1": ["p", 0], "conditioning_2": ["q", 0]}),
            "k": sampler(positive=["b", 0]),
        }
    )
    assert bound(made, "prompt") == ["p.text"]
    assert bound(made, "prompt_2") == ["q.text"]


def test_clip_and_t5_get_the_same_words():
    flux = ("CLIPTextEncodeFlux", {"clip_l": "a fox", "t5xxl": "a fox in the snow", "guidance": 3.5, "clip": ["c", 1]})
    made = draft({**BASE, "p": flux, "k": sampler(cfg=1)})
    assert bound(made, "prompt") == ["p.clip_l", "p.t5xxl"]
    assert bound(made, "guidance") == ["p.guidance"]
    assert "cfg" not in made.parameters


def test_two_inputs_fed_by_one_primitive_are_one_binding():
    made = draft({**BASE, "t": ("PrimitiveString", {"value": "a fox"}), "p": words(["t", 0]), "n": words(["t", 0])})
    assert bound(made, "prompt") == ["t.value"]
    assert "negative_prompt" not in made.parameters


def test_a_text_that_a_model_writes_is_left_alone():
    made = draft(
        {**BASE, "w": ("Florence2Run", {"image": ["k", 0], "task": "caption"}), "p": words(["w", 0])}
        | {
            "w": ("Florence2Run", {"image": ["i", 0], "task": "caption"}),
            "i": ("LoadImage", {"image": "a.png"}),
        }
    )
    assert "prompt" not in made.parameters
    assert any(sentence.startswith("text of node p") for sentence in made.left_alone)


def test_samplers_in_a_row_share_a_seed_and_keep_their_own_steps():
    made = draft(
        {
            **BASE,
            "u": ("LatentUpscale", {"samples": ["k", 0], "upscale_method": "area", "width": 1024, "height": 1024}),
            "k2": sampler(latent_image=["u", 0], steps=10, denoise=0.5),
            "s": ("SaveImage", {"images": ["k2", 0], "filename_prefix": "x"}),
        }
    )
    assert bound(made, "seed") == ["k.seed", "k2.seed"]
    assert bound(made, "steps") == ["k.steps"]
    assert bound(made, "steps_2") == ["k2.steps"]
    assert bound(made, "denoise") == ["k2.denoise"]
    assert {"steps", "steps_2"} <= set(made.cost.factors)
    assert any("keeps a size of its own" in sentence for sentence in made.left_alone)


def test_no_more_than_three_of_a_sort():
    chain = {f"k{i}": sampler(latent_image=[f"k{i - 1}", 0], steps=20 + i) for i in range(1, 6)}
    made = draft({**BASE, "k0": sampler(), **chain, "s": ("SaveImage", {"images": ["k5", 0]})})
    assert [name for name in made.parameters if name.startswith("steps")] == ["steps", "steps_2", "steps_3"]
    assert any("there are 3 of steps already" in sentence for sentence in made.left_alone)


def test_pictures_are_counted_once_when_two_nodes_multiply_them():
    made = draft(
        {**BASE, "r": ("RepeatLatentBatch", {"samples": ["l", 0], "amount": 1}), "k": sampler(latent_image=["r", 0])}
    )
    assert bound(made, "count") == ["l.batch_size"]
    assert any(sentence.startswith("amount of node r") for sentence in made.left_alone)


def test_a_computed_number_is_left_alone():
    made = draft({**BASE, "m": ("SimpleMath+", {"value": "a*2", "a": ["l", 0]}), "k": sampler(steps=["m", 0])})
    assert "steps" not in made.parameters
    assert "steps of node k “KSampler” comes from node m “SimpleMath+”." in made.left_alone


def test_a_seed_node_supplies_the_seed():
    made = draft({**BASE, "r": ("Seed (rgthree)", {"seed": 7, "note": "x"}), "k": sampler(seed=["r", 0])})
    assert bound(made, "seed") == ["r.seed"]


def test_a_choice_is_bound_where_servers_list_it_or_not_at_all():
    made = draft({**BASE, "t": ("PrimitiveString", {"value": "euler"}), "k": sampler(sampler_name=["t", 0])})
    assert "sampler" not in made.parameters


def test_every_lora_is_a_choice_of_its_own():
    first = {"lora_name": "a", "strength_model": 1, "strength_clip": 0.5, "model": ["c", 0], "clip": ["c", 1]}
    second = {"lora_name": "a", "strength_model": 0.7, "model": ["x", 0]}
    made = draft(
        {
            **BASE,
            "x": ("LoraLoader", first),
            "y": ("LoraLoaderModelOnly", second),
            "k": sampler(model=["y", 0]),
        }
    )
    assert bound(made, "lora") == ["x.lora_name"]
    assert bound(made, "lora_2") == ["y.lora_name"]
    assert bound(made, "lora_strength") == ["x.strength_model"]
    assert bound(made, "lora_strength_2") == ["y.strength_model"]
    assert any(sentence.startswith("strength_clip of node x") for sentence in made.left_alone)


def test_guider_noise_and_sigmas_are_found_behind_a_custom_sampler():
    made = draft(
        {
            **BASE,
            "g": ("CFGGuider", {"model": ["c", 0], "positive": ["p", 0], "negative": ["n", 0], "cfg": 4}),
            "r": ("RandomNoise", {"noise_seed": 5}),
            "t": ("SDTurboScheduler", {"model": ["c", 0], "steps": 4, "denoise": 1}),
            "e": ("KSamplerSelect", {"sampler_name": "lcm"}),
            "k": (
                "SamplerCustomAdvanced",
                {
                    "noise": ["r", 0],
                    "guider": ["g", 0],
                    "sampler": ["e", 0],
                    "sigmas": ["t", 0],
                    "latent_image": ["l", 0],
                },
            ),
        }
    )
    assert [bound(made, name) for name in ("prompt", "negative_prompt", "cfg", "seed", "steps", "sampler")] == [
        ["p.text"],
        ["n.text"],
        ["g.cfg"],
        ["r.noise_seed"],
        ["t.steps"],
        ["e.sampler_name"],
    ]
    steps = made.parameters["steps"]
    assert isinstance(steps, Integer)
    assert steps.max == 10
    assert "denoise" not in made.parameters


def test_two_conditions_of_one_guider_are_both_positive():
    guider = {"cond1": ["p", 0], "cond2": ["q", 0], "negative": ["n", 0], "cfg_conds": 8, "cfg_cond2_negative": 4}
    made = draft(
        {
            **BASE,
            "q": words("in the snow"),
            "g": ("DualCFGGuider", guider),
            "k": ("SamplerCustomAdvanced", {"guider": ["g", 0]}),
        }
    )
    assert [bound(made, name) for name in ("prompt", "prompt_2", "negative_prompt")] == [
        ["p.text"],
        ["q.text"],
        ["n.text"],
    ]
    assert bound(made, "cfg_2") == ["g.cfg_cond2_negative"]


def test_a_servers_bounds_narrow_the_draft_and_never_shut_out_the_graphs_own_value():
    turbo = ("SDTurboScheduler", {"model": ["c", 0], "steps": 12, "denoise": 1})
    made = draft({**BASE, "t": turbo, "k": ("SamplerCustomAdvanced", {"sigmas": ["t", 0]})}, definitions())
    steps = made.parameters["steps"]
    assert isinstance(steps, Integer)
    assert (steps.min, steps.max) == (1, 12)


def test_values_that_no_node_takes_are_left_alone():
    made = draft({**BASE, "k": sampler(steps=0, cfg=float("nan"), denoise="1", seed=True)})
    assert not {"steps", "cfg", "denoise", "seed"} & made.parameters.keys()


def test_an_odd_size_is_kept_and_the_steps_follow_it():
    made = draft({**BASE, "l": ("EmptySD3LatentImage", {"width": 1000, "height": 4096, "batch_size": 1})})
    width, height = made.parameters["width"], made.parameters["height"]
    assert isinstance(width, Integer)
    assert isinstance(height, Integer)
    assert (width.step, height.step, height.max) == (8, 16, 4096)


def test_a_length_between_the_steps_allows_every_length():
    latent = ("EmptyHunyuanLatentVideo", {"width": 832, "height": 480, "length": 80, "batch_size": 1})
    frames = draft({**BASE, "l": latent}).parameters["frames"]
    assert isinstance(frames, Integer)
    assert (frames.default, frames.step, frames.offset) == (80, 1, 0)


def test_a_video_is_attached_and_a_picture_on_the_gpu_is_not_offered():
    made = draft(
        {
            **BASE,
            "v": ("LoadVideo", {"file": "a.mp4"}),
            "f": ("GetVideoComponents", {"video": ["v", 0]}),
            "o": ("LoadImageOutput", {"image": "x.png [output]"}),
            "e": ("VAEEncode", {"pixels": ["f", 0], "vae": ["c", 2]}),
            "j": ("ImageBatch", {"image1": ["o", 0], "image2": ["k", 0]}),
            "k": sampler(latent_image=["e", 0]),
            "s": ("SaveImage", {"images": ["j", 0], "filename_prefix": "x"}),
        },
        definitions(),
    )
    video = made.parameters["video"]
    assert isinstance(video, FileParameter)
    assert video.kind == "video"
    assert "image" not in made.parameters
    assert any("names a file on the GPU" in sentence for sentence in made.left_alone)


def test_a_start_and_an_end_picture_are_told_apart():
    wan = {
        "positive": ["p", 0],
        "negative": ["n", 0],
        "vae": ["c", 2],
        "width": 832,
        "height": 480,
        "length": 81,
        "batch_size": 1,
        "start_image": ["a", 0],
        "end_image": ["b", 0],
    }
    made = draft(
        {
            **BASE,
            "a": ("LoadImage", {"image": "a.png"}),
            "b": ("LoadImage", {"image": "b.png"}),
            "w": ("WanFirstLastFrameToVideo", wan),
            "k": sampler(positive=["w", 0], negative=["w", 1], latent_image=["w", 2]),
        }
    )
    assert bound(made, "image") == ["a.image"]
    assert bound(made, "end_image") == ["b.image"]
    assert "denoise" not in made.parameters


def test_a_mask_from_transparency_is_said_to_be_one():
    made = draft(
        {
            **BASE,
            "i": ("LoadImage", {"image": "a.png"}),
            "m": ("SetLatentNoiseMask", {"samples": ["l", 0], "mask": ["i", 1]}),
            "k": sampler(latent_image=["m", 0]),
        }
    )
    assert bound(made, "mask") == ["i.image"]
    assert any("read from transparency" in sentence for sentence in made.left_alone)


def test_an_upscaler_is_a_choice_and_a_picture_is_its_cost():
    made = draft(
        {
            "i": ("LoadImage", {"image": "a.png"}),
            "u": ("UpscaleModelLoader", {"model_name": "x4.pth"}),
            "k": ("ImageUpscaleWithModel", {"upscale_model": ["u", 0], "image": ["i", 0]}),
            "s": SAVE,
        }
    )
    assert list(made.parameters) == ["image", "upscale_model"]
    assert made.cost.factors == ("image",)


def test_a_node_that_does_all_by_itself_is_asked_for_its_words():
    made = draft({"d": ("OpenAIDalle3", {"prompt": "a fox", "seed": 0}), "s": ("SaveImage", {"images": ["d", 0]})})
    assert bound(made, "prompt") == ["d.prompt"]


def test_a_graph_without_results_says_so():
    made = draft({"p": words("a fox"), "c": BASE["c"]} | {"p": ("CLIPTextEncode", {"text": "a fox"})})
    assert made.outputs == ()
    assert any("No node saves anything" in sentence for sentence in made.left_alone)


def test_a_server_tells_which_custom_nodes_are_results():
    nodes = {**BASE, "s": ("PreviewAny", {"source": ["k", 0]})}
    assert [output.class_type for output in draft(nodes, definitions()).outputs] == ["PreviewAny"]


def test_strengths_of_a_controlnet_reach_zero():
    apply = {"conditioning": ["p", 0], "strength": 1, "control_net": ["cn", 0], "image": ["i", 0]}
    made = draft(
        {
            **BASE,
            "a": ("ControlNetApply", apply),
            "cn": ("ControlNetLoader", {"control_net_name": "canny"}),
            "i": ("LoadImage", {"image": "a.png"}),
            "k": sampler(positive=["a", 0]),
        }
    )
    strength = made.parameters["controlnet_strength"]
    assert isinstance(strength, Number)
    assert (strength.min, strength.max) == (0, 2)
    assert bound(made, "prompt") == ["p.text"]
