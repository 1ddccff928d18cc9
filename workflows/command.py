"""The command grammar, one for every platform: free text is the prompt, known names at the start of a word are options.

    a cat steps:30 --cfg 7 —seed 42 neg:blurry, ugly hands size:1024x768

* `name:value`, `name=value`, `--name value`, `—name value` (phones turn `--` into a dash) and `steps: 30`.
* A text option runs to the next option or the end; in quotes it ends with them.
* `name: word` with a space is an option only when the word has the form of a value, so that prose stays prose.
* In double quotes nothing is an option. A backslash before a word keeps it as text.
* A near miss such as `stepz:30` is a fault, never silently a part of the prompt.

The scan is linear: each position is looked at a bounded number of times, whatever somebody pastes.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from workflows.faults import SHOWN_LENGTH, Fault, InvalidValues, shown
from workflows.options import Option, Options, options_of
from workflows.text import clean, folded, is_visible
from workflows.values import RawValue, Values
from workflows.vocabulary import Vocabulary
from workflows.workflow import Workflow

PROMPT = "prompt"
"""The parameter that free text fills."""

WORKFLOW = "workflow"
"""The option that picks the workflow; it must be known before the others can be read."""

DOUBLE_QUOTES = '"“”„‟＂'
SINGLE_QUOTES = "'‘’‚‛"

SEPARATORS = ",;，；"
"""What may stand between two options; phones with a Chinese or Japanese keyboard write the full-width ones."""

_HEAD = re.compile(r"(?P<dash>--|[—–])?(?P<name>[A-Za-z][A-Za-z0-9_-]{0,39})(?P<sep>[:=：＝](?!//|[:=：＝]))?")
_WORD = re.compile(r"\S+")
_SPACE = re.compile(r"\s+")
_QUOTED = re.compile(
    rf"[{DOUBLE_QUOTES}](?P<double>(?:[^{DOUBLE_QUOTES}\\]|\\.)*)[{DOUBLE_QUOTES}]"
    rf"|[{SINGLE_QUOTES}](?P<single>(?:[^{SINGLE_QUOTES}\\]|\\.)*)[{SINGLE_QUOTES}]",
    re.DOTALL,
)
_ESCAPED = re.compile(rf"\\([\\{DOUBLE_QUOTES}{SINGLE_QUOTES}])")
_CHAINED = re.compile(rf"[{SEPARATORS}]+(?=(?:--|[—–])?(?P<name>[A-Za-z][A-Za-z0-9_-]{{0,39}})[:=：＝])")
_BOUNDARY = re.compile(rf"\s|[{SEPARATORS}]+")
_CLOSING = re.compile(f"[{DOUBLE_QUOTES}]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What a text says: unchecked values by parameter, and what could not be understood."""

    raw: Mapping[str, RawValue]
    faults: tuple[Fault, ...] = ()


def named_workflow(text: str, workflows: Collection[str]) -> str | None:
    """Return the workflow that a text asks for with `workflow:NAME`, known or not; None when it asks for none."""
    scanner = _Scanner(clean(text), Options({WORKFLOW: _workflow_option(workflows)}))
    scanner.scan()
    return _named(scanner)


def _named(scanner: "_Scanner") -> str | None:
    name = scanner.raw.get(WORKFLOW)
    # The options that `workflow:flux,steps:30` goes on with may not be known yet.
    return _BOUNDARY.split(folded(str(name)), maxsplit=1)[0] if name is not None else None


def parse_command(
    text: str, workflow: Workflow, vocabulary: Vocabulary, workflows: Collection[str] | None = None
) -> Command:
    """Take a text apart. Any text has a result; nothing is raised.

    With the names of all `workflows`, `workflow:NAME` is an option and no part of the prompt; see `named_workflow`. To
    name another one than `workflow`, which a command or a form has picked by then, is a fault.
    """
    options = options_of(workflow.manifest.parameters, vocabulary)
    if workflows is not None:
        options = Options({WORKFLOW: _workflow_option(workflows), **options.by_word})
    scanner = _Scanner(clean(text), options)
    scanner.scan()
    if (named := _named(scanner)) not in (None, workflow.name):
        reason = f"this is for {workflow.name}, and the words say {shown(str(named))}. Keep one of them."
        scanner.faults.setdefault(WORKFLOW, Fault(parameter=WORKFLOW, reason=reason))
    raw = {name: value for name, value in scanner.raw.items() if name != WORKFLOW}
    return Command(raw=raw, faults=tuple(scanner.faults.values()))


def _workflow_option(workflows: Collection[str]) -> Option:
    return Option(name=WORKFLOW, is_text=False, is_flag=False, fits=lambda text: folded(text) in workflows)


def read_values(command: Command, workflow: Workflow, vocabulary: Vocabulary) -> Values:
    """Validate what a command says; raises InvalidValues with the faults of its words and of its values together."""
    try:
        values = workflow.validate(command.raw, vocabulary)
    except InvalidValues as invalid:
        # What is missing only because its word was not understood has been said already.
        named = {fault.parameter for fault in command.faults} - command.raw.keys()
        others = [fault for fault in invalid.faults if fault.parameter not in named]
        raise InvalidValues([*command.faults, *others]) from invalid
    if command.faults:
        raise InvalidValues(command.faults)
    return values


@dataclass(frozen=True, slots=True, kw_only=True)
class _Head:
    """The beginning of an option: which one, where its value begins, and the value if it is no running text."""

    option: Option
    typed: str
    meant: str | None  #: the word that was probably meant, when `typed` is a slip
    value: str | None
    start: int
    end: int


@dataclass(slots=True)
class _Scanner:
    text: str
    options: Options
    at: int = 0
    raw: dict[str, RawValue] = field(default_factory=dict)
    faults: dict[str, Fault] = field(default_factory=dict)  #: by parameter
    free: list[list[str]] = field(default_factory=lambda: [[]])
    running: tuple[str, list[str]] | None = None  #: the text option that is being read, and its pieces so far
    unclosed_from: int | None = None  #: from here on no double quote follows

    def scan(self) -> None:
        """Read the whole text."""
        while self.at < len(self.text):
            if not (self._copy(_SPACE) or self._escape() or self._quotation() or self._option()):
                self._copy(_WORD)
        self._end_running()
        self._end_free()

    def _pieces(self) -> list[str]:
        return self.running[1] if self.running else self.free[-1]

    def _copy(self, pattern: re.Pattern[str]) -> bool:
        match = pattern.match(self.text, self.at)
        if match:
            self._pieces().append(match[0])
            self.at = match.end()
        return match is not None

    def _escape(self) -> bool:
        head = self._head(self.at + 1) if self.text[self.at] == "\\" else None
        if not head:
            return False
        self.at += 1
        if head.value is None:
            return self._copy(_WORD)
        # The whole of what would have been read, quotes and all, and no more: `\stepz:30,seed:4` still sets the seed.
        self._pieces().append(self.text[self.at : head.end])
        self.at = head.end
        return True

    def _quotation(self) -> bool:
        if self.text[self.at] not in DOUBLE_QUOTES:
            return False
        closing = None if self.unclosed_from is not None else _CLOSING.search(self.text, self.at + 1)
        if not closing:
            self.unclosed_from = self.at
            return False
        self._pieces().append(self.text[self.at : closing.end()])
        self.at = closing.end()
        self._copy(_WORD)
        return True

    def _option(self) -> bool:
        head = self._head(self.at)
        if not head:
            return False
        self._end_running(before_option=True)
        self.free.append([])
        self.at = head.end
        if head.meant:
            self._report_slip(head)
        if head.value is not None:
            self._set(head.option, head.value, slip=head.meant is not None)
        elif head.option.is_text:
            self.running = ("" if head.meant else head.option.name, [])
        else:
            self._report(head.option.name, "needs a value after its name.")
        return True

    def _head(self, at: int) -> _Head | None:
        match = _HEAD.match(self.text, at)
        if not match or not self._is_separated(match):
            return None
        known = self.options.named(match["name"])
        if known:
            return self._completed(match, known, None)
        for word, option in self.options.slips(match["name"]):
            head = self._completed(match, option, word)
            if head and self._is_plausible(head):
                return head
        return None

    def _is_separated(self, match: re.Match[str]) -> bool:
        if match["sep"]:
            return True
        return bool(match["dash"]) and (match.end() == len(self.text) or self.text[match.end()].isspace())

    def _is_plausible(self, head: _Head) -> bool:
        return head.option.fits(head.value or "")

    def _completed(self, match: re.Match[str], option: Option, meant: str | None) -> _Head | None:
        space = _SPACE.match(self.text, match.end())
        start = space.end() if space else match.end()
        value, end = self._value(option, start)
        if match["dash"] and not match["sep"]:
            value, end = self._after_dash(option, value, start, end)
        elif space and start < len(self.text) and not option.is_text and not (value and option.fits(value)):
            return None  # Prose: `a fashion model: tall`.
        shortly = value is not None and end - match.start() <= SHOWN_LENGTH
        typed = self.text[match.start() : end if shortly else match.end()]
        return _Head(option=option, typed=typed, meant=meant, value=value, start=start, end=end)

    def _value(self, option: Option, start: int) -> tuple[str | None, int]:
        quoted = _QUOTED.match(self.text, start)
        if quoted and (quoted.end() == len(self.text) or self.text[quoted.end()] in f" \t\n{SEPARATORS}"):
            inner = quoted["double"] if quoted["double"] is not None else quoted["single"]
            follows_comma = self.text[quoted.end() : quoted.end() + 1] in tuple(SEPARATORS)
            if not (option.is_text and follows_comma):
                return _ESCAPED.sub(r"\1", inner), quoted.end() + follows_comma
        if option.is_text:
            return None, start
        end, after = self._word_end(start)
        return self.text[start:end].rstrip(SEPARATORS) or None, after

    def _word_end(self, start: int) -> tuple[int, int]:
        """Return where a value ends, and where to read on: `steps:30,seed:42` is two options."""
        for boundary in _BOUNDARY.finditer(self.text, start):
            chained = _CHAINED.match(self.text, boundary.start())
            if boundary[0].isspace():
                return boundary.start(), boundary.start()
            if chained and self.options.named(chained["name"]):
                return boundary.start(), chained.end()
        return len(self.text), len(self.text)

    def _after_dash(self, option: Option, value: str | None, start: int, end: int) -> tuple[str | None, int]:
        if option.is_flag and not (value and option.fits(value)):
            return "yes", start  # `--tiled` alone means yes, and what follows belongs to the prompt.
        if not option.is_text and self._names_option(start):
            return None, start  # `--steps --seed 4`: the value is missing, it is not "--seed".
        return value, end

    def _names_option(self, at: int) -> bool:
        # By its name alone: looking for its value would look for the next one's, and so on to the end of the text.
        match = _HEAD.match(self.text, at)
        return bool(match and self._is_separated(match) and self.options.named(match["name"]))

    def _report_slip(self, head: _Head) -> None:
        typed = " ".join(head.typed.split())
        correct = _HEAD.sub(lambda match: f"{match['dash'] or ''}{head.meant}{match['sep'] or ''}", typed, count=1)
        reason = f"{shown(typed)} looks like a slip of {correct}. Write that, or \\{typed} to keep it as text."
        self._report(head.option.name, reason)

    def _set(self, option: Option, value: str, *, slip: bool) -> None:
        if slip:
            return
        if option.name in self.raw:
            self._report_twice(option.name)
        self.raw[option.name] = value

    def _report_twice(self, name: str) -> None:
        self._report(name, "is given more than once. Keep one of them.")

    def _report(self, name: str, reason: str) -> None:
        # The first fault of a parameter is enough: somebody who pastes a page gets one sentence, not a thousand.
        self.faults.setdefault(name, Fault(parameter=name, reason=reason))

    def _end_running(self, *, before_option: bool = False) -> None:
        # A comma before an option separates the two; it is no part of the text.
        pieces = self._pieces()
        if before_option:
            pieces[:] = ["".join(pieces).rstrip().rstrip(SEPARATORS)]
        if self.running:
            name, _ = self.running
            self.running = None
            if name in self.raw:
                self._report_twice(name)
            if name:
                self.raw[name] = "".join(pieces).strip()

    def _end_free(self) -> None:
        segments = ["".join(pieces).strip() for pieces in self.free]
        text = " ".join(segment for segment in segments if segment)
        if not is_visible(text):
            return
        if not self.options.named(PROMPT):
            self._report(PROMPT, f"this workflow takes no words; leave out {shown(text)}.")
        elif PROMPT in self.raw:
            self._report_twice(PROMPT)
        else:
            self.raw[PROMPT] = _unwrapped(text)


def _unwrapped(text: str) -> str:
    # A prompt that is quoted as a whole is quoted out of habit; quotes inside are part of the picture.
    quoted = _QUOTED.fullmatch(text)
    return text if quoted is None or quoted["double"] is None else _ESCAPED.sub(r"\1", quoted["double"])
