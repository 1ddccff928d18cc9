"""A manifest is taken, or refused with every problem as a sentence for its author."""

import pytest

from tests.unit.workflows.samples import one, problems, small
from workflows.manifest import MAX_MANIFEST_BYTES, WorkflowFault, read_manifest

HEAD = 'schema = 1\ntitle = "T"\noutputs = [{ node = "2", class_type = "B" }]\n'
COST = "[cost]\nlimit = 1\n"
BIND = 'bind = [{ node = "1", class_type = "A", input = "x" }]\n'
SOUND = f'{HEAD}{COST}[parameters.x]\nkind = "integer"\nmin = 1\nmax = 5\n{BIND}'


def refusals(text: str | bytes) -> tuple[str, ...]:
    with pytest.raises(WorkflowFault) as caught:
        read_manifest(text)
    assert str(caught.value) == "\n".join(caught.value.problems)
    return caught.value.problems


def parameter(keys: str, name: str = "x") -> str:
    return f"{HEAD}{COST}[parameters.{name}]\n{keys}\n{BIND}"


def test_a_sound_manifest_is_read_with_its_defaults() -> None:
    manifest = read_manifest(SOUND)
    assert (manifest.title, manifest.summary, manifest.metadata) == ("T", "", "parameters")
    assert (manifest.actions, manifest.needs.labels, manifest.cost.factors) == ({}, (), ())
    assert read_manifest(b"\xef\xbb\xbf" + SOUND.encode()) == manifest


BROKEN = [
    ("not toml at all", "manifest.toml cannot be read: "),
    ("a = 1\na = 2", "manifest.toml cannot be read: "),
    (b"\xff\xfe", "manifest.toml cannot be read: "),
    ("a = " + "[" * 100_000, "manifest.toml cannot be read: "),
    ("a = " + "1" * 5000, "manifest.toml cannot be read: "),
    ("#" * (MAX_MANIFEST_BYTES + 1), "manifest.toml is larger than 256 KB."),
    (SOUND.replace("schema = 1", "schema = 2"), "schema: "),
    (SOUND.replace("schema = 1", 'schema = "1"'), "schema: "),
    (SOUND.replace('title = "T"', 'title = ""'), "title: "),
    (SOUND.replace('title = "T"', f'title = "{"T" * 81}"'), "title: "),
    (SOUND.replace('title = "T"', 'title = "T"\ncolour = "red"'), "colour: there is no such setting."),
    (SOUND.replace('[{ node = "2", class_type = "B" }]', "[]"), "outputs: "),
    (SOUND.replace("limit = 1", "limit = 0"), "cost.limit: "),
    (SOUND.replace("limit = 1", "limit = inf"), "cost.limit: "),
    (SOUND.replace("limit = 1", "limit = nan"), "cost.limit: "),
    (SOUND.replace("limit = 1", f"limit = 1\nfactors = {['x'] * 17}"), "cost: 16 factors at most."),
    (SOUND.replace("limit = 1", 'limit = 1\nfactors = ["y"]'), "cost.factors names 'y', which is no parameter."),
    (SOUND + 'metadata = "all"\n', "parameters.x.metadata: there is no such setting."),
    (SOUND + '[actions.dance]\nworkflow = "a"\nparameter = "b"\n', "actions.dance.[key]: "),
    (SOUND + '[actions.vary]\nworkflow = "a"\n', "actions.vary.parameter: field required."),
    (parameter('kind = "colour"'), "parameters.x: "),
    (parameter("min = 1"), "parameters.x: "),
    (parameter('kind = "integer"\nmin = 5\nmax = 1'), "parameters.x: min 5 is above max 1."),
    (parameter('kind = "number"\nmin = 5.5\nmax = 1'), "parameters.x: min 5.5 is above max 1."),
    (parameter('kind = "number"\nmin = nan\nmax = 1'), "parameters.x.min: "),
    (parameter('kind = "integer"\nmin = 1'), "parameters.x.max: field required."),
    (parameter('kind = "integer"\nmin = "1"\nmax = 5'), "parameters.x.min: "),
    (parameter('kind = "integer"\nmin = 1\nmax = 5\nstep = 0'), "parameters.x.step: "),
    (
        parameter('kind = "integer"\nmin = 1\nmax = 5\ndefault = 9'),
        "parameters.x: needs a whole number from 1 to 5, not “9”.",
    ),
    (
        parameter('kind = "integer"\nmin = 1\nmax = 5\ndefault_for = { sdxl = 9 }'),
        "parameters.x: needs a whole number from 1 to 5, not “9”.",
    ),
    (
        parameter('kind = "integer"\nmin = 0\nmax = 64\nstep = 8\ndefault = 9'),
        "parameters.x: goes in steps of 8: take 8 or 16, not “9”.",
    ),
    (
        parameter('kind = "number"\nmin = 1\nmax = 5\ndefault = 9'),
        "parameters.x: needs a number from 1 to 5, not “9.0”.",
    ),
    (parameter('kind = "seed"\nmax = 18446744073709551616'), "parameters.x.max: "),
    (
        parameter('kind = "choice"\noptions = ["a"]\ndefault = "b"'),
        "parameters.x: the default 'b' is not among the options.",
    ),
    (parameter('kind = "text"\nmax_length = 100001'), "parameters.x.max_length: "),
    (
        parameter('kind = "size"\nmin = 64\nmax = 512'),
        'parameters.x: a size needs bindings with part = "width" and part = "height".',
    ),
    (parameter('kind = "flag"', name="Tiled"), "parameters.Tiled.[key]: "),
    (parameter('kind = "flag"', name='"a b"'), "parameters.a b.[key]: "),
    (parameter('kind = "flag"\naliases = ["Big Tiles"]'), "parameters.x.aliases.0: "),
    (parameter('kind = "flag"', name="ar"), "parameters: taken already, as a name or an alias: 'ar'."),
    (
        parameter('kind = "flag"\naliases = ["workflow", "x"]'),
        "parameters: taken already, as a name or an alias: 'workflow', 'x'.",
    ),
    (parameter('kind = "flag"').replace(BIND, "bind = []"), "parameters.x.bind: "),
    (parameter('kind = "flag"').replace(BIND, ""), "parameters.x.bind: field required."),
    (
        parameter('kind = "flag"').replace('input = "x"', 'input = "x", part = "width"'),
        "parameters.x: only a size has a width and a height to bind: leave out part.",
    ),
]


@pytest.mark.parametrize(("text", "beginning"), BROKEN, ids=[beginning for _, beginning in BROKEN])
def test_a_broken_manifest_is_refused_for_the_one_thing_that_is_wrong(text: str | bytes, beginning: str) -> None:
    (problem,) = refusals(text)
    assert problem.startswith(beginning)
    assert problem.endswith(".")
    assert "pydantic" not in problem.lower()


def test_every_problem_is_named_at_once() -> None:
    found = refusals(
        'title = ""\n[cost]\nlimit = -1\n[parameters.a]\nkind = "integer"\nmin = 2\nmax = 1\nbind = []\n'
        '[parameters.b]\nkind = "x"'
    )
    keys = [problem.partition(":")[0] for problem in found]
    assert keys == ["schema", "title", "parameters.a.bind", "parameters.b", "outputs", "cost.limit"]


def test_size_is_taken_where_width_and_height_already_mean_it() -> None:
    names = "".join(f'[parameters.{name}]\nkind = "integer"\nmin = 1\nmax = 5\n{BIND}' for name in ("width", "height"))
    assert refusals(f'{HEAD}{COST}{names}[parameters.size]\nkind = "flag"\n{BIND}') == (
        "parameters: taken already, as a name or an alias: 'size'.",
    )


@pytest.mark.parametrize("costly", ["width", "batch_size", "steps", "length", "megapixels", "scale_by"])
def test_what_multiplies_the_work_has_to_be_bounded_jointly(costly: str) -> None:
    keys = "min = 1\nmax = 5"
    assert problems(one, "amount", "integer", keys, input_name=costly) == [
        "parameters.amount multiplies the work, so it has to be among cost.factors."
    ]
    assert problems(one, "amount", "number", keys, input_name=costly, cost='limit = 5\nfactors = ["amount"]') == []


@pytest.mark.parametrize("kind", ["text", "flag", "choice", "seed"])
def test_what_has_no_amount_cannot_be_a_factor(kind: str) -> None:
    assert problems(one, "look", kind, cost='limit = 5\nfactors = ["look"]') == [
        "cost.factors names 'look', which has no amount: take numbers, sizes and pictures."
    ]


def test_problems_of_both_files_are_named_at_once() -> None:
    assert problems(small, '[parameters.x]\nkind = "flag"', graph={"1": 7}) == [
        "parameters.x.bind: field required.",
        "graph.json: Entry '1' is no node of the API format. In ComfyUI open the menu Workflow → Export (API) "
        "and use the file that it saves.",
    ]
