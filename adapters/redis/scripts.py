"""The Lua scripts: files, loaded once, put together from the parts that they need, run by their digest."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from adapters.redis.keys import quoted
from bot.accounts import PRIORITY_STEP
from bot.console.hours import HOUR_MS, KEPT_MS
from bot.fairshare import CHECKS, SAMPLE, STALE, TIES
from bot.jobs import OF_ONE_PLACE
from bot.leases import FREE_MS
from bot.shares import ANY_LANE, LONGEST_MS, ONE, FairPolicy

_LUA = files("adapters.redis") / "lua"
PARTS = (
    "accounts",
    "auditing",
    "bills",
    "board",
    "calls",
    "census",
    "charges",
    "choice",
    "claiming",
    "endings",
    "files",
    "forgetting",
    "hours",
    "jobs",
    "leases",
    "orders",
    "parking",
    "recount",
    "seats",
    "signed",
    "writing",
)
"""What scripts share, by subject: each carries those that it names in its head, and what they need in turn."""


HERE = "  -- What only this needs is made here."

LEAF = 64
"""Jobs in a leaf of a board: at up to 128 entries a sorted set is kept compact."""


@cache
def source(name: str) -> str:
    """Return the text of a file without its ending."""
    return (_LUA / f"{name}.lua").read_text(encoding="utf-8")


@cache
def names() -> list[str]:
    """Return the name of every script."""
    stems = [entry.name.removesuffix(".lua") for entry in _LUA.iterdir() if entry.name.endswith(".lua")]
    return sorted(set(stems) - {"prelude", *PARTS})


def needs(name: str) -> Sequence[str]:
    """Return the parts that a file names in its first line."""
    named = re.match(r"-- Needs: (.*)", source(name))
    return named[1].split(", ") if named else ()


def constants(policy: FairPolicy) -> Mapping[str, str]:
    """Return what the model and the scripts share. GPU milliseconds of the policy become a tag's microseconds."""
    values: Mapping[str, int | str] = {
        "SLACK": policy.slack_ms * 1000,
        "REFUND": policy.refund_ms * 1000,
        "DEBT": policy.debt_ms * 1000,
        "LEAST": policy.least_ms,
        "BY_USERS": str(policy.by_users).lower(),
        "ONE": ONE,
        "LONGEST": LONGEST_MS,
        "ANY_LANE": f"'{ANY_LANE}'",
        "TIES": TIES,
        "CHECKS": CHECKS,
        "STALE": STALE,
        "SAMPLE": SAMPLE,
        "PRIORITY_STEP": PRIORITY_STEP,
        "LEAF": LEAF,
        "FREE": FREE_MS,
        "HOUR": HOUR_MS,
        "HOURS_KEPT": KEPT_MS,
        "OF_ONE_PLACE": "{" + ", ".join(f"['{quoted(each)}'] = true" for each in sorted(OF_ONE_PLACE)) + "}",
    }
    return {name: str(value) for name, value in values.items()}


@cache
def assembled(name: str) -> str:
    """Return a script after those pieces of the parts it needs that it uses, itself or through others.

    Lua makes every function anew in every call, and a call that made all of them would take twice as long. A piece is
    what stands between two blank lines; nothing uses a name that is made after it. Of a function that begins with HERE
    the pieces that nothing else uses are made in it: most calls do not come there.
    """
    before, here, rest = source(name).partition(HERE)
    body, end, after = rest.partition("\nend\n")
    pieces = [piece.strip() for part in _order(name)[:-1] for piece in source(part).split("\n\n")]
    outside, inside = _words(before + end + after), _words(body)
    for piece in reversed(pieces):
        if _made(piece) & outside:
            before = f"{piece}\n\n{before}"
            outside |= _words(piece)
        elif _made(piece) & inside:
            body = f"\n{piece}\n{body}"
            inside |= _words(piece)
    return before + here + body + end + after


@cache
def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", re.sub(r"--.*", "", text)))


@cache
def _made(piece: str) -> frozenset[str]:
    """Return the names of the functions and variables that a piece makes."""
    lists = re.findall(r"^local (?:function )?(\w+(?:, \w+)*)", piece, re.MULTILINE)
    return frozenset(name for names in lists for name in names.split(", "))


class Scripts:
    """Whole scripts by name; only a test hands in a prelude of its own, whose clock it moves."""

    def __init__(self, prelude: str | None = None, policy: FairPolicy | None = None) -> None:
        before = source("prelude") if prelude is None else prelude
        values = constants(policy or FairPolicy())
        # Written into the text: a local variable would cost every function that uses it.
        named = re.compile(rf"\b({'|'.join(values)})\b")
        self._texts = {
            name: named.sub(lambda found: values[found[0]], f"{before}\n\n{assembled(name)}") for name in names()
        }
        # EVALSHA names a script by its SHA-1; nothing here depends on its strength.
        self._shas = {name: hashlib.sha1(text.encode()).hexdigest() for name, text in self._texts.items()}  # noqa: S324

    def text(self, name: str) -> str:
        """Return a script with all that stands before it."""
        return self._texts[name]

    def sha(self, name: str) -> str:
        """Return what EVALSHA calls it."""
        return self._shas[name]


@cache
def _order(name: str) -> list[str]:
    """Return a file and before it all that it needs, each once."""
    before = [part for need in needs(name) for part in _order(need)]
    return list(dict.fromkeys([*before, name]))
