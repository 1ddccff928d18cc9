"""Dialogs and menus made of the verbs that moderators have everywhere: the same measures, fields and rights. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.policy.measures import Rank
from bot.policy.verbs import NOW, VERBS, Field, Kind, Verb

TITLES: Mapping[str, str] = {
    "grant": "Grant more",
    "quota": "Set the quota",
    "reset": "Reset use",
    "tier": "Put into a tier",
    "ban": "Ban",
    "unban": "Lift the ban",
    "clear": "Clear their queue",
    "purge": "Purge",
    "cancel": "Cancel this job",
    "pass": "Let it pass",
    "reject": "Do not let it through",
    "pause": "Pause",
    "resume": "Resume",
    "zone": "Time zone",
    "ban-community": "Ban the community",
    "unban-community": "Let the community in again",
    "ceiling": "Ceiling",
    "clear-all": "Cancel everything",
    "server drain": "Drain a server",
    "server resume": "Resume a server",
}
"""What a button says, where the verb alone says too little."""

_SUGGESTED: Mapping[Kind, tuple[str, ...]] = {
    Kind.DURATION: ("1h", "1d", "7d", "30d"),
    Kind.QUOTAS: ("20 pictures/day", "600s/day", "none", "tier"),
    Kind.AMOUNT: ("10 pictures", "20 pictures", "600s"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """A field of a dialog."""

    field: Field
    value: str
    options: tuple[tuple[str, str], ...] = ()  #: to choose from: each with what is shown of it
    suggested: tuple[str, ...] = ()
    is_long: bool = False

    @property
    def name(self) -> str:
        """Return what it is called where it is sent."""
        return self.field.name

    @property
    def label(self) -> str:
        """Return what stands above it."""
        return self.field.name.capitalize()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialog:
    """What is asked before a measure is done."""

    verb: Verb
    title: str
    whom: str  #: the name of whom it is about; empty: nobody alone
    controls: tuple[Control, ...]
    given: tuple[tuple[str, str], ...]  #: what is known already, and sent along

    @property
    def is_final(self) -> bool:
        """Whether it cannot be taken back."""
        return self.verb.is_final

    @property
    def is_grave(self) -> bool:
        """Whether its button warns."""
        return self.verb.is_grave


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What fields of a kind may be."""

    workflows: Sequence[str] = ()
    tiers: Sequence[str] = ()


def title_of(verb: Verb) -> str:
    """Return what a button says that opens it."""
    return TITLES.get(verb.name, verb.name.replace("-", " ").capitalize())


def offered(rank: Rank) -> Iterator[Verb]:
    """Yield what the console does for somebody: the same that its buttons are made of."""
    return (verb for verb in VERBS if rank >= verb.rank and not verb.is_for_chats)


def person_verbs(rank: Rank) -> list[Verb]:
    """Return what may be done to one person."""
    return [verb for verb in offered(rank) if _is_of_person(verb)]


def community_verbs(rank: Rank) -> list[Verb]:
    """Return what may be done to a community, or to all of it, that stands in no section."""
    return [
        verb
        for verb in offered(rank)
        if not _is_of_person(verb)
        and not verb.name.startswith("blocklist ")
        and not any(each.kind is Kind.JOB for each in verb.fields)
    ]


def dialog_of(verb: Verb, given: Mapping[str, str], whom: str, choices: Choices) -> Dialog:
    """Return what is asked for a verb: what is not known yet of its fields. A reason may be proposed."""
    known = {each.name: given[each.name] for each in verb.fields if given.get(each.name) and _is_fixed(each)}
    if verb.is_asked_back:
        known[NOW] = NOW  # the dialog itself asks back
    controls = tuple(
        _control(each, given.get(each.name, ""), choices) for each in verb.fields if each.name not in known
    )
    return Dialog(verb=verb, title=title_of(verb), whom=whom, controls=controls, given=tuple(known.items()))


def raw_of(verb: Verb, content: Mapping[str, object]) -> dict[str, str]:
    """Return what was filled in, by field; whatever is no text was not."""
    return {each.name: text for each in verb.fields if isinstance(text := content.get(each.name), str)}


def _is_of_person(verb: Verb) -> bool:
    return any(each.kind is Kind.USER and each.is_required for each in verb.fields)


def _is_fixed(field: Field) -> bool:
    return field.kind in (Kind.USER, Kind.JOB)


def _control(field: Field, value: str, choices: Choices) -> Control:
    return Control(
        field=field,
        value=value,
        options=tuple(_options(field, choices)),
        suggested=_SUGGESTED.get(field.kind, ()),
        is_long=field.kind is Kind.WORDS,
    )


def _options(field: Field, choices: Choices) -> Iterator[tuple[str, str]]:
    match field.kind:
        case Kind.WORKFLOW:
            yield "", "All of them"
            yield from ((name, name) for name in choices.workflows)
        case Kind.TIER:
            yield "none", "By their roles"
            yield from ((name, name) for name in choices.tiers)
        case Kind.CHOICE:
            if not field.is_required:
                yield "", "As usual"
            yield from ((name, name.capitalize()) for name in field.choices)
