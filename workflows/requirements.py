"""What a server has to offer to serve a job: its node classes, its model files, and what else differs between servers.

Small on purpose, because jobs with the same requirement share a line. What counts:

- every node class of the graph;
- every model file that the graph names where it works for a result, whether fixed or chosen;
- any other choice (a sampler of a custom node, say) only while it is *uneven*: some server lists it, another does not.
  What all servers offer tells no server from another, so it makes no requirement of its own. A server that comes later
  and lacks such a choice may therefore be given a job that waited before it came, and will refuse it;
- what the manifest says under `[needs]`: labels that the operator gave the server, and the memory of its GPU;
- memory that was not enough: that of a server on which the job ran out of it.

A server that does not tell its memory may have as much as a manifest asks for; but no job that ran out of memory
elsewhere is moved there.
"""

import json
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

from workflows.faults import shown
from workflows.graph import Node
from workflows.manifest import Needs
from workflows.models import PAINTERS, is_model_file, model_kind
from workflows.numbers import written
from workflows.parameters import Choice, Parameter
from workflows.tracing import in_order, upstream
from workflows.values import Values
from workflows.vocabulary import Vocabulary
from workflows.workflow import Workflow

MAX_MEANING_BYTES = 32 * 1024
"""A graph with a hundred classes and twenty models takes four KB. One that names more than this is left to the servers
to refuse: its requirement names only what has to be loaded."""

_PLAIN, _SCHEMA = 1, 2
"""Schemas of meanings. Whatever has no needs is written as the first, which every version reads: an older process would
overlook needs and let any server serve them."""

_NAMED = 3  #: things that a refusal names
_NEEDS_ADVICE = "Choose another workflow, or ask the operator."

GB = 9 * 1024**3 // 10
"""A gigabyte as cards are sold: one of 24 GB tells from 22.0 (L4) to 23.7 GiB (RTX 3090), one of 16 GB 14.7 (T4)."""

_NOTABLY = 11  #: tenths: cards of one size differ by a few percent, and that helps no job which ran out of memory

_LABEL, _MEMORY, _MORE = "label", "memory", "more memory"

_Thing = tuple[str, str]
"""A choice, ("", a node class), or one of the three above with what is asked for."""

Uneven = Mapping[str, frozenset[str]]
"""Choices that some server lists and another does not: "NodeClass.input" -> values."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a server has to offer. Equal ones have equal keys and meanings, in every process."""

    classes: tuple[str, ...] = ()  #: sorted
    choices: tuple[tuple[str, str], ...] = ()  #: ("NodeClass.input", value), sorted
    labels: tuple[str, ...] = ()  #: sorted
    memory: int = 0  #: bytes at least, of a server that tells its memory
    too_little: int = 0  #: bytes that were not enough: a server has to tell notably more

    @property
    def meaning(self) -> bytes:
        """Return it in full, as canonical JSON: any process can judge by it who serves."""
        needs = {"labels": self.labels, "memory": self.memory, "too_little": self.too_little}
        needs = {name: need for name, need in needs.items() if need}
        content = {"schema": _SCHEMA if needs else _PLAIN, "classes": self.classes, "choices": self.choices, **needs}
        return json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()

    @property
    def key(self) -> str:
        """Name it: what has to be loaded, a dot, the whole. Before the dot stands nothing when nothing is loaded."""
        loaded = self.loaded
        model = _digest(json.dumps(loaded).encode()) if loaded else ""
        return f"{model}.{_digest(self.meaning)}"

    @property
    def loaded(self) -> list[str]:
        """Name the models that have to be loaded for it."""
        return sorted({value for source, value in self.choices if _kind(source) in PAINTERS})

    def beyond(self, memory: int) -> "Requirement":
        """Return the same for servers that tell notably more memory than this many bytes, which were too little."""
        return replace(self, too_little=max(memory, self.too_little))


def requirement_of(workflow: Workflow, values: Values, uneven: Uneven | None = None) -> Requirement:
    """Tell what a job needs; a parameter without a value counts with what the graph says for it."""
    graph = workflow.graph
    parameters = workflow.manifest.parameters.items()
    filled = {(bound.node, bound.input): (name, each) for name, each in parameters for bound in each.bind}
    named = _Naming(filled, values, uneven or {})
    working = in_order(graph, upstream(graph, (output.node for output in workflow.manifest.outputs)))
    choices = tuple(sorted({choice for node in working for choice in named.choices(node)}))
    classes = tuple(sorted({node.class_type for node in graph.nodes.values()}))
    whole = replace(_needed(workflow.manifest.needs), classes=classes, choices=choices)
    if len(whole.meaning) <= MAX_MEANING_BYTES:
        return whole
    loaded = tuple(choice for choice in choices if _kind(choice[0]) in PAINTERS)
    return replace(whole, classes=(), choices=loaded[:_NAMED])


def read_requirement(meaning: bytes) -> Requirement | None:
    """Read what a requirement means; None for what a newer version wrote, or what is none."""
    try:
        match json.loads(meaning):
            case {"schema": int(schema), "classes": list(classes), "choices": list(choices)} as content if (
                schema <= _SCHEMA
            ):
                return Requirement(
                    classes=tuple(map(str, classes)),
                    choices=tuple((str(source), str(value)) for source, value in choices),
                    labels=tuple(map(str, content.get("labels", ()))),
                    memory=int(content.get("memory", 0)),
                    too_little=int(content.get("too_little", 0)),
                )
    except (ValueError, TypeError):
        pass
    return None


def serves(requirement: Requirement, vocabulary: Vocabulary) -> bool:
    """Tell whether a server that offers this can serve; what it never told it may have."""
    return not _lacking(requirement, vocabulary)


def uneven_of(vocabularies: Collection[Vocabulary]) -> Uneven:
    """Find the choices by which servers differ; those of a node class that only some have are told by the class."""
    found: dict[str, frozenset[str]] = {}
    for source in {source for each in vocabularies for source in each.choices}:
        lists = [frozenset(each.choices[source]) for each in vocabularies if source in each.choices]
        differing = frozenset().union(*lists) - lists[0].intersection(*lists)
        if differing:
            found[source] = differing
    return found


def lacks_needs(needs: Needs, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Name what a server lacks of a manifest's needs, a sentence for each; empty when it meets them."""
    return tuple(f"it needs {name}." for name in _names(_lacking(_needed(needs), vocabulary)))


def unmet(requirement: Requirement, vocabularies: Collection[Vocabulary]) -> str:
    """Say in one sentence what no single server has; only where there are servers and none serves the requirement."""
    lacking = [_lacking(requirement, each) for each in vocabularies]
    nowhere = frozenset[_Thing]().union(*lacking).intersection(*lacking)
    if nowhere and all(source == _LABEL for source, _ in nowhere):
        return f"No GPU here is labelled {_listed(sorted(value for _, value in nowhere))}. {_NEEDS_ADVICE}"
    if nowhere:
        can_install = any(source not in (_LABEL, _MEMORY, _MORE) for source, _ in nowhere)
        advice = "The operator can install what is missing." if can_install else _NEEDS_ADVICE
        return f"No GPU here has {_listed(_names(nowhere))}. {advice}"
    names = _names(_apart(lacking))
    both = "both" if len(names) == 2 else "all of"
    return f"No GPU here has {both} {_listed(names)}. Choose what goes together, or ask the operator."


def _needed(needs: Needs) -> Requirement:
    return Requirement(labels=tuple(sorted(set(needs.labels))), memory=round(needs.memory_gb * GB))


@dataclass(frozen=True, slots=True)
class _Naming:
    """Finds the choices that count in a bound graph."""

    filled: Mapping[tuple[str, str], tuple[str, Parameter]]  #: (node id, input) -> which parameter fills it
    values: Values
    uneven: Uneven

    def choices(self, node: Node) -> Iterator[tuple[str, str]]:
        """Iterate over what a node names."""
        for name in node.inputs:
            parameter = self.filled.get((node.id, name))
            chosen = self.values.get(parameter[0]) if parameter else None
            value = node.literal(name) if chosen is None else chosen
            # What somebody wrote is no name of a file, whatever it ends in, unless it goes where one has to stand.
            is_free = parameter is not None and not isinstance(parameter[1], Choice)
            if isinstance(value, str) and self._counts(node.class_type, name, value, is_free=is_free):
                yield f"{node.class_type}.{name}", value

    def _counts(self, class_type: str, name: str, value: str, *, is_free: bool) -> bool:
        if model_kind(class_type, name):
            return True
        return not is_free and (is_model_file(value) or value in self.uneven.get(f"{class_type}.{name}", ()))


def _lacking(requirement: Requirement, vocabulary: Vocabulary) -> frozenset[_Thing]:
    installed = vocabulary.classes
    classes = {("", each) for each in requirement.classes if installed is not None and each not in installed}
    choices = {
        (source, value)
        for source, value in requirement.choices
        # An input of which a server lists no choices takes anything there; that its class is missing is told already.
        if source in vocabulary.choices and value not in vocabulary.choices[source]
    }
    return frozenset(classes | choices | {*_unmet_needs(requirement, vocabulary)})


def _unmet_needs(requirement: Requirement, vocabulary: Vocabulary) -> Iterator[_Thing]:
    has = vocabulary.memory
    yield from ((_LABEL, label) for label in requirement.labels if label not in vocabulary.labels)
    if has is not None and has < requirement.memory:
        yield _MEMORY, written(round(requirement.memory / GB, 1))
    if requirement.too_little and (has is None or has * 10 <= requirement.too_little * _NOTABLY):
        yield _MORE, f"{requirement.too_little / 1024**3:.0f}"


def _apart(lacking: Collection[frozenset[_Thing]]) -> frozenset[_Thing]:
    """Choose few things, of which every server lacks one: the one first that most of them lack."""
    chosen: frozenset[_Thing] = frozenset()
    while left := [each for each in lacking if not each & chosen]:
        lacked = Counter(thing for each in left for thing in each)
        chosen |= {max(sorted(lacked), key=lambda thing: lacked[thing])}
    return chosen


def _names(things: Collection[_Thing]) -> list[str]:
    return list(dict.fromkeys(_called(thing) for thing in sorted(things)))


def _listed(names: list[str]) -> str:
    if len(names) > _NAMED:
        names = [*names[: _NAMED - 1], f"{len(names) - _NAMED + 1} more"]
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _called(thing: _Thing) -> str:
    source, value = thing
    match source:
        case "":
            return "the nodes of this workflow"
        case "label":
            return f"the label {shown(value)}"
        case "memory":
            return f"{value} GB of memory"
        case "more memory":
            return f"more than {value} GB of memory"
    # A server names a file by its path in the models folder; the file's own name is what people know it by.
    name = value.replace("\\", "/").rpartition("/")[2]
    return f"the {_kind(source) or source.rpartition('.')[2].replace('_', ' ')} {shown(name)}"


def _kind(source: str) -> str | None:
    return model_kind(*source.rpartition(".")[::2])


def _digest(content: bytes) -> str:
    # 48 bits: two of a million requirements share a name once in five hundred pools.
    return urlsafe_b64encode(sha256(content).digest()[:6]).decode()
