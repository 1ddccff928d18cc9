"""The vocabulary: which choices the servers offer now. A plain snapshot; nothing in it is written into the code.

A choice is named by where it goes in a graph: `KSampler.sampler_name`, `CheckpointLoaderSimple.ckpt_name`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from workflows.definitions import Definitions

Family = str
"""The architecture of a checkpoint: "sd15", "sdxl", "flux" … Manifests give defaults by family."""

# modelspec.architecture as ModelSpec 1.0.1 spells it, and what people put into file names. First match wins:
# "sdxl" also occurs in names that hold "1.5".
_FAMILY_MARKS: tuple[tuple[Family, re.Pattern[str]], ...] = (
    ("flux", re.compile(r"flux", re.IGNORECASE)),
    ("sd3", re.compile(r"sd[-_ ]?3|stable-diffusion-v3", re.IGNORECASE)),
    ("sdxl", re.compile(r"xl(?=v?\d|[^a-z]|$)|pony|illustrious|noobai|sdxl|stable-diffusion-xl", re.IGNORECASE)),
    ("sd15", re.compile(r"sd[-_ ]?1|v1[-_.]?5|sd[-_]?v?1|stable-diffusion-v1|1\.5", re.IGNORECASE)),
)

_GIB = 1024**3
# Whole checkpoints on disk: SD1.5 is 2.0 GB in half precision and 4.3 GB in full, SDXL is 6.5 to 7 GB in half.
_FAMILY_SIZES: tuple[tuple[Family, float, float], ...] = (
    ("sd15", 1.5 * _GIB, 5.0 * _GIB),
    ("sdxl", 6.0 * _GIB, 7.5 * _GIB),
)


def family_of(name: str, *, architecture: str | None = None, size_bytes: int | None = None) -> Family | None:
    """Tell a checkpoint's family: by its own metadata, else by its name, else by its size; None if nothing tells."""
    for evidence in (architecture, name):
        for family, mark in _FAMILY_MARKS:
            if evidence and mark.search(evidence):
                return family
    for family, least, most in _FAMILY_SIZES:
        if size_bytes is not None and least <= size_bytes <= most:
            return family
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """The choices that a server, or all servers together, offer."""

    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  #: "NodeClass.input" -> values, as offered
    families: Mapping[str, Family] = field(default_factory=dict)  #: checkpoint -> family, where it is known
    classes: frozenset[str] | None = None  #: node classes that are installed; None: any may be
    labels: frozenset[str] = frozenset()  #: that the operator gave the server
    memory: int | None = None  #: bytes of the server's largest GPU; None: it does not tell

    def offered(self, sources: Iterable[str]) -> tuple[str, ...] | None:
        """Return the values that every one of the sources offers, in the first one's order; None if none is known."""
        known = [self.choices[source] for source in sources if source in self.choices]
        if len(known) <= 1:
            return known[0] if known else None
        return tuple(value for value in known[0] if all(value in other for other in known[1:]))


def vocabulary_of(definitions: Definitions, families: Mapping[str, Family]) -> Vocabulary:
    """Collect the node classes and their choices, except names of files in a server's input folder."""
    choices = {
        f"{class_type}.{name}": definition.options
        for class_type, node in definitions.items()
        for name, definition in node.inputs.items()
        if definition.options is not None and not definition.uploads_image
    }
    return Vocabulary(choices=choices, families=dict(families), classes=frozenset(definitions))


def merged(vocabularies: Iterable[Vocabulary]) -> Vocabulary:
    """Join vocabularies: every choice once, in the order in which it first occurs; the largest memory, if all told."""
    choices: dict[str, dict[str, None]] = {}
    families: dict[str, Family] = {}
    classes: list[frozenset[str] | None] = []
    labels: set[str] = set()
    memories: list[int | None] = []
    for vocabulary in vocabularies:
        families |= vocabulary.families
        classes.append(vocabulary.classes)
        labels |= vocabulary.labels
        memories.append(vocabulary.memory)
        for source, values in vocabulary.choices.items():
            choices.setdefault(source, {}).update(dict.fromkeys(values))
    told = [each for each in classes if each is not None]
    return Vocabulary(
        choices={source: tuple(values) for source, values in choices.items()},
        families=families,
        classes=frozenset().union(*told) if told and len(told) == len(classes) else None,
        labels=frozenset(labels),
        memory=None if None in memories else max(filter(None, memories), default=None),
    )
