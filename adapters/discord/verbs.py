"""/mod: a subcommand for each verb of moderators, and what was filled in. Pure.

Discord shows it to those whom a server's settings let; what anybody may is asked at each use, by the bench alone.
"""

from collections.abc import Iterator, Mapping

from adapters.discord.options import MOST_SAID, OptionKind, ordered
from adapters.discord.origins import Right
from adapters.discord.reading import UNREAD, read_text
from adapters.discord.shapes import Json
from bot.errors import SubmissionError
from bot.inert import label
from bot.measuring import MAX_TEXT
from bot.policy.measures import Rank
from bot.policy.verbs import VERBS, Field, Kind, Verb
from bot.presiding import DOES, MOD

GROUPS: Mapping[str, str] = {"blocklist": "What texts may not have."}
"""What the first word of verbs of two words is about."""

OPERATOR = "operator"
"""The group of what no moderator can do: Discord shows every part of /mod to whoever sees one of them."""

_OF_THE_OPERATOR = "Only whoever runs this bot can do these."

SHOWN_TO = Right.MODERATE_MEMBERS
"""Who finds /mod in a server that set nothing else: Discord asks for all of a set's rights, so it is one."""

_LONGEST: Mapping[Kind, int] = {
    Kind.DURATION: 32,
    Kind.QUOTAS: 200,
    Kind.AMOUNT: 64,
    Kind.WORKFLOW: 64,
    Kind.TIER: 64,
    Kind.JOB: 36,
    Kind.WORD: 100,
    Kind.WEIGHT: 16,
    Kind.WORDS: MAX_TEXT,
}
_SUGGESTED = (Kind.WORKFLOW, Kind.TIER)
_DEPTH = 2  # a group, and its subcommand
_GUILD, _GUILD_INSTALL = 0, 0


def path_of(verb: Verb) -> str:
    """Return what a verb is called below /mod."""
    return f"{OPERATOR} {verb.name.replace(' ', '-')}" if verb.rank is Rank.OPERATOR else verb.name


_BY_PATH: Mapping[str, Verb] = {path_of(verb): verb for verb in VERBS}


def mod_command() -> Json:
    """Return /mod as Discord registers it."""
    return {
        "type": 1,
        "name": MOD,
        "description": DOES,
        "default_member_permissions": int(SHOWN_TO),
        "contexts": [_GUILD],
        "integration_types": [_GUILD_INSTALL],
        "nsfw": False,
        "options": [*_parts()],
    }


def read_verb(data: Json) -> tuple[Verb, Mapping[str, str]]:
    """Read which verb was used, and what was filled in, unread; raises SubmissionError for one that is none."""
    path, inner = _inner(data)
    verb = _BY_PATH.get(" ".join(path))
    if verb is None:
        raise SubmissionError(UNREAD, detail="no verb of moderators")
    return verb, {each.name: read_text(inner, each.name) for each in verb.fields}


def typed_into(data: Json) -> tuple[Field | None, str]:
    """Return the field that is being typed into, and what stands there; None: none that anything is suggested for."""
    path, inner = _inner(data)
    verb = _BY_PATH.get(" ".join(path))
    given = inner.get("options")
    focused = next((each for each in _objects(given) if each.get("focused") is True), {})
    typed = str(focused.get("value") or "")[:MOST_SAID]
    return next((each for each in (verb.fields if verb else ()) if each.name == focused.get("name")), None), typed


def _inner(data: Json) -> tuple[list[str], Json]:
    path: list[str] = []
    for _ in range(_DEPTH):
        first = next(_objects(data.get("options")), {})
        if first.get("type") not in (OptionKind.SUBCOMMAND, OptionKind.GROUP):
            break
        path.append(str(first.get("name"))[:MOST_SAID])
        data = first
    return path, data


def _objects(value: object) -> Iterator[Json]:
    yield from (each for each in value if isinstance(each, dict)) if isinstance(value, list) else ()


def _parts() -> Iterator[Json]:
    yield from (_subcommand(path, verb) for path, verb in _BY_PATH.items() if " " not in path)
    for group, does in {**GROUPS, OPERATOR: _OF_THE_OPERATOR}.items():
        own = {path: verb for path, verb in _BY_PATH.items() if path.startswith(f"{group} ")}
        parts = [_subcommand(path.removeprefix(f"{group} "), verb) for path, verb in own.items()]
        yield {"type": OptionKind.GROUP, "name": group, "description": does, "options": parts}


def _subcommand(name: str, verb: Verb) -> Json:
    options = ordered(map(_option, verb.fields))
    return {
        "type": OptionKind.SUBCOMMAND,
        "name": name,
        "description": label(verb.help, MOST_SAID),
        **({"options": options} if options else {}),
    }


def _option(each: Field) -> Json:
    option: Json = {"name": each.name, "description": label(f"{each.help} {_like(each)}", MOST_SAID), **_taken(each)}
    return {**option, "required": True} if each.is_required else option


def _like(each: Field) -> str:
    return f"Such as {each.example}" if each.kind in (Kind.DURATION, Kind.QUOTAS, Kind.AMOUNT, Kind.WEIGHT) else ""


def _taken(each: Field) -> Json:
    match each.kind:
        case Kind.USER:
            return {"type": OptionKind.USER}
        case Kind.CHOICE:
            return {
                "type": OptionKind.STRING,
                "choices": [{"name": choice, "value": choice} for choice in each.choices],
            }
        case kind:
            suggested = {"autocomplete": True} if kind in _SUGGESTED else {}
            return {"type": OptionKind.STRING, "max_length": _LONGEST[kind], **suggested}
