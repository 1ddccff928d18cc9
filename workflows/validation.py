"""From what somebody gave to a value for every parameter, or to every fault at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from workflows.cost import joint_fault
from workflows.faults import Fault, InvalidValues, shown
from workflows.manifest import Manifest
from workflows.parameters import Choice, Context, Refused, default_value, read_value
from workflows.shape import RATIO, SIZE, shorthands, spell_out
from workflows.values import RawValue, Value, Values
from workflows.vocabulary import Family, Vocabulary, family_of

MODEL = "model"
"""The parameter whose choice tells the family, by which other parameters have their defaults."""


def validate(
    workflow: str,
    manifest: Manifest,
    literals: Mapping[str, Value],
    raw: Mapping[str, RawValue],
    vocabulary: Vocabulary,
) -> Values:
    """Read what was given and fill in the rest; raises InvalidValues with all faults.

    `literals` holds what the graph itself says for each parameter. In the result every parameter has a value; a seed
    that is to be drawn is None.
    """
    reading = _Reading(workflow, manifest, literals, vocabulary, _family(manifest, literals, raw, vocabulary))
    values = reading.read(raw)
    if all(name in values for name in manifest.cost.factors):
        fault = joint_fault(manifest.cost, values, reading.usual)
        reading.faults.extend([fault] if fault else [])
    if reading.faults:
        raise InvalidValues(reading.faults)
    return values


def usual_values(workflow: str, manifest: Manifest, literals: Mapping[str, Value], vocabulary: Vocabulary) -> Values:
    """Return the value of every parameter that has one without being set."""
    family = _family(manifest, literals, {}, vocabulary)
    return _Reading(workflow, manifest, literals, vocabulary, family).usual()


@dataclass(slots=True)
class _Reading:
    """Reads one set of raw values, and collects what is wrong with them."""

    workflow: str  #: its name
    manifest: Manifest
    literals: Mapping[str, Value]
    vocabulary: Vocabulary
    family: Family | None
    faults: list[Fault] = field(default_factory=list)

    def read(self, raw: Mapping[str, RawValue]) -> dict[str, Value]:
        spelled = self._spelled(raw)
        self.faults.extend(self._unknown(name) for name in spelled if name not in self.manifest.parameters)
        values: dict[str, Value] = {}
        for name, parameter in self.manifest.parameters.items():
            try:
                if name in spelled:
                    values[name] = read_value(parameter, spelled[name], self._context(name))
                else:
                    values[name] = default_value(parameter, self._context(name))
            except Refused as refusal:
                self.faults.append(Fault(parameter=name, reason=str(refusal)))
        return values

    def usual(self) -> dict[str, Value]:
        """Return the values of the parameters that have a default."""
        values = {}
        for name in self.manifest.parameters:
            try:
                values[name] = self._default(name)
            except Refused:
                continue
        return values

    def _spelled(self, raw: Mapping[str, RawValue]) -> Mapping[str, RawValue]:
        try:
            return spell_out(self.manifest.parameters, raw, self._default)
        except Refused as refusal:
            self.faults.append(Fault(parameter=RATIO if RATIO in raw else SIZE, reason=str(refusal)))
            short = shorthands(self.manifest.parameters)
            return {name: value for name, value in raw.items() if name not in short}

    def _default(self, name: str) -> Value:
        return default_value(self.manifest.parameters[name], self._context(name))

    def _context(self, name: str) -> Context:
        return Context(self.vocabulary, self.family, self.literals.get(name))

    def _unknown(self, name: str) -> Fault:
        close = get_close_matches(name, self.manifest.parameters, n=1)
        guess = f" Did you mean {close[0]}?" if close else ""
        return Fault(parameter=name, reason=f"{self.workflow} has no parameter {shown(name)}.{guess}")


def _family(
    manifest: Manifest, literals: Mapping[str, Value], raw: Mapping[str, RawValue], vocabulary: Vocabulary
) -> Family | None:
    parameter = manifest.parameters.get(MODEL)
    if not isinstance(parameter, Choice):
        return None
    context = Context(vocabulary, None, literals.get(MODEL))
    try:
        model = read_value(parameter, raw[MODEL], context) if MODEL in raw else default_value(parameter, context)
    except Refused:
        return None  # Reported when the model itself is read.
    return vocabulary.families.get(str(model)) or family_of(str(model))
