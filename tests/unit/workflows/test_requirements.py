"""What a server has to offer for a job, and whether one does."""

import json

import pytest

from workflows import requirements
from workflows.catalog import LIBRARY, load_catalog
from workflows.manifest import Needs
from workflows.requirements import (
    GB,
    Requirement,
    lacks_needs,
    read_requirement,
    requirement_of,
    serves,
    uneven_of,
    unmet,
)
from workflows.vocabulary import Vocabulary, merged
from workflows.workflow import load_workflow

CKPT, LORA, SAMPLER = "CheckpointLoaderSimple.ckpt_name", "LoraLoader.lora_name", "KSampler.sampler_name"
LIBRARY_WORKFLOWS = load_catalog(LIBRARY).workflows
TXT2IMG = LIBRARY_WORKFLOWS["txt2img"]


def offer(*checkpoints, loras=(), samplers=("euler",), classes=None):
    return Vocabulary(
        choices={CKPT: checkpoints, LORA: tuple(loras), SAMPLER: tuple(samplers), "KSampler.scheduler": ("normal",)},
        classes=None if classes is None else frozenset(classes),
    )


def of(text=None, **values):
    return requirement_of(TXT2IMG, {"prompt": text or "a cat", "model": "a.safetensors", **values})


def needing(*choices, classes=()):
    return Requirement(classes, tuple(sorted(choices)))


# ---- What counts ----


def test_a_job_needs_its_node_classes_and_the_models_that_it_names():
    assert of().choices == ((CKPT, "a.safetensors"),)
    assert set(of().classes) == {node.class_type for node in TXT2IMG.graph.nodes.values()}


def test_words_numbers_and_samplers_that_all_servers_have_make_no_requirement_of_their_own():
    plain = of()

    assert of("a dog, b.safetensors", steps=30, seed=4, sampler="euler") == plain
    assert of("a dog", seed=None).key == plain.key


def test_a_prompt_is_never_part_of_a_meaning_even_when_it_is_the_name_of_a_file():
    assert b"secret" not in of("secret.safetensors").meaning


def test_a_model_fixed_in_the_graph_counts_as_one_that_somebody_chose_does():
    fixed = requirement_of(LIBRARY_WORKFLOWS["flux"], {})

    assert fixed.choices == (
        ("DualCLIPLoader.clip_name1", "t5xxl_fp16.safetensors"),
        ("DualCLIPLoader.clip_name2", "clip_l.safetensors"),
        ("UNETLoader.unet_name", "flux1-dev.safetensors"),
        ("VAELoader.vae_name", "ae.safetensors"),
    )


def test_a_model_in_a_loader_that_nobody_knows_counts_by_the_end_of_its_name():
    graph = {
        "1": {"class_type": "Odd", "inputs": {"weights": "Face.GGUF", "mode": "fast", "words": "x"}},
        "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0]}},
        "3": {"class_type": "Odd", "inputs": {"weights": "idle.gguf"}},
    }
    manifest = """schema = 1
title = "x"
parameters = {}
outputs = [{ node = "2", class_type = "SaveImage" }]
cost = { limit = 1 }
"""
    odd = requirement_of(load_workflow("odd", manifest, json.dumps(graph)), {})

    assert odd.choices == (("Odd.weights", "Face.GGUF"),)
    assert odd.classes == ("Odd", "SaveImage")


def test_a_sampler_that_only_some_servers_have_counts_while_that_is_so():
    plain, custom = offer("a.safetensors"), offer("a.safetensors", samplers=("euler", "res_2s"))
    uneven = uneven_of([plain, custom])

    assert uneven == {SAMPLER: {"res_2s"}}
    assert uneven_of([plain, plain]) == {}
    job = requirement_of(TXT2IMG, {"model": "a.safetensors", "sampler": "res_2s"}, uneven)
    assert (serves(job, plain), serves(job, custom)) == (False, True)
    assert requirement_of(TXT2IMG, {"model": "a.safetensors", "sampler": "euler"}, uneven) == of()


NEEDY = """schema = 1
title = "x"
parameters = {}
outputs = [{ node = "2", class_type = "SaveImage" }]
cost = { limit = 1 }
needs = { labels = ["video", "fast", "video"], memory_gb = 24 }
"""


def test_what_the_manifest_needs_counts_each_label_once():
    needy = load_workflow("needy", NEEDY, '{"2": {"class_type": "SaveImage", "inputs": {}}}')

    assert requirement_of(needy, {}) == Requirement(classes=("SaveImage",), labels=("fast", "video"), memory=24 * GB)


def test_needs_count_also_of_a_graph_that_names_too_much(monkeypatch):
    monkeypatch.setattr(requirements, "MAX_MEANING_BYTES", 10)
    needy = load_workflow("needy", NEEDY, '{"2": {"class_type": "SaveImage", "inputs": {}}}')

    assert requirement_of(needy, {}) == Requirement(labels=("fast", "video"), memory=24 * GB)


# ---- Keys and meanings ----


def test_before_the_dot_of_a_key_stands_what_has_to_be_loaded_and_a_lora_is_none_of_it():
    with_lora = needing((CKPT, "a"), (LORA, "x"))
    keys = [each.key.partition(".") for each in (needing((CKPT, "a")), with_lora, needing((CKPT, "b")), needing())]

    assert [len(model) for model, _, _ in keys] == [8, 8, 8, 0]
    assert keys[0][0] == keys[1][0] != keys[2][0]
    assert len({rest for _, _, rest in keys}) == 4


def test_the_same_file_in_another_loader_is_the_same_model():
    other = needing(("CheckpointLoader.ckpt_name", "a"))

    assert other.key.partition(".")[0] == needing((CKPT, "a")).key.partition(".")[0]
    assert other.key != needing((CKPT, "a")).key


def test_keys_are_stable_across_processes_and_versions():
    assert needing((CKPT, "a.safetensors"), classes=("KSampler",)).key == "a7sDebMd.KNKwYcVT"


def test_a_meaning_is_read_back_whole():
    for name, workflow in LIBRARY_WORKFLOWS.items():
        requirement = requirement_of(workflow, {})
        assert read_requirement(requirement.meaning) == requirement, name


def test_needs_make_a_requirement_of_their_own_that_is_read_back_whole():
    plain = needing((CKPT, "a"))
    needy = [
        Requirement(choices=plain.choices, labels=("video",)),
        Requirement(choices=plain.choices, memory=24 * GB),
        plain.beyond(8 * GB),
    ]

    assert [read_requirement(each.meaning) for each in needy] == needy
    assert len({each.key for each in (plain, *needy)}) == 4
    assert {each.key.partition(".")[0] for each in needy} == {plain.key.partition(".")[0]}


def test_an_older_version_reads_what_has_no_needs_and_leaves_alone_what_has():
    assert json.loads(needing((CKPT, "a")).meaning) == {"schema": 1, "classes": [], "choices": [[CKPT, "a"]]}
    assert json.loads(Requirement(labels=("video",)).meaning)["schema"] == 2


@pytest.mark.parametrize(
    "meaning",
    [
        b"",
        b"{",
        b"[]",
        b'{"schema":99,"classes":[],"choices":[]}',
        b'{"schema":1,"classes":[],"choices":[1]}',
        b"\xff",
        b'{"schema":2,"classes":[],"choices":[],"labels":1}',
        b'{"schema":2,"classes":[],"choices":[],"memory":"x"}',
    ],
)
def test_what_is_no_meaning_or_a_later_one_is_none(meaning):
    assert read_requirement(meaning) is None


def test_a_graph_that_names_too_much_is_left_to_the_servers_to_refuse(monkeypatch):
    monkeypatch.setattr(requirements, "MAX_MEANING_BYTES", 100)

    assert of() == needing((CKPT, "a.safetensors"))


# ---- Who serves ----


def test_a_server_serves_what_it_has_every_class_and_every_model_of():
    both = needing((CKPT, "a"), (LORA, "x"), classes=("KSampler",))

    assert serves(both, offer("a", "b", loras=["x"], classes={"KSampler", "Other"}))
    assert not serves(both, offer("b", loras=["x"], classes={"KSampler"}))
    assert not serves(both, offer("a", classes={"KSampler"}))
    assert not serves(both, offer("a", loras=["x"], classes={"Other"}))


def test_a_server_that_never_told_something_may_have_it():
    assert serves(needing((CKPT, "a"), classes=("Odd",)), Vocabulary())
    assert serves(needing(("Odd.weights", "x.gguf"), classes=("Odd",)), offer("a", classes={"Odd"}))


def test_a_server_serves_what_has_the_labels_it_was_given():
    video = Requirement(labels=("fast", "video"))

    assert serves(video, Vocabulary(labels=frozenset({"fast", "video", "new"})))
    assert not serves(video, Vocabulary(labels=frozenset({"video"})))


@pytest.mark.parametrize(("sold_gb", "tells_gib"), [(24, 22.05), (24, 23.69), (16, 14.74), (8, 7.6), (80, 79.1)])
def test_a_card_has_the_memory_that_it_is_sold_with(sold_gb, tells_gib):
    card = Vocabulary(memory=round(tells_gib * 1024**3))

    assert serves(Requirement(memory=sold_gb * GB), card)
    assert not serves(Requirement(memory=sold_gb * 5 // 4 * GB), card)


def test_a_server_that_does_not_tell_its_memory_may_have_enough():
    assert serves(Requirement(memory=24 * GB), Vocabulary())


def test_what_ran_out_of_memory_is_served_by_a_server_that_tells_notably_more():
    larger = Requirement().beyond(8 * 1024**3)

    assert serves(larger, Vocabulary(memory=12 * 1024**3))
    assert not serves(larger, Vocabulary(memory=8 * 1024**3 + 100 * 1024**2)), "the same card of another maker"
    assert not serves(larger, Vocabulary()), "nobody knows that it has more"
    assert larger.beyond(1) == larger


def test_what_a_server_lacks_of_a_manifests_needs_is_named():
    needs = Needs(labels=("video", "fast"), memory_gb=24)

    assert lacks_needs(needs, Vocabulary(labels=frozenset({"fast"}), memory=8 * GB)) == (
        "it needs the label “video”.",
        "it needs 24 GB of memory.",
    )
    assert lacks_needs(needs, Vocabulary(labels=frozenset({"fast", "video"}))) == ()


# ---- What a refusal says ----


@pytest.mark.parametrize(
    ("requirement", "servers", "sentence"),
    [
        (
            needing((LORA, "styles/ink.safetensors")),
            [offer("a")],
            "No GPU here has the LoRA “ink.safetensors”. The operator can install what is missing.",
        ),
        (
            needing((CKPT, "a"), (LORA, "x")),
            [offer("a"), offer("b", loras=["x"]), offer("c")],
            "No GPU here has both the checkpoint “a” and the LoRA “x”. Choose what goes together, or ask the operator.",
        ),
        (
            needing((CKPT, "a"), classes=("Odd", "Rare")),
            [offer("a", classes=()), offer("b", classes=())],
            "No GPU here has the nodes of this workflow. The operator can install what is missing.",
        ),
        (
            needing(classes=("Odd", "Rare")),
            [offer(classes={"Odd"}), offer(classes={"Rare"})],
            "No GPU here has all of the nodes of this workflow. Choose what goes together, or ask the operator.",
        ),
        (
            needing((SAMPLER, "res_2s"), (CKPT, "a")),
            [offer("a"), offer("b", samplers=["res_2s"])],
            "No GPU here has both the checkpoint “a” and the sampler name “res_2s”. "
            "Choose what goes together, or ask the operator.",
        ),
        (
            needing(*((LORA, name) for name in "wxyz")),
            [offer()],
            "No GPU here has the LoRA “w”, the LoRA “x” and 2 more. The operator can install what is missing.",
        ),
        (
            Requirement(labels=("video",)),
            [Vocabulary()],
            "No GPU here is labelled video. Choose another workflow, or ask the operator.",
        ),
        (
            Requirement(memory=24 * GB),
            [Vocabulary(memory=8 * GB), Vocabulary(memory=12 * GB)],
            "No GPU here has 24 GB of memory. Choose another workflow, or ask the operator.",
        ),
        (
            Requirement(labels=("video",), memory=24 * GB),
            [Vocabulary(memory=24 * GB), Vocabulary(labels=frozenset({"video"}), memory=8 * GB)],
            "No GPU here has both the label “video” and 24 GB of memory. "
            "Choose what goes together, or ask the operator.",
        ),
        (
            Requirement(choices=((CKPT, "a"),), memory=24 * GB),
            [Vocabulary(choices={CKPT: ("b",)}, memory=8 * GB)],
            "No GPU here has the checkpoint “a” and 24 GB of memory. The operator can install what is missing.",
        ),
        (
            Requirement().beyond(8 * 1024**3),
            [Vocabulary(memory=8 * 1024**3)],
            "No GPU here has more than 8 GB of memory. Choose another workflow, or ask the operator.",
        ),
    ],
)
def test_a_refusal_names_what_no_single_gpu_has(requirement, servers, sentence):
    assert unmet(requirement, servers) == sentence


# ---- Vocabularies know classes ----


def test_joined_vocabularies_know_their_classes_when_all_told_them():
    assert merged([offer(classes={"A"}), offer(classes={"B"})]).classes == {"A", "B"}
    assert merged([offer(classes={"A"}), offer()]).classes is None
    assert merged([]) == Vocabulary()


def test_joined_vocabularies_have_every_label_and_the_largest_memory_when_all_told_theirs():
    small = Vocabulary(labels=frozenset({"video"}), memory=8)
    large = Vocabulary(labels=frozenset({"fast"}), memory=24)

    assert merged([small, large]) == Vocabulary(labels=frozenset({"fast", "video"}), memory=24)
    assert merged([small, Vocabulary()]).memory is None
