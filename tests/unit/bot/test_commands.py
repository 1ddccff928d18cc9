"""What somebody typed, as a command: an order, a service, or nothing."""

import pytest

from bot.commands import (
    CANCEL,
    IMAGINE,
    SERVICES,
    NoCommand,
    Order,
    Service,
    command_names,
    orders_by_name,
    read_message,
    read_talk,
)
from tests.unit.bot.bench import CATALOG
from workflows.catalog import Catalog
from workflows.faults import InvalidValues


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a fox", NoCommand()),
        ("", NoCommand()),
        ("/queue", Service(name="queue")),
        ("/HELP please", Service(name="help", rest="please")),
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


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a fox in the snow", Order(workflow=None, text="a fox in the snow")),
        ("\n a fox ", Order(workflow=None, text="a fox")),
        ("steps:30 a fox", Order(workflow=None, text="steps:30 a fox")),
        ("imagine a fox", Order(workflow=None, text="a fox")),
        ("imagine: a fox", Order(workflow=None, text="a fox")),
        ("Imagine, a fox", Order(workflow=None, text="a fox")),
        ("/imagine a fox", Order(workflow=None, text="a fox")),
        ("imagination runs wild", Order(workflow=None, text="imagination runs wild")),
        ("imagine", Order(workflow=None, text="")),
        ("flux a fox", Order(workflow="flux", text="a fox")),
        ("flux: a fox", Order(workflow="flux", text="a fox")),
        ("help", Service(name="help")),
        ("Help?!", Service(name="help")),
        ("/help me", Service(name="help", rest="me")),
        ("history 2", Service(name="history", rest="2")),
        ("help me paint steps:2", Order(workflow=None, text="help me paint steps:2")),
        ("queue of penguins", Order(workflow=None, text="queue of penguins")),
        ("workflows, drawn as rivers", Order(workflow=None, text="workflows, drawn as rivers")),
        ("cancel", Service(name="cancel")),
        ("cancel all", Service(name="cancel", rest="all")),
        ("cancel my last job, please", Service(name="cancel", rest="my last job, please")),
        ("🦊", Order(workflow=None, text="🦊")),
        ("  ", NoCommand()),
    ],
)
def test_what_is_said_to_us_is_a_prompt_unless_it_begins_with_a_command(text, said):
    assert read_talk(text, CATALOG, services={*SERVICES, CANCEL}) == said


def test_an_unknown_command_behind_a_stroke_says_where_all_are_told():
    with pytest.raises(InvalidValues, match=r"/imagin.* Ask for help"):
        read_talk("/imagin a fox", CATALOG, see_all="Ask for help.")


@pytest.mark.parametrize("text", ["imagine a fox", "flux: a fox", "/flux a fox"])
def test_words_that_name_what_paints_are_an_order_wherever_they_stand(text):
    assert orders_by_name(text, CATALOG)


@pytest.mark.parametrize("text", ["", "imagine", "flux!", "a fox", "is great", "help me", "thanks"])
def test_talk_about_us_is_no_order(text):
    assert not orders_by_name(text, CATALOG)
