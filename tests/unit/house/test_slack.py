"""The page about Slack is true: scopes, events, settings, numbers, and what people are said to read."""

import re
from collections import deque

import pytest

from adapters.slack import answering, cards, fields, files, manifest, pacing, persons, posting, rooms, standing
from bot.attending import AT_ONCE
from bot.budgets import Budget, Spending
from bot.buttons import named
from bot.commands import IMAGINE, SERVICES
from bot.policy.places import PlaceRule
from bot.settings import Settings, SlackSettings, read_settings
from bot.status import Button
from tests.unit.house import text_of
from tests.unit.house.pages import Page, unsaid
from workflows.catalog import LIBRARY, load_catalog

PAGE = Page("slack")
SLACKS_OWN = {"dispatch_failed", "operation_timeout"}
SECRETS = {"slack_token", "slack_app_token", "slack_signing_secret", "slack_client_id", "slack_client_secret"}


@pytest.mark.parametrize(("first", "known"), [("scope", manifest.SCOPES), ("event", manifest.EVENTS)])
def test_what_the_app_asks_for_and_why_is_what_its_manifest_says(first, known):
    assert {name: cells[0] for name, cells in PAGE.table("What the app may do", first).items()} == known


def test_every_setting_of_slack_is_told_with_its_default():
    told = {
        name: cells[0].strip("`") for name, cells in PAGE.table("What the app may do", "setting of `[slack]`").items()
    }

    assert told == {name: str(field.default).lower() for name, field in SlackSettings.model_fields.items()}


def test_every_setting_that_is_named_exists_and_every_secret_of_slack_is_named():
    assert PAGE.settings() <= Settings.model_fields.keys()
    assert {name for name in Settings.model_fields if name.startswith("slack_")} == SECRETS <= PAGE.settings()


def test_what_is_shown_of_the_settings_file_is_taken():
    shown = [read_settings(each.encode()) for each in re.findall(r"```toml\n(.*?)```", PAGE.text, re.DOTALL)]

    rules = [place.rule for settings in shown for place in settings.places]
    assert PlaceRule(platform="slack", community="T012AB3C4", workflows=("txt2img", "upscale")) in rules
    assert len(rules) == 2


def test_the_paths_are_those_that_are_served():
    served = {manifest.EVENTS_PATH, manifest.INSTALL_PATH, manifest.REDIRECT_PATH}

    assert PAGE.table("Signed HTTP, and many workspaces", "path").keys() == served


def test_the_numbers_are_those_of_the_code():
    said = {name: " ".join(cells) for name, cells in PAGE.table("Limits", "limit").items()}
    changes = standing.EDITS * 60 / standing.EDITS_S
    progress = (standing.EDITS - standing.RESERVE) * 60 / standing.EDITS_S

    assert changes == pacing.TIERS[3]
    assert f"| {changes:.0f}, of which progress has {progress:.0f}" in PAGE.text
    assert f"after {answering.ACK_BY_S:g} s at the latest" in said["first answer"]
    assert said["new messages"].startswith(f"{standing.POSTS} in a second")
    assert said["pictures of a message"].endswith(f"{cards.PICTURES}; says how many more there are")
    assert said["a picture"].endswith(f"{files.MOST_BYTES // 1024**2} MB")
    assert f"{fields.FIELDS} parameters" in said["fields of a form"]
    assert said["commands"].startswith(str(manifest.MOST_COMMANDS))
    assert f"More than {AT_ONCE} things" in PAGE.text
    assert f"all {len(manifest.SCOPES)} that are needed" in PAGE.text
    assert "believed for six hours" in said["questions about channels and people"]
    assert (rooms.KNOWN_S, persons.KNOWN_S) == (6 * 3600, 3600 / 4)
    assert posting.SETTLED_S == 10
    assert files.GIVE_UP_S == 180


@pytest.mark.parametrize("row", sorted(PAGE.table("Troubleshooting", "you read or see")))
def test_what_people_are_said_to_read_of_us_is_what_we_say(row):
    assert unsaid(row, of_others=SLACKS_OWN) == []


def test_every_command_is_named():
    assert {IMAGINE, manifest.FAIRBRUSH} <= PAGE.commands()
    assert [name for name in SERVICES if f"`{name}`" not in PAGE.text and f"/fairbrush {name}`" not in PAGE.text] == []


def test_every_button_and_shortcut_is_named():
    shortcuts = [each["name"] for each in manifest.manifest_of(load_catalog(LIBRARY)).body["features"]["shortcuts"]]

    assert [name for name in [*map(named, Button), *shortcuts] if f"**{name}**" not in PAGE.text] == []


# ---- Why progress is no stream -----------------------------------------------------------------------------------

LASTS_S, MINUTES = 12, 10


class Calls:
    """Calls of one method that a budget lets through."""

    def __init__(self, most: int, per_s: float) -> None:
        self._spending = Spending(Budget(bucket="of a workspace", edits=most, per_s=per_s))

    def made(self, at: float, keep: int = 0) -> bool:
        if self._spending.ready_at(at, keep=keep) > at:
            return False
        self._spending.spend(at)
        return True


def shown(begin: Calls, move: Calls, end: Calls, *, rate: int, keep: int = 0) -> tuple[int, float, int]:
    """Return how often bars are moved, how late an end is at worst, and how many jobs have no message at the end."""
    waiting = deque(number * 60 / rate for number in range(rate * MINUTES))
    live: deque[float] = deque()
    moved, late = 0, 0.0
    for at in (tick / 2 for tick in range(MINUTES * 120)):
        while live and live[0] + LASTS_S <= at and end.made(at):
            late = max(late, at - live.popleft() - LASTS_S)
        while waiting and waiting[0] <= at and begin.made(at):
            live.append(waiting.popleft())
        moved += sum(move.made(at, keep) for begun in live if begun + LASTS_S > at)
    return moved, late, len(waiting)


@pytest.mark.parametrize("rate", [10, 20, 30, 45])
def test_streams_would_show_what_the_decision_says(rate):
    updates = Calls(standing.EDITS, standing.EDITS_S)
    streams = [Calls(pacing.TIERS[tier], 60) for tier in (2, 4, 2)]
    moved, late, unseen = shown(
        Calls(pacing.POSTS_OF_WORKSPACE, 60), updates, updates, rate=rate, keep=standing.RESERVE
    )
    streamed, streamed_late, streamed_unseen = shown(*streams, rate=rate)

    def spelled(seconds: float) -> str:
        return f"{seconds:.0f} s late" if seconds else "at once"

    assert unseen == 0
    assert (
        f"| {rate} | {moved}, {spelled(late)} | {streamed}, {spelled(streamed_late)}, {streamed_unseen} |"
        in text_of("docs/decisions.md")
    )
