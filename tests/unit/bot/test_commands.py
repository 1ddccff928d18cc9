"""What somebody typed, as a command: an order, a service, or nothing."""

import pytest

from bot.commands import IMAGINE, NoCommand, Order, Service, command_names, read_message
from tests.unit.bot.bench import CATALOG
from workflows.catalog import Catalog
from workflows.faults import InvalidValues


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a fox", NoCommand()),
        ("", NoCommand()),
        ("/queue", Service(name="queue")),
        ("/HELP please", Service(name="help")),
        ("/imagine a fox", Order(workflow=None, text="a fox")),
        ("  /flux\na fox", Order(workflow="flux", text="a fox")),
        ("/imagine", Order(workflow=None, text="")),
    ],
)
def test_a_message_is_a_service_an_order_or_no_command(text, said):
    assert read_message(text, CATALOG) == said


def test_an_unknown_command_is_a_fault_that_shows_what_was_typed():
    with pytest.raises(InvalidValues, match="/imagin"):
        read_message("/imagin a fox", CATALOG)


def test_without_workflows_the_services_are_left():
    assert IMAGINE in command_names(Catalog())
