"""What is offered while somebody types: choices, sizes, workflows, jobs. Pure, and from memory alone."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from adapters.discord.imagining import painters
from adapters.discord.options import MOST_CHOICES, MOST_SAID, sent_as
from adapters.discord.shapes import Json
from bot.commands import IMAGINE
from bot.inert import label
from workflows.catalog import Catalog
from workflows.command import WORKFLOW
from workflows.parameters import Choice, Parameter, Refused, SizeParameter
from workflows.text import folded
from workflows.vocabulary import Vocabulary
from workflows.workflow import Workflow

SIZES = (
    *("512x512", "768x768", "1024x1024"),
    *("512x768", "768x512", "832x1216", "1216x832", "896x1152", "1152x896", "768x1344", "1344x768"),
    *("640x384", "384x640", "1280x720", "720x1280", "832x480", "480x832", "1536x1536", "2048x2048"),
)
"""Squares first; then what SD 1.5, SDXL, Flux and video models were trained on."""


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
    parameter = workflow.manifest.parameters.get(name) if workflow else None
    if workflow is None or parameter is None:
        return []
    return [_choice(value) for value in _best(typed, _offered(name, parameter, workflow, vocabulary))]


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
    found = _best(typed, (default, *fitting) if default in fitting else tuple(fitting))
    return [{"name": label(titles[name], MOST_SAID), "value": name} for name in found]


def _offered(name: str, parameter: Parameter, workflow: Workflow, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return all that may be chosen, what is usual before the others."""
    match parameter:
        case Choice():
            literal = workflow.literals().get(name)
            usual = parameter.default_choice(None, vocabulary, literal if isinstance(literal, str) else None)
            offered = parameter.offered(vocabulary) or ()
            return (usual, *offered) if usual in offered and usual is not None else offered
        case SizeParameter():
            usual_size = [str(value) for value in [workflow.literals().get(name), *parameter.defaults()] if value]
            return tuple(size for size in (*reversed(usual_size), *SIZES) if _is_allowed(parameter, size))
    return ()


def _is_allowed(parameter: SizeParameter, size: str) -> bool:
    try:
        parameter.read(size)
    except Refused:
        return False
    return True


def _best(typed: str, offered: tuple[str, ...]) -> list[str]:
    """Return what begins with what was typed, by its name or its file's, before what holds it elsewhere."""
    wanted = folded(typed)
    ranked: tuple[list[str], list[str]] = ([], [])
    for value, (name, file) in zip(offered, _spelled(offered), strict=True):
        if name and wanted in name:
            ranked[not (name.startswith(wanted) or file.startswith(wanted))].append(value)
    return [*dict.fromkeys((*ranked[0], *ranked[1]))][:MOST_CHOICES]


@lru_cache(maxsize=64)
def _spelled(offered: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    # Kept, because every keystroke asks: hundreds of names are normalised once for each snapshot of what is offered.
    names = [folded(value).replace("\\", "/") for value in offered]
    return tuple((name, name.rpartition("/")[2]) for name in names)


def _choice(value: str) -> Json:
    sent = sent_as(value)
    # Of a path that is too long the file says more than the folders.
    shown = value if sent == value else value.replace("\\", "/").rpartition("/")[2]
    return {"name": label(shown, MOST_SAID) or sent, "value": sent}
