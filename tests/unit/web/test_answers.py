"""Which status says what became of a request, on the page and on the console."""

import pytest

from adapters.web.answers import status_of
from bot.errors import NotAllowed, QueueFull, StoreLost, SubmissionError
from workflows.faults import InvalidValues


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InvalidValues([]), 422),
        (SubmissionError("No."), 422),
        (NotAllowed(), 422),
        (QueueFull(counter="all", retry_after_s=5), 429),
        (StoreLost("gone"), 503),
        (TimeoutError(), 503),
        (RuntimeError(), 500),
    ],
)
def test_a_status_says_whose_turn_it_is(error: Exception, status: int) -> None:
    assert status_of(error) == status
