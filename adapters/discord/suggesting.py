"""What is offered while somebody types: choices, sizes, workflows, jobs. Pure, and from memory alone."""

from collections.abc import Iterable, Sequence

from adapters.discord.imagining import painters
from adapters.discord.options import MOST_CHOICES, MOST_SAID
from adapters.discord.shapes import Json
from bot.commands import IMAGINE
from bot.inert import label
from bot.suggesting import all_shown_as, best, offered, sent_as
from workflows.catalog import Catalog
from workflows.command import WORKFLOW
from workflows.text import folded
from workflows.vocabulary import Vocabulary
from workflows.workflow import Workflow


def suggest(data: Json, catalog: Catalog, vocabulary: Vocabulary, default: str) -> list[Json]:
    """Return what fits the option that is being typed, best first; `default` is the workflow that is usual here."""
    given = _given(data)
    focused = next((each for each in given if each.get("focused") is True), None)
    if focused is None:
        return []
    name, typed = str(focused.get("name")), str(focused.get("value") or "")[:MOST_SAID]
    if data.get("name") == IMAGINE and name == WORKFLOW:
        return _workflows(typed, catalog, default)
    workflow = _meant(data, given, catalog, default)
    if workflow is None:
        return []
    found = best(typed, offered(name, workflow, vocabulary), MOST_CHOICES)
    shown = all_shown_as(found, MOST_SAID)
    return [{"name": said, "value": sent_as(value, MOST_SAID)} for said, value in zip(shown, found, strict=True)]


def suggest_jobs(typed: str, candidates: Iterable[tuple[str, str]]) -> list[Json]:
    """Return those jobs, as (id, words), whose words hold what was typed; in the order given."""
    wanted = folded(typed[:MOST_SAID])
    fitting = [(number, words) for number, words in candidates if wanted in folded(words) or wanted == folded(number)]
    return [
        {"name": label(words, MOST_SAID) or number[:MOST_SAID], "value": number[:MOST_SAID]}
        for number, words in fitting[:MOST_CHOICES]
    ]


def _given(data: Json) -> list[Json]:
    options = data.get("options")
    return [each for each in options if isinstance(each, dict)] if isinstance(options, list) else []


def _meant(data: Json, given: Sequence[Json], catalog: Catalog, default: str) -> Workflow | None:
    if data.get("name") != IMAGINE:
        return catalog.workflows.get(str(data.get("name")))
    picked = next((folded(str(each.get("value"))[:MOST_SAID]) for each in given if each.get("name") == WORKFLOW), "")
    return catalog.workflows.get(picked) or catalog.workflows.get(default)


def _workflows(typed: str, catalog: Catalog, default: str) -> list[Json]:
    fitting = painters(catalog, default) or catalog.workflows
    titles = {name: f"{name} · {each.manifest.title}" for name, each in fitting.items()}
    found = best(typed, (default, *fitting) if default in fitting else tuple(fitting), MOST_CHOICES)
    return [{"name": label(titles[name], MOST_SAID), "value": name} for name in found]
