"""The Lua scripts: files, loaded once, put together from the parts that they need, run by their digest."""

import hashlib
import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from bot.accounts import PRIORITY_STEP
from bot.fairshare import CHECKS, SAMPLE, STALE, TIES
from bot.shares import ANY_LANE, LONGEST_MS, ONE, FairPolicy

_LUA = files("adapters.redis") / "lua"
PARTS = (
    "accounts",
    "bills",
    "charges",
    "choice",
    "endings",
    "files",
    "forgetting",
    "jobs",
    "leases",
    "orders",
    "recount",
    "seats",
)
"""What scripts share, by subject: each carries those that it names in its head, and what they need in turn."""


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


def constants(policy: FairPolicy) -> str:
    """Write down what the model and the scripts share. GPU milliseconds of the policy become a tag's microseconds."""
    values = {
        "SLACK": policy.slack_ms * 1000,
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
    }
    return f"local {', '.join(values)} = {', '.join(map(str, values.values()))}\n"


class Scripts:
    """Whole scripts by name; only a test hands in a prelude of its own, whose clock it moves."""

    def __init__(self, prelude: str | None = None, policy: FairPolicy | None = None) -> None:
        before = [source("prelude") if prelude is None else prelude, constants(policy or FairPolicy())]
        self._texts = {name: "\n".join([*before, *map(source, _order(name))]) for name in names()}
        # EVALSHA names a script by its SHA-1; nothing here depends on its strength.
        self._shas = {name: hashlib.sha1(text.encode()).hexdigest() for name, text in self._texts.items()}  # noqa: S324

    def text(self, name: str) -> str:
        """Return a script with all that stands before it."""
        return self._texts[name]

    def sha(self, name: str) -> str:
        """Return what EVALSHA calls it."""
        return self._shas[name]


def _order(name: str) -> list[str]:
    """Return a file and before it all that it needs, each once."""
    before = [part for need in needs(name) for part in _order(need)]
    return list(dict.fromkeys([*before, name]))
