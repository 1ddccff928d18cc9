"""The Lua scripts: files, loaded once, run by their digest."""

import hashlib
from functools import cache
from importlib.resources import files

_LUA = files("adapters.redis") / "lua"
_SHARED = ("prelude", "common")


@cache
def source(name: str) -> str:
    """Return the text of a file without its ending."""
    return (_LUA / f"{name}.lua").read_text(encoding="utf-8")


def names() -> list[str]:
    """Return the name of every script."""
    stems = [entry.name.removesuffix(".lua") for entry in _LUA.iterdir() if entry.name.endswith(".lua")]
    return sorted(set(stems) - set(_SHARED))


class Scripts:
    """Whole scripts by name; only a test hands in a prelude of its own, whose clock it moves."""

    def __init__(self, prelude: str | None = None) -> None:
        before = f"{source('prelude') if prelude is None else prelude}\n{source('common')}\n"
        self._texts = {name: before + source(name) for name in names()}
        # EVALSHA names a script by its SHA-1; nothing here depends on its strength.
        self._shas = {name: hashlib.sha1(text.encode()).hexdigest() for name, text in self._texts.items()}  # noqa: S324

    def text(self, name: str) -> str:
        """Return a script with all that stands before it."""
        return self._texts[name]

    def sha(self, name: str) -> str:
        """Return what EVALSHA calls it."""
        return self._shas[name]
