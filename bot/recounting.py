"""What the audit says, as a sentence for moderators: who did what to whom, what came of it, and why. Pure.

A table by measure, of what was done and of what was only tried. What people wrote stands in quotes and made visible; a
detail for which a sentence has no place is said after it, so that nothing is left out. Scripts read the entry itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, assert_never

from bot.deadlines import spelled
from bot.errors import (
    Banned,
    Blocked,
    FileGone,
    ImageRefused,
    NotAllowed,
    NotInTier,
    NotLetIn,
    Paused,
    SubmissionError,
    UnknownWorkflow,
)
from bot.houserules import FLAGGED
from bot.inert import NAME, label, visible
from bot.policy.audit import NAMES, WHOM, AuditEntry, Outcome
from bot.policy.expressions import UnsafeExpression
from bot.policy.measures import RIGHTS, GrantMore, Rank
from bot.policy.notation import amounts_words
from bot.policy.rulebook import Deed, Reading
from bot.shares import ONE

_WHOM = "\0"
"""Where somebody is named: what is visible never has this."""

_QUOTED = 100
"""Characters of what was written that stand amid a sentence, so that its end is read: as many as a blocklist takes."""


_AT_THE_END = 1_000
"""Characters of what ends a sentence."""

_LARGEST = 1e12
"""What is no number of ours."""


class Recounted(NamedTuple):
    """A sentence, around whoever it was done to."""

    before: str
    name: str  #: what they are called; empty: nobody is named
    user: str  #: the id by which they are acted upon; empty where they are called by it
    after: str

    def __str__(self) -> str:
        """Return all of it."""
        return f"{self.before}{self.name}{f' ({self.user})' if self.user else ''}{self.after}"


class _Details:
    """What an entry has to tell beside its measure: each is told once."""

    def __init__(self, entry: AuditEntry) -> None:
        self._left = dict(entry.details)
        self.name = label(self._left.pop(WHOM, ""), NAME) if entry.user else ""
        self.refused = self._left.pop("refused", "") if entry.outcome is Outcome.TRIED else ""
        self.whom = _WHOM if entry.user else "somebody"
        self.of_whom = f" of {_WHOM}" if entry.user else ""

    def word(self, name: str, limit: int = _QUOTED) -> str:
        """Return a detail as it is; empty where there is none."""
        return label(self._left.pop(name, ""), limit)

    def quoted(self, name: str, otherwise: str = "something") -> str:
        """Return what somebody wrote, in quotes."""
        said = self.word(name)
        return f"“{said}”" if said else otherwise

    def number(self, name: str) -> float:
        """Return a number; 0 where there is none. What is none stays to be told."""
        try:
            number = float(self._left.get(name, ""))
        except ValueError:
            return 0.0
        if not 0 <= number <= _LARGEST:
            return 0.0
        del self._left[name]
        return number

    def for_so_long(self) -> str:
        """Say for how long."""
        seconds = self.number("for_s")
        return f"for {spelled(seconds)}" if seconds else "until somebody takes it back"

    def rest(self) -> str:
        """Say what was not told."""
        said = ", ".join(f"{visible(name)} {visible(value)}" for name, value in self._left.items())
        return f"; {said}" if said else ""


_Said = Callable[[_Details], str]


@dataclass(frozen=True, slots=True)
class _Phrase:
    """How a measure is told: `banned`, `ban`, and whom for how long; what that means for others is its effect."""

    did: str
    do: str
    what: _Said
    effect: _Said = lambda _: ""


def recounted(entry: AuditEntry) -> Recounted:
    """Return what an entry says, without when and by whom."""
    details = _Details(entry)
    sentence = _sentence(entry, details)
    about = f"; about {_WHOM}" if entry.user and _WHOM not in sentence else ""
    before, _, after = f"{sentence}{about}{details.rest()}".partition(_WHOM)
    user = visible(entry.user or "")
    if details.name in ("", user):
        return Recounted(before=before, name=user, user="", after=after)
    return Recounted(before=before, name=details.name, user=user, after=after)


def _sentence(entry: AuditEntry, details: _Details) -> str:
    why = f"“{visible(entry.why)}”" if entry.why else ""
    phrase = _phrase(entry)
    match entry.outcome:
        case Outcome.DONE:
            told, effect = f"{phrase.did} {phrase.what(details)}", phrase.effect(details)
            return ": ".join(each for each in (told.rstrip(), effect, why) if each)
        case Outcome.TRIED:
            told, effect = f"{phrase.do} {phrase.what(details)}", phrase.effect(details)
            tried = f"tried to {told.rstrip()}{f' ({effect})' if effect else ''}"
            refused = f"and was refused: {_refusal(details.refused, entry.measure)}"
            return f"{tried}, {refused}{f'; with the words {why}' if why else ''}"
        case Outcome.AUTOMATIC:
            held = BY_ITSELF.get(entry.measure)
            told = held(details) if held else f"{phrase.did} {phrase.what(details)}".rstrip()
            return ": ".join(each for each in (told, why) if each)
        case _:
            assert_never(entry.outcome)


def _phrase(entry: AuditEntry) -> _Phrase:
    said = entry.details
    # Whatever is granted has a time.
    if entry.measure == NAMES[GrantMore] and "for_s" not in said and said.get("pictures") == said.get("gpu_s") == "0":
        return _TAKEN_BACK
    return PHRASES.get(entry.measure) or _unknown(entry.measure)


def _refusal(code: str, measure: str) -> str:
    if code == NotAllowed.code and _RANKS.get(measure) is Rank.OPERATOR:
        return "only whoever runs this bot can"
    return REFUSALS.get(code, REFUSALS[SubmissionError.code])


def _unknown(measure: str) -> _Phrase:
    """Tell of what a later version wrote: by what it is called there."""
    name = visible(measure)
    return _Phrase(name, name, lambda details: _WHOM if details.of_whom else "")


_RANKS: Mapping[str, Rank] = {NAMES[kind]: rank for kind, rank in RIGHTS.items()}

REFUSALS: Mapping[str, str] = {
    SubmissionError.code: "it cannot be done as it was said",
    NotAllowed.code: "only moderators of this community can",
    UnknownWorkflow.code: "there is no such workflow",
    UnsafeExpression.code: "it is no expression that can be used",
    FileGone.code: "the file is not kept any more",
    ImageRefused.code: "the picture cannot be used",
    Banned.code: "they are banned",
    Paused.code: "it is paused",
    NotLetIn.code: "their community has not been let in",
    NotInTier.code: "their tier does not include it",
    Blocked.code: "it has what is on the blocklist",
}
"""Why something was refused, by the code of the refusal."""


# ---- What is said of each ----


def _by_workflow(details: _Details) -> str:
    workflow = details.word("workflow")
    return f" ({workflow})" if workflow else ""


BY_ITSELF: Mapping[str, _Said] = {
    Banned.code: lambda it: f"refused a request of {it.whom}, who is banned{_by_workflow(it)}",
    Blocked.code: lambda it: (
        f"refused a request of {it.whom}, which had {it.quoted('pattern')} of the blocklist{_by_workflow(it)}"
    ),
    FLAGGED: lambda it: (
        f"took a request of {it.whom}{_by_workflow(it)}, and notes what it had of the blocklist: "
        f"“{it.word('patterns', _AT_THE_END)}”"
    ),
}
"""What happened by itself."""


def _job(details: _Details) -> str:
    job = details.word("job_id")
    return f"{f'the job {job}' if job else 'a job'}{details.of_whom}"


def _work(details: _Details) -> str:
    return details.word("workflow") or "everything"


def _more(details: _Details) -> str:
    pictures, gpu_s = int(details.number("pictures")), int(details.number("gpu_s"))
    words = f"{amounts_words(pictures, gpu_s)} more".lstrip()
    return f"{details.whom} {words} {details.for_so_long()}"


def _taken_back(details: _Details) -> str:
    for none in ("pictures", "gpu_s"):
        details.number(none)
    return f"what was granted to {details.whom}"


def _tier(details: _Details) -> str:
    tier = details.word("tier")
    return f"{details.whom} into {f'the tier {tier}' if tier else 'the tier of their roles again'}"


def _purged(details: _Details) -> str:
    last_s = details.number("last_s")
    return f"what {details.whom} made{f', as far as {spelled(last_s)} back' if last_s else ''}, with its messages"


def _pattern(details: _Details) -> str:
    is_expression = details.word("reading") == Reading.EXPRESSION
    return f"{'the expression ' if is_expression else ''}{details.quoted('text')}"


def _becomes(details: _Details) -> str:
    replacement = details.quoted("replacement", "nothing")
    deeds = {
        Deed.BLOCK.value: "a request with it is refused",
        Deed.REPLACE.value: f"in a request it becomes {replacement}",
        Deed.FLAG.value: "a request with it is taken, and noted here",
    }
    return deeds.get(details.word("deed"), "")


def _gpu(details: _Details) -> str:
    name = details.word("name")
    return f"the GPU {name}" if name else "a GPU"


def _ceiling(details: _Details) -> str:
    weight, quotas = details.number("weight"), details.word("quotas")
    words = [f"weight {weight / ONE:g}"] * bool(weight) + [quotas] * bool(quotas)
    return f"the ceiling to {', '.join(words) or 'that of the settings'}"


PHRASES: Mapping[str, _Phrase] = {
    "show": _Phrase("looked at", "look at", lambda it: f"what {it.whom} used and may use"),
    "quota": _Phrase("set", "set", lambda it: f"the quota of {it.whom} to {it.word('quotas') or 'that of their tier'}"),
    "grant": _Phrase("gave", "give", _more),
    "reset": _Phrase("made", "make", lambda it: f"what {it.whom} had used count no longer"),
    "tier": _Phrase("put", "put", _tier),
    "ban": _Phrase("banned", "ban", lambda it: f"{it.whom} {it.for_so_long()}"),
    "unban": _Phrase("let", "let", lambda it: f"{it.whom} ask again"),
    "clear": _Phrase("cancelled", "cancel", lambda it: f"all that {it.whom} had waiting or running"),
    "purge": _Phrase("deleted", "delete", _purged),
    "cancel": _Phrase("cancelled", "cancel", _job),
    "pause": _Phrase("paused", "pause", _work),
    "resume": _Phrase("let", "let", lambda it: f"{_work(it)} go on"),
    "blocklist-add": _Phrase("put", "put", lambda it: f"{_pattern(it)} on the blocklist", _becomes),
    "blocklist-remove": _Phrase("took", "take", lambda it: f"{it.quoted('text')} off the blocklist"),
    "blocklist-list": _Phrase("looked at", "look at", lambda _: "the blocklist"),
    "blocklist-test": _Phrase("tested", "test", lambda _: "a prompt against the blocklist"),
    "zone": _Phrase("made", "make", lambda it: f"days begin in {it.word('name') or 'another time zone'}"),
    "recent": _Phrase("looked at", "look at", lambda it: f"the latest jobs{it.of_whom}"),
    "reports": _Phrase("looked at", "look at", lambda _: "what was reported"),
    "reviews": _Phrase("looked at", "look at", lambda _: "what waits for a moderator"),
    "pass": _Phrase("let", "let", lambda it: f"{_job(it)} pass"),
    "reject": _Phrase("rejected", "reject", _job),
    "audit": _Phrase("looked at", "look at", lambda it: f"the audit{it.of_whom}"),
    "console": _Phrase("opened", "open", lambda _: "the console"),
    "console-end": _Phrase("signed", "sign", lambda _: "everybody out of the console"),
    "ban-community": _Phrase("banned", "ban", lambda it: f"the whole community {it.for_so_long()}"),
    "unban-community": _Phrase("let", "let", lambda _: "the whole community ask again"),
    "ceiling": _Phrase("set", "set", _ceiling),
    "clear-all": _Phrase("cancelled", "cancel", lambda _: "all that waited or ran, of everybody"),
    "servers": _Phrase("looked at", "look at", lambda _: "the GPUs"),
    "server-drain": _Phrase("drained", "drain", _gpu, lambda _: _DRAINED),
    "server-resume": _Phrase("put", "put", lambda it: f"{_gpu(it)} back to work"),
    "server-add": _Phrase("added", "add", lambda it: f"{_gpu(it)} to the pool"),
    "server-remove": _Phrase("took", "take", lambda it: f"{_gpu(it)} out of the pool"),
    "communities": _Phrase("looked at", "look at", lambda _: "which communities there are"),
}
"""Each measure, by what the audit calls it; GPUs are added and removed on the command line alone."""

_TAKEN_BACK = _Phrase("took back", "take back", _taken_back)

_DRAINED = "it takes nothing new"
