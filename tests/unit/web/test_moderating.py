"""On the page a moderator names those who are there."""

import pytest

from adapters.web.moderating import misnamed

PEOPLE = frozenset({"ada", "ben"})


@pytest.mark.parametrize("name", ["ben", "@ben"])
def test_whoever_is_there_can_be_named(name):
    assert misnamed(name, PEOPLE) == ""


@pytest.mark.parametrize(
    ("name", "told"), [("BEN", "There is ben."), ("@everyone", "There is ada, ben."), ("nobody", "There is ada, ben.")]
)
def test_nobody_else_can(name, told):
    assert misnamed(name, PEOPLE) == f"is nobody here. {told}"
