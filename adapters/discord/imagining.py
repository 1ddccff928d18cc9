"""What /imagine takes: the options of the usual workflow, and a choice of those that it can stand in for. Pure."""

from collections.abc import Collection, Mapping

from adapters.discord.options import OptionKind, is_needed, option_of, ordered, widest
from adapters.discord.shapes import Json
from workflows.catalog import Catalog
from workflows.command import PROMPT, WORKFLOW
from workflows.parameters import FileParameter, Parameter
from workflows.workflow import Workflow


def painters(catalog: Catalog, default: str) -> Mapping[str, Workflow]:
    """Return what /imagine can ask for: all that take words as the default does, and no picture that it has not."""
    usual = catalog.workflows.get(default)
    if usual is None:
        return {}
    return {name: each for name, each in catalog.workflows.items() if _paints_like(usual, each)}


def imagine_options(catalog: Catalog, default: str) -> list[Json]:
    """Return the options of the default workflow, as wide as anywhere, and the one that picks another."""
    parameters, offered = catalog.workflows[default].manifest.parameters, painters(catalog, default).values()
    options = ordered(_widened(name, parameter, catalog, offered) for name, parameter in parameters.items())
    picks: Json = {
        "name": WORKFLOW,
        "type": OptionKind.STRING,
        "description": "Which workflow paints; without it the usual one here.",
        "autocomplete": True,
    }
    first = sum(each.get("required", False) or each["name"] == PROMPT for each in options)
    return [*options[:first], picks, *options[first:]]


def _paints_like(usual: Workflow, other: Workflow) -> bool:
    own, theirs = usual.manifest.parameters, other.manifest.parameters
    pictures = {name: each.kind for name, each in theirs.items() if isinstance(each, FileParameter)}
    has_places = all(name in own and own[name].kind == kind for name, kind in pictures.items())
    return has_places and (PROMPT not in own or PROMPT in theirs)


def _widened(name: str, parameter: Parameter, catalog: Catalog, offered: Collection[Workflow]) -> Json:
    """Return an option of the default workflow as every workflow takes it, for another one may be picked beside it."""
    same = [each.manifest.parameters.get(name) for each in catalog.workflows.values()]
    alike = [option_of(name, each) for each in same if each and each.kind == parameter.kind]
    wide = widest(option_of(name, parameter), alike)
    asked = [each.manifest.parameters.get(name) for each in offered]
    if not all(each and is_needed(each) for each in asked):
        wide.pop("required", None)
    return wide
