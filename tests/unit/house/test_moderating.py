"""The page for moderators is true: every verb with its words and buttons, every number, every picture."""

import re

import pytest

from adapters.discord.origins import Right, may_govern
from adapters.discord.verbs import SHOWN_TO, path_of
from adapters.slack.persons import MODERATES_S
from adapters.web.console.dialogs import community_verbs, person_verbs, title_of
from bot.cli.main import console
from bot.console.hours import KEPT_MS
from bot.console.sessions import LINK_S, LINK_TIME, MOST, SESSION_S
from bot.measuring import read_measure
from bot.overseeing import _LATELY_S, SHOWN
from bot.policy import audit
from bot.policy.blocklist import MOST_EXPRESSIONS, MOST_PATTERNS, SPELLED_OUT
from bot.policy.measures import Rank
from bot.policy.rulebook import MAX_REASON
from bot.policy.verbs import VERBS, Verb
from bot.reports import KEPT_S
from bot.settings import Settings
from tests.unit.house import HOUSE
from tests.unit.house.pages import Page
from tests.unit.house.test_documents import rows, section

PAGE = Page("moderating")
DAY_S = 86_400
GLANCE = rows(section("docs/moderating.md", "Everything at a glance"))
WORKFLOWS = ("txt2img", "flux")
ELSEWHERE = {"show", "recent", "reports", "reviews", "audit", "console", "servers", "communities"}
"""What the console shows by itself, and the way into it."""


# ---- Verbs -------------------------------------------------------------------------------------------------------


def glance(rank: Rank) -> list[list[str]]:
    """Return the rows of a rank's verbs."""
    heads = [number for number, row in enumerate(GLANCE) if row[0] == "for"]
    first, second = heads
    return GLANCE[first + 2 : second] if rank is Rank.MODERATOR else GLANCE[second + 2 :]


@pytest.mark.parametrize("rank", [Rank.MODERATOR, Rank.OPERATOR])
def test_every_verb_stands_at_a_glance_and_no_other_as_each_platform_takes_it(rank):
    known = [
        [verb.help, f"`/mod {path_of(verb)}`", f"`/fairbrush mod {verb.usage}`"] for verb in VERBS if verb.rank is rank
    ]

    assert [row[:3] for row in glance(rank)] == known


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_the_console_says_where_each_verb_is(verb: Verb):
    place = next(row[3] for row in glance(verb.rank) if row[1] == f"`/mod {path_of(verb)}`")
    buttons = {**dict.fromkeys(map(_name, person_verbs(verb.rank)), "People")}
    buttons |= dict.fromkeys(map(_name, community_verbs(verb.rank)), "Actions")

    if verb.name in buttons:
        assert place == f"**{buttons[verb.name]}**: **{title_of(verb)}**"
    else:
        templates = "".join(each.read_text() for each in (HOUSE / "adapters/web/templates/console").glob("*.html"))
        named = re.findall(r"\*\*([^*]+)\*\*", place)
        assert named or verb.name in ELSEWHERE
        assert [each for each in named[1:] if f">{each}<" not in templates and f'"{each}"' not in templates] == []


def _name(verb: Verb) -> str:
    return verb.name


def written() -> list[str]:
    """Return what the page tells moderators to say, with its people."""
    below = [
        line.split("|") for line in PAGE.text.split("## Somebody uses")[1].split("## What members read")[0].splitlines()
    ]
    said = [words for cells in below if len(cells) > 3 for words in re.findall(r"`([^`]+)`", cells[2])]
    names = {verb.name.split()[0] for verb in VERBS}
    return [words for words in said if words.split()[0] in names and len(words.split()) > 1]


@pytest.mark.parametrize("words", written())
def test_whatever_it_says_to_write_is_understood(words):
    assert read_measure(words, WORKFLOWS)


def test_every_verb_of_moderators_is_explained_above_the_glance():
    above = PAGE.text.split("## Everything at a glance")[0]
    explained_there = {verb.name for verb in VERBS if re.search(rf"`(/mod )?{verb.name}\b", above)}

    assert {verb.name for verb in VERBS if verb.rank is Rank.MODERATOR} <= explained_there


# ---- Numbers, and pictures ---------------------------------------------------------------------------------------


def test_the_numbers_are_those_of_the_code():
    audit_days = audit.KEPT_S // DAY_S
    told = (
        f"The link works once, and for {LINK_S / 60:g} minutes",
        f"signed in for {SESSION_S / 3600:g} hours, in {MOST} browsers at most",
        f"any words up to {MAX_REASON} letters",
        f"a word of {SPELLED_OUT} letters or more",
        f"up to {MOST_PATTERNS:,} entries, {MOST_EXPRESSIONS} of them expressions",
        f"the latest {SHOWN} jobs of 7 days",
        f"the latest {SHOWN} entries",
        f"kept for {KEPT_S // DAY_S} days",
        f"| what was reported of them | {KEPT_S // DAY_S} days |",
        f"once in {audit.QUIET_S / 60:g} minutes",
        f"It is kept for {audit_days} days, and of a community\nthe latest {audit.MOST:,} entries",
        f"| the audit | {audit_days} days |",
        f"| GPU time by the hour | {KEPT_MS // 1000 // DAY_S} days |",
        f"{Settings.model_fields['keep_days'].default:g} days, unless the operator set `keep_days`",
    )

    assert [words for words in told if words not in PAGE.text] == []
    assert (_LATELY_S, MODERATES_S) == (7 * DAY_S, 60)


def test_a_link_works_for_as_long_as_is_said():
    minutes = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    [verb] = (each for each in VERBS if each.name == "console")
    pages = [(HOUSE / path).read_text() for path in ("docs/web.md", "docs/operating.md", "SECURITY.md")]

    assert f"{minutes[round(LINK_S / 60)]} minutes" == LINK_TIME
    assert [words for words in (verb.help, console.__doc__, *pages) if LINK_TIME not in words] == []


def test_who_moderates_on_discord_is_whom_the_code_lets():
    lets = {right for right in Right if may_govern({"permissions": int(right)})}

    assert lets == {Right.ADMINISTRATOR, Right.MANAGE_GUILD, Right.MODERATE_MEMBERS}
    assert SHOWN_TO is Right.MODERATE_MEMBERS
    assert "**Manage Server** or **Time out members**" in PAGE.text


def test_the_pictures_are_there_and_light():
    shown = [HOUSE / "docs" / path for path in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", PAGE.text)]

    assert [path.name for path in shown if not 0 < path.stat().st_size <= 150_000] == []
    assert len(shown) == len({*shown}) >= 12
