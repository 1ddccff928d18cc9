"""What is away for a while is told of twice: when it is lost, and when it is back."""

import logging

import pytest

from bot.errors import StoreLost
from bot.outages import Outage


def test_an_outage_is_told_when_it_begins_and_when_it_is_over(caplog: pytest.LogCaptureFixture) -> None:
    outage = Outage(logging.getLogger("bot.somewhere"), "the list")
    outage.over()
    assert not caplog.records

    for _ in range(2):
        for _ in range(3):
            outage.lost(StoreLost(detail="no answer"))
        for _ in range(3):
            outage.over()

    first, second = f"the list: lost code=store_lost reason={StoreLost.sentence}", "the list: back"
    assert [record.getMessage() for record in caplog.records] == [first, second] * 2
