"""The kinds of parameters: bounds, defaults, and text -> value. A manifest declares them; nothing else may be set."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Annotated, Generic, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from workflows.choices import exactly, meant, refusal
from workflows.faults import shown
from workflows.numbers import is_whole, read_number, written
from workflows.text import clean, folded, is_visible
from workflows.values import FileHandle, RawValue, Size, Value, read_size
from workflows.vocabulary import Family, Vocabulary

SEED_MAX = 2**64 - 1
"""The largest seed that ComfyUI takes: its samplers declare max 18446744073709551615."""

TEXT_MAX = 4000
"""Characters of a prompt, unless the manifest says otherwise: what a Discord modal field holds at most."""

_KINDS = {"image": "a picture", "video": "a video", "audio": "a sound"}
_OTHER = "another kind of file"

_YES = frozenset({"yes", "y", "true", "on", "1"})
_NO = frozenset({"no", "n", "false", "off", "0"})
_RANDOM = frozenset({"random", "-1", "-1.0"})

ParameterName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
"""What the command grammar can recognise at the start of a word, in any case and with `-` for `_`."""

_Default = TypeVar("_Default", str, int, float, bool)


class Refused(ValueError):
    """A value that a parameter does not take; the message is the reason in a person's words."""


def as_text(raw: RawValue) -> str:
    """Return what was given as text; raises Refused for a number that is too long to be written."""
    try:
        return str(raw)
    except ValueError as error:  # Python's own limit: 4,300 digits
        raise Refused("has more digits than any number needs.") from error


class Strict(BaseModel):
    """A table of a manifest: unknown keys are faults, and nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Binding(Strict):
    """Where a value goes: an input of a node, named by id AND class, so that a renumbered export is noticed."""

    node: str
    class_type: str
    input: str
    part: Literal["width", "height"] | None = None  #: which side of a size

    @property
    def source(self) -> str:
        """Return the name of this input's choices in a vocabulary."""
        return f"{self.class_type}.{self.input}"


class _Declared(Strict):
    help: str = ""
    aliases: tuple[ParameterName, ...] = Field(default=(), strict=False)
    bind: tuple[Binding, ...] = Field(min_length=1, strict=False)

    @model_validator(mode="after")
    def _check_parts(self) -> Self:
        if any(bound.part for bound in self.bind) and not isinstance(self, SizeParameter):
            raise ValueError("only a size has a width and a height to bind: leave out part")
        return self


class _Defaulting(_Declared, Generic[_Default]):
    default: _Default | None = None
    default_for: dict[Family, _Default] = {}

    def default_of(self, family: Family | None) -> _Default | None:
        """Return the default for a family of checkpoints; None leaves it to what the graph says."""
        return self.default_for.get(family, self.default) if family else self.default

    def defaults(self) -> Iterator[_Default]:
        """Iterate over every default that this parameter can have."""
        yield from self.default_for.values()
        if self.default is not None:
            yield self.default


class Text(_Defaulting[str]):
    """Free text. `required` means that it may not be empty."""

    kind: Literal["text"]
    required: bool = False
    max_length: int = Field(default=TEXT_MAX, ge=1, le=100_000)

    def read(self, raw: RawValue) -> str:
        """Clean the text and check its length."""
        text = clean(as_text(raw)).strip()
        if len(text) > self.max_length:
            raise Refused(f"takes at most {self.max_length:,} characters; this has {len(text):,}.")
        if not is_visible(text):
            text = ""  # A prompt of invisible characters would be a job that nobody can tell from an empty one.
        if self.required and not text:
            raise Refused("needs some words.")
        return text


class Integer(_Defaulting[int]):
    """A whole number within bounds, in steps counted from `offset`."""

    kind: Literal["integer"]
    min: int
    max: int
    step: int = Field(default=1, ge=1)
    offset: int = 0

    def read(self, raw: RawValue) -> int:
        """Read a whole number exactly."""
        number = _bounded(raw, self.min, self.max, "a whole number")
        if not is_whole(number):
            raise Refused(f"needs a whole number from {self.min} to {self.max}, not {shown(as_text(raw))}.")
        value = int(number)
        below = value - (value - self.offset) % self.step
        if value != below:
            raise Refused(self._nearest(below, raw))
        return value

    def _nearest(self, below: int, raw: RawValue) -> str:
        near = [str(value) for value in (below, below + self.step) if self.min <= value <= self.max]
        return f"goes in steps of {self.step}: take {' or '.join(near)}, not {shown(as_text(raw))}."

    @model_validator(mode="after")
    def _check(self) -> Self:
        _check_bounds(self.min, self.max)
        _check_defaults(self, self.defaults())
        return self


class Number(_Defaulting[float]):
    """A number within bounds."""

    kind: Literal["number"]
    min: float
    max: float

    def read(self, raw: RawValue) -> float:
        """Read a number; the result is finite."""
        # Adding zero turns -0.0 into 0.0: the two print differently and mean the same.
        return float(_bounded(raw, self.min, self.max, "a number")) + 0.0

    @model_validator(mode="after")
    def _check(self) -> Self:
        _check_bounds(self.min, self.max)
        _check_defaults(self, self.defaults())
        return self


class Seed(_Declared):
    """Where chance begins: a whole number, or `random`, which is drawn when the job is made."""

    kind: Literal["seed"]
    max: int = Field(default=SEED_MAX, ge=1, le=SEED_MAX)

    def read(self, raw: RawValue) -> int | None:
        """Read a seed exactly; None stands for random."""
        if folded(as_text(raw)) in _RANDOM:
            return None
        number = read_number(as_text(raw))
        if number is None or not 0 <= number <= self.max or not is_whole(number):
            raise Refused(f"needs “random” or a whole number from 0 to {self.max}, not {shown(as_text(raw))}.")
        return int(number)


class Choice(_Defaulting[str]):
    """One of several names: those that the servers offer for the bound input, or the manifest's own `options`."""

    kind: Literal["choice"]
    options: tuple[str, ...] | None = Field(default=None, strict=False)
    allow: tuple[str, ...] = Field(default=("*",), strict=False)  #: patterns; what matches none is not offered

    def offered(self, vocabulary: Vocabulary) -> tuple[str, ...] | None:
        """Return what may be chosen now; None when no server tells its choices."""
        names = self.options if self.options is not None else vocabulary.offered(bound.source for bound in self.bind)
        if names is None or self.allow == ("*",):
            return names
        return tuple(name for name in names if any(fnmatchcase(name, pattern) for pattern in self.allow))

    def choose(self, raw: RawValue, vocabulary: Vocabulary, fallback: str | None) -> str:
        """Find the name that was meant. Without a vocabulary only `fallback`, the default, is known to exist."""
        offered = self.offered(vocabulary)
        if offered is None:
            offered = (fallback,) if fallback is not None else ()
        found = meant(as_text(raw), offered)
        if found is None:
            raise Refused(refusal(as_text(raw), offered))
        return found

    def default_choice(self, family: Family | None, vocabulary: Vocabulary, literal: str | None) -> str | None:
        """Return the manifest's default, else what the graph says, else the first, whichever is on offer."""
        offered = self.offered(vocabulary)
        wishes = [wish for wish in (self.default_of(family), literal) if wish is not None]
        if offered is None:
            return wishes[0] if wishes else None
        # By its meaning, not only to the letter: a folder or a file ending may differ between servers.
        found = (exactly(wish, offered) for wish in wishes)
        return next((name for name in found if name is not None), offered[0] if offered else None)

    @model_validator(mode="after")
    def _check(self) -> Self:
        unknown = [name for name in self.defaults() if self.options is not None and name not in self.options]
        if unknown:
            raise ValueError(f"the default {unknown[0]!r} is not among the options")
        return self


class Flag(_Defaulting[bool]):
    """Yes or no."""

    kind: Literal["flag"]

    def read(self, raw: RawValue) -> bool:
        """Read yes or no in any of the usual words."""
        word = folded(as_text(raw))
        if word not in _YES | _NO:
            raise Refused(f"needs yes or no, not {shown(as_text(raw))}.")
        return word in _YES


class SizeParameter(_Defaulting[str]):
    """Width and height together, written `1024x768`; each side within the same bounds and steps."""

    kind: Literal["size"]
    min: int = Field(ge=1)
    max: int
    step: int = Field(default=8, ge=1)

    def read(self, raw: RawValue) -> Size:
        """Read a size and check both sides."""
        size = read_size(as_text(raw))
        if size is None:
            raise Refused(f"needs a width and a height such as {self.min}x{self.max}, not {shown(as_text(raw))}.")
        for side in (size.width, size.height):
            if not self.min <= side <= self.max or side % self.step:
                raise Refused(
                    f"needs sides from {self.min} to {self.max} in steps of {self.step}, not {shown(as_text(raw))}."
                )
        return size

    @model_validator(mode="after")
    def _check(self) -> Self:
        _check_bounds(self.min, self.max)
        if {bound.part for bound in self.bind} != {"width", "height"}:
            raise ValueError('a size needs bindings with part = "width" and part = "height"')
        _check_defaults(self, self.defaults())
        return self


class FileParameter(_Declared):
    """A picture or a video that somebody attaches. Never optional: a graph's own example file stays at home."""

    kind: Literal["image", "mask", "video"]

    def read(self, raw: RawValue) -> FileHandle:
        """Take an attachment; text is refused, whatever it says: no path, no address, no name on a server."""
        if isinstance(raw, FileHandle) and raw.media_type.startswith("video/") == (self.kind == "video"):
            return raw
        wanted = "a video" if self.kind == "video" else "a picture"
        if isinstance(raw, FileHandle):
            raise Refused(f"takes {wanted}, and {_KINDS.get(raw.media_type.partition('/')[0], _OTHER)} is attached.")
        raise Refused(f"needs {wanted} attached.")


Parameter = Annotated[
    Text | Integer | Number | Seed | Choice | Flag | SizeParameter | FileParameter, Field(discriminator="kind")
]


@dataclass(frozen=True, slots=True)
class Context:
    """What reading a value may depend on beside its text."""

    vocabulary: Vocabulary
    family: Family | None
    literal: Value = None  #: what the graph itself says


def read_value(parameter: Parameter, raw: RawValue, context: Context) -> Value:
    """Turn what somebody gave into a value; raises Refused with the reason."""
    if isinstance(raw, FileHandle) and not isinstance(parameter, FileParameter):
        raise Refused("takes no attachment.")
    if isinstance(parameter, Choice):
        return parameter.choose(raw, context.vocabulary, _choice_default(parameter, context))
    return parameter.read(raw)


def default_value(parameter: Parameter, context: Context) -> Value:
    """Return the value of a parameter that nobody set; raises Refused when it has to be set."""
    match parameter:
        case Seed():
            return None
        case Choice():
            return _required(_choice_default(parameter, context), refusal("", ()))
        case FileParameter() | Text(required=True, default=None):
            return parameter.read("")  # which refuses it, and says what it needs
    default = parameter.default_of(context.family)
    raw = default if default is not None else context.literal
    if raw is None or isinstance(raw, FileHandle):
        raise Refused("needs a value.")
    return parameter.read(str(raw))


def _choice_default(parameter: Choice, context: Context) -> str | None:
    literal = context.literal if isinstance(context.literal, str) else None
    return parameter.default_choice(context.family, context.vocabulary, literal)


def _required(value: str | None, otherwise: str) -> str:
    if value is None:
        raise Refused(otherwise)
    return value


def _bounded(raw: RawValue, least: float, most: float, noun: str) -> Decimal:
    number = read_number(as_text(raw))
    if number is None or not _exact(least) <= number <= _exact(most):
        raise Refused(f"needs {noun} from {written(least)} to {written(most)}, not {shown(as_text(raw))}.")
    return number


def _exact(bound: float) -> Decimal:
    return Decimal(str(bound))


def _check_bounds(least: float, most: float) -> None:
    if least > most:
        raise ValueError(f"min {written(least)} is above max {written(most)}")


def _check_defaults(
    parameter: Integer | Number | SizeParameter, defaults: Iterator[int] | Iterator[float] | Iterator[str]
) -> None:
    for default in defaults:
        parameter.read(default)
