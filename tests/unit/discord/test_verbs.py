"""/mod on Discord: every verb of the table has its subcommand, and what Discord sends of one is read as it was said."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from adapters.discord.verbs import mod_command, path_of, read_verb, typed_into
from bot.errors import SubmissionError
from bot.measuring import read_fields
from bot.policy import measures as m
from bot.policy.rulebook import Deed
from bot.policy.verbs import VERBS, Kind
from tests.fakes.discord.shapes_commands import commands as checked

MOST_PARTS = 25
"""Subcommands and groups of one command (https://discord.com/developers/docs/interactions/application-commands)."""

MOD: dict[str, Any] = json.loads(json.dumps(mod_command()))


def leaves(part: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Return each subcommand by its whole name, with its options."""
    for each in part["options"]:
        if each["type"] == 2:
            yield from leaves(each, (*path, each["name"]))
        else:
            yield " ".join((*path, each["name"])), each.get("options", [])


def sent(name: str, focused: str = "", **values: str) -> dict[str, Any]:
    """Return what Discord sends of it."""
    kinds = {each["name"]: each["type"] for each in dict(leaves(MOD))[name]}
    options: list[dict[str, Any]] = [
        {"name": each, "type": kinds[each], "value": value, **({"focused": True} if each == focused else {})}
        for each, value in values.items()
    ]
    for depth, step in enumerate(reversed(name.split())):
        options = [{"name": step, "type": 2 if depth else 1, "options": options}]
    return {"name": "mod", "type": 1, "options": options}


def test_discord_takes_it_and_it_has_a_subcommand_for_every_verb() -> None:
    assert [*checked([MOD], ())] == []
    assert len(MOD["options"]) <= MOST_PARTS
    assert {name for name, _ in leaves(MOD)} == {path_of(verb) for verb in VERBS}


def test_it_is_shown_to_moderators_and_in_a_server_alone() -> None:
    assert MOD["default_member_permissions"] == 1 << 40  # Moderate Members
    assert (MOD["contexts"], MOD["integration_types"]) == ([0], [0])


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_people_are_chosen_and_whatever_is_written_has_a_longest_length(verb: Any) -> None:
    options = {each["name"]: each for each in dict(leaves(MOD))[path_of(verb)]}

    assert {name for name, each in options.items() if each.get("required")} == {
        each.name for each in verb.fields if each.is_required
    }
    for each in verb.fields:
        option = options[each.name]
        if each.kind is Kind.USER:
            assert option["type"] == 6
        else:
            assert [choice["value"] for choice in option.get("choices", ())] == [*each.choices]
            assert each.choices or option["max_length"] <= 2000
        assert option.get("autocomplete", False) is (each.kind in (Kind.WORKFLOW, Kind.TIER))


def test_what_was_filled_in_is_read() -> None:
    ban = sent("ban", user="80351110224678912", **{"for": "2d"}, reason="too many hens")
    add = sent("blocklist add", text="two words", deed="flag")

    assert read_fields(*read_verb(ban)) == m.BanUser(
        user="80351110224678912", for_s=2 * 86_400.0, reason="too many hens"
    )
    assert read_fields(*read_verb(add)) == m.AddPattern(text="two words", deed=Deed.FLAG)
    assert read_fields(*read_verb(sent("reports"))) == m.ShowReports()


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"options": None},
        {"options": ["ban"]},
        {"options": [{"name": "dance", "type": 1}]},
        {"options": [{"name": "blocklist", "type": 2, "options": []}]},
        {"options": [{"name": "ban", "type": 1, "options": [{"name": "user", "type": 6, "value": "ben"}]}]},
    ],
)
def test_what_is_no_verb_of_ours_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(SubmissionError):
        read_verb(data)


def test_what_is_being_typed_is_known_by_its_field() -> None:
    each, typed = typed_into(sent("pause", "workflow", workflow="fl"))

    assert each is not None
    assert (each.kind, typed) == (Kind.WORKFLOW, "fl")
    assert typed_into({})[0] is None


def test_what_only_the_operator_can_do_stands_apart_and_says_so() -> None:
    [group] = [each for each in MOD["options"] if each["name"] == "operator"]

    assert "Only whoever runs this bot" in group["description"]
    assert {f"operator {each['name']}" for each in group["options"]} == {
        path_of(verb) for verb in VERBS if verb.rank is m.Rank.OPERATOR
    }
    assert read_fields(*read_verb(sent("operator server-drain", gpu="gpu1"))) == m.DrainServer(name="gpu1")
