"""What docs/architecture.md says that a platform costs, and what a third one takes, is roughly so."""

import re

import pytest

from tests.unit.house import HOUSE
from tests.unit.house.pages import Page
from tests.unit.house.platforms import adapter_parts, bot_parts, named_in_vain

PAGE = Page("architecture")
COSTS, THIRD = "What each platform costs", "What a third platform takes"
OFF = 0.15
SMALL = 40
"""Lines by which a part may differ whatever its size."""

AGAIN = "python -m tests.unit.house.platforms prints them anew"


def counted(cell: str) -> int:
    return int(cell.replace(",", "").replace("–", "0"))


def is_near(told: int, now: int) -> bool:
    return abs(told - now) <= max(SMALL, OFF * now)


def test_the_parts_of_adapters_are_as_large_as_is_said():
    told = {part: [*map(counted, cells)] for part, cells in PAGE.table(COSTS, "part of an adapter").items()}
    now = adapter_parts()
    now["all"] = [sum(column) for column in zip(*now.values(), strict=True)]

    far = [part for part, lines in told.items() if not all(map(is_near, lines, now[part]))]
    assert far == [], AGAIN


def test_no_part_names_a_module_that_has_gone():
    assert named_in_vain() == set()


def test_the_parts_of_the_bot_are_as_large_as_is_said():
    told = {part: counted(lines) for part, (lines,) in PAGE.table(COSTS, "part of `bot/`").items()}
    now = bot_parts()
    now["all"] = sum(now.values())

    assert [part for part, lines in told.items() if not is_near(lines, now[part])] == [], AGAIN


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`((?:adapters|bot|tests|pyproject)[\w/.]*)`", PAGE.text))))
def test_what_the_page_points_at_is_there(path):
    assert (HOUSE / path).exists()
