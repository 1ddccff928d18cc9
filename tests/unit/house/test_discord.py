"""The page about Discord is true: permissions, scopes, settings, numbers, and what people are said to read."""

from urllib.parse import parse_qs, urlsplit

import pytest

from adapters.discord import answering, components, options, origins, quiet, registration, standing
from adapters.discord.pacing import OVERALL_PER_S
from bot.buttons import named
from bot.settings import DiscordSettings, Settings
from bot.status import Button
from tests.unit.house.pages import Page, unsaid

PAGE = Page("discord")


def test_permissions_and_their_reasons_are_those_that_the_link_asks_for():
    told = {name.casefold(): cells[0] for name, cells in PAGE.table("What the bot may do", "permission").items()}

    assert told == {
        str(right.name).replace("_", " ").casefold(): why for right, why in registration.PERMISSIONS.items()
    }


def test_scopes_are_those_of_the_link():
    asked = parse_qs(urlsplit(registration.invite_url("1")).query)["scope"][0].split()

    assert sorted(PAGE.table("What the bot may do", "scope")) == sorted(asked)


def test_every_setting_of_discord_is_told_with_its_default():
    told = {
        name: cells[0].strip("`")
        for name, cells in PAGE.table("Commands, and where they are", "setting of `[discord]`").items()
    }
    words = {(): "–"}

    assert told == {
        name: words.get(field.default) or str(field.default) for name, field in DiscordSettings.model_fields.items()
    }


def test_every_setting_that_is_named_exists():
    assert PAGE.settings() <= Settings.model_fields.keys()
    assert {
        "public_url",
        "ping_after_s",
        "places",
        "max_waiting",
        "max_waiting_per_person",
    } <= Settings.model_fields.keys()


def test_the_numbers_are_those_of_the_code():
    limits = PAGE.table("Limits", "limit")
    said = {name: " ".join(cells) for name, cells in limits.items()}

    assert f"defers after {answering.DECIDE_BY_S:g} s at the latest" in said["first answer to a command"]
    assert f"uses it for {standing.BY_TOKEN_S / 60:g}" in said["life of a command's token"]
    assert said["all calls by the bot's token"].endswith(f"{OVERALL_PER_S}")
    assert f"from {quiet.ESSENTIAL_FROM:,} on" in said["invalid calls (401, 403, 429)"]
    assert f"nothing from {quiet.SILENT_FROM:,} on" in said["invalid calls (401, 403, 429)"]
    assert limits["pictures of a message"][0] == str(components.IN_A_GALLERY)
    assert limits["commands; options; characters of a command"][0] == (
        f"{registration.MOST_COMMANDS}; {options.MOST_OPTIONS}; {registration.MOST_CHARACTERS:,}"
    )
    assert f"has {origins.WITHIN_S / 60:g}\nminutes to end" in PAGE.text
    until = standing.BY_TOKEN_S + standing.BETWEEN_S
    assert f"between 14:00 and {until // 60:.0f}:{until % 60:02.0f} nothing changes" in PAGE.text


DISCORDS_OWN = {
    "The application did not respond", "Unknown Integration", "This command is outdated",
    "Private application cannot have a default authorization link", "Integration requires code grant",
}  # fmt: skip


@pytest.mark.parametrize("row", sorted(PAGE.table("Troubleshooting", "you read or see")))
def test_what_people_are_said_to_read_of_us_is_what_we_say(row):
    assert unsaid(row, of_others=DISCORDS_OWN) == []


def test_every_command_is_named():
    assert {"imagine", *registration.OWN} <= PAGE.commands()


def test_every_button_is_named():
    assert [each for each in Button if f"**{named(each)}**" not in PAGE.text] == []
