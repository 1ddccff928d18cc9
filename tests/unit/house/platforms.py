"""What each chat platform costs in lines, by what they do: `python -m tests.unit.house.platforms` prints the tables.

They stand in docs/architecture.md, held there by tests/unit/house/test_platforms.py.
"""

from collections.abc import Iterator, Mapping

from tests.unit.house import HOUSE

ADAPTERS = {"Discord": "adapters/discord", "Slack": "adapters/slack", "the page": "adapters/web"}

_DOES: Mapping[str, str] = {
    "hears: connections, sessions, signatures, who did what where": """
        access assets bodies client front given groups guards guests ingress installs leaving library limits listening
        opening origins outside persons room rooms routes_live routes_page routing seal server shapes signed tokens
        """,
    "reads: commands, forms, clicks, attachments": """
        asking attachments cdn clicking completion elsewhere fields filled forming imagining layouts modals moderating
        options reading refilling reimagining routes_ask routes_jobs submitting suggesting views
        """,
    "answers: what one person is told": "answering answers histories home homes showing telling",
    "moderates: what moderators say, and how they are greeted": "greeting moderating verbs vouching",
    "draws: a job's message, with people's words inert": "buttons blocks cards components text rendering",
    "keeps messages true: makes, changes and finds them, brings their files": """
        chat delivery files links log notes originals posting replies sending standing
        """,
    "calls: deadlines, limits, refusals": "calls pacing quiet refusals rest",
    "the console: what moderators look at in a browser": "console",
    "registers: commands, the app's manifest": "manifest registering registration syncing",
}
"""Parts of an adapter, and the modules of each, whichever platform has them."""

_OF_BOT: Mapping[str, str] = {
    "what may be asked, and what a click comes to": """
        asides attending beginning bundles clicking commands desk effects forms histories images inert intake meanings
        reimagining repeating reporting reports submissions suggesting supervising telling
        """,
    "what is said: cards, answers, sentences; and the noticeboard": """
        answers budgets buttons cards contents copies deadlines errors ladder moderators noticeboard refusals status
        """,
    "who may, and whose turn it is": """
        accounts belongings blocks estimates fairshare houserules ids lanes laning leases limits measuring moderation
        naming overseeing overview policy presiding removing reviewing servers shares takedowns
        """,
    "the console: who is let in, and what it shows": "console gpus signing_in vouching watching",
    "settings, the service, the command line": "app backing cli ports service settings",
}
"""The same of bot/, folders included; whatever is named in none of them runs jobs."""

RUNS = "how jobs run: workers, pool, results"


def adapter_parts() -> dict[str, list[int]]:
    """Return the lines of each part, of every adapter; raises KeyError for a module that is in none."""
    of = _parts_of(_DOES)
    found = {part: [0] * len(ADAPTERS) for part in _DOES}
    for column, folder in enumerate(ADAPTERS.values()):
        for name, lines in _modules(folder):
            found[of[name]][column] += lines
    return found


def named_in_vain() -> set[str]:
    """Return the modules that stand in a part and are none any more."""
    there = {name for folder in ADAPTERS.values() for name, _ in _modules(folder)}
    there_in_bot = {name for name, _ in _modules("bot")}
    return (_parts_of(_DOES).keys() - there) | (_parts_of(_OF_BOT).keys() - there_in_bot)


def bot_parts() -> dict[str, int]:
    """Return the lines of each part of bot/."""
    of = _parts_of(_OF_BOT)
    found = dict.fromkeys((*_OF_BOT, RUNS), 0)
    for name, lines in _modules("bot"):
        found[of.get(name, RUNS)] += lines
    return found


def tables() -> tuple[str, str]:
    """Return both as they stand in the document, what is in no part left out."""
    parts = adapter_parts()
    totals = [sum(column) for column in zip(*parts.values(), strict=True)]
    rows = [[f"{part}", *(f"{each:,}" if each else "–" for each in lines)] for part, lines in parts.items()]
    adapters = _table(["part of an adapter", *ADAPTERS], [*rows, ["all", *(f"{each:,}" for each in totals)]])
    found = bot_parts()
    shared = [[part, f"{lines:,}"] for part, lines in found.items()]
    return adapters, _table(["part of `bot/`", "lines"], [*shared, ["all", f"{sum(found.values()):,}"]])


def _table(heads: list[str], rows: list[list[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(each)} |" for each in lines)


def _parts_of(parts: Mapping[str, str]) -> dict[str, str]:
    return {name: part for part, names in parts.items() for name in names.split()}


def _modules(folder: str) -> Iterator[tuple[str, int]]:
    """Yield what is in a package, with its lines; what stands in a folder of it goes by the folder's name."""
    base = HOUSE / folder
    for path in sorted(base.rglob("*.py")):
        if path.name != "__init__.py":
            yield path.relative_to(base).parts[0].removesuffix(".py"), len(path.read_text("utf-8").splitlines())


if __name__ == "__main__":
    print("\n\n".join(tables()))  # noqa: T201 — a command that somebody watches
