"""What a moderator says in a chat comes to the bench: the same on every platform, and only they read the answer.

Who somebody is, and their rank at this moment, the platform vouches for at each use. What cannot be taken back is asked
once more.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Protocol

from bot.answers import Answer, Section, Typed
from bot.errors import NotAllowed
from bot.jobs import Requester, Tenant
from bot.measuring import help_rows, read_fields, read_words
from bot.policy.measures import Actor, Measure, OfUser, Rank, may
from bot.policy.verbs import BY_NAME, NOW, Verb
from workflows.catalog import Catalog
from workflows.faults import Fault, InvalidValues

MOD = "mod"
DOES = "What moderators do here. Only they see the answer."

NOBODY: Mapping[str, str] = MappingProxyType({})
"""No names."""

_HELP = "help"
_FIRST_WORDS = frozenset(name.split()[0] for name in BY_NAME) | {_HELP}


class Bench(Protocol):
    """The desk, as far as moderators need it."""

    def catalog(self) -> Catalog:
        """Return the workflows that there are now."""
        ...

    async def moderate(self, actor: Actor, measure: Measure, tenant: Tenant | None) -> Answer:
        """Do something, and say what was done; raises SubmissionError or StoreLost."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Presiding:
    """Takes the words or the fields of a moderator, always for the community in which they speak."""

    bench: Bench
    command: str  #: what stands before the words on this platform
    misnamed: Callable[[str], str] = lambda _: ""
    """What is wrong with how somebody is named in words; empty: nothing."""

    async def hear(self, actor: Actor, words: str, *, called: Mapping[str, str] = NOBODY) -> Answer:
        """Do what words say, or list what there is; raises what whoever said it has to be told.

        `called` are the names of those who are mentioned anywhere in the words, by their ids, as far as the platform
        says them: of somebody else than the measure is about they change nothing.
        """
        if words.strip().lower() in ("", _HELP):
            return self._help(actor.rank)
        try:
            verb, raw = self._read(words)
            return await self.do(actor, verb, raw, called=called.get(raw.get("user", "").removeprefix("@"), ""))
        except InvalidValues as faults:
            if actor.rank < Rank.MODERATOR:
                raise NotAllowed from faults
            raise

    async def do(self, actor: Actor, verb: Verb, raw: Mapping[str, str], *, called: str = "") -> Answer:
        """Do what was filled in; raises what whoever did that has to be told.

        `called` is the name of whoever it is about, where the platform says it together with their id.
        """
        measure = read_fields(verb, raw)
        if called and isinstance(measure, OfUser):
            measure = replace(measure, called=called)
        # Whoever may not do it is refused by the bench, which writes that down, and is asked nothing.
        if verb.is_asked_back and not raw.get(NOW) and may(actor, measure, actor.tenant):
            return _asked_back(verb)
        return await self.bench.moderate(actor, measure, actor.tenant)

    def _read(self, words: str) -> tuple[Verb, Mapping[str, str]]:
        verb, raw = read_words(words, self.bench.catalog().workflows)
        wrong = self.misnamed(raw["user"]) if raw.get("user") else ""
        if wrong:
            raise InvalidValues([Fault(parameter="user", reason=wrong)])
        return verb, raw

    def _help(self, rank: Rank) -> Answer:
        rows = tuple(help_rows(rank))
        if not rows:
            raise NotAllowed
        how: tuple[str, ...] = ("Write ", Typed(self.command), " and then one of these. Only you see the answer.")
        return Answer(sections=(Section(headline="What moderators do", sentence=how, rows=rows),))


def greeting(command: str) -> Answer:
    """Greet the moderators of a community that has just let us in."""
    rows = (
        ("/imagine", "paints what members ask for."),
        (
            f"{command} quota",
            f"says how much somebody may use; {command} ban and {command} pause stop what must be stopped.",
        ),
        (f"{command} audit", "tells who did what to whom, when and why."),
    )
    return Answer(sections=(Section(headline="Hello! For those who moderate here:", rows=rows),))


def actor_of(requester: Requester, rank: Rank) -> Actor:
    """Return whoever asks as the bench knows them."""
    tenant = requester.tenant
    return Actor(id=requester.id, name=requester.name, platform=tenant.platform, tenant=tenant, rank=rank)


def is_meant(words: str) -> bool:
    """Tell whether words behind MOD are a moderator's where prompts are said, too: `mod fashion, 1966` is one."""
    first = words.split(maxsplit=1)[:1]
    return not first or first[0].lower() in _FIRST_WORDS


def _asked_back(verb: Verb) -> Answer:
    sentence = (
        f"What {verb.name} does cannot be taken back. {verb.help} Say the same once more, with ",
        Typed(NOW),
        " at the end.",
    )
    return Answer(sections=(Section(headline="Nothing was done yet.", sentence=sentence),))
