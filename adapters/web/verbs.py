"""/mod while a moderator types it: verbs, and what their fields take. Pure."""

import re
from collections.abc import Collection, Iterator

from adapters.web.completion import MOST, Completion, Suggestion
from bot.measuring import help_rows
from bot.policy.measures import Rank
from bot.policy.verbs import VERBS, Field, Kind, Verb

_BEGUN = re.compile(r"\s*/mod\s+(?P<words>.*)$", re.IGNORECASE | re.DOTALL)


def complete_verb(before: str, rank: Rank, workflows: Collection[str], tiers: Collection[str]) -> Completion | None:
    """Say what may come after these words; None: they are no moderator's, or whoever types is none."""
    begun = _BEGUN.fullmatch(before) if help_rows(rank) else None
    if begun is None:
        return None
    words, start = begun["words"], begun.start("words")
    own = [verb for verb in VERBS if rank >= verb.rank]
    verb = next((each for each in own if words.lower().startswith(f"{each.name} ")), None)
    if verb is None:
        found = (each for each in own if each.name.startswith(words.lower()))
        verbs = tuple(Suggestion(text=f"{each.name} ", label=each.name, detail=each.help) for each in found)
        return Completion(start=start, suggestions=verbs[:MOST])
    typed = words.split(" ")[-1]
    offered = [each for each in _offered(verb, words, workflows, tiers) if each.startswith(typed.lower())]
    return Completion(
        start=len(before) - len(typed),
        suggestions=tuple(Suggestion(text=f"{each} ", label=each) for each in offered[:MOST]),
        hint=f"{verb.usage}: {verb.help}",
    )


def _offered(verb: Verb, words: str, workflows: Collection[str], tiers: Collection[str]) -> Iterator[str]:
    before = len(words[len(verb.name) :].split(" ")) - 2  # whole words behind the verb
    for place, each in enumerate(each for each in verb.fields if not each.is_named):
        if place == before:
            yield from _values(each, workflows, tiers)
    for each in verb.fields:
        if each.is_named:
            yield from (f"{each.name}:{value}" for value in each.choices or ("",))


def _values(each: Field, workflows: Collection[str], tiers: Collection[str]) -> Collection[str]:
    match each.kind:
        case Kind.WORKFLOW:
            return workflows
        case Kind.TIER:
            return (*tiers, "none")
    return each.choices
