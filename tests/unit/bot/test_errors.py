"""The error tree: stable codes, and sentences that anybody may read."""

from collections.abc import Iterator

import pytest

from bot import errors
from bot.errors import (
    ChatError,
    ConfigError,
    FairbrushError,
    QueueFull,
    QuotaReached,
    ServerLost,
    ServerRefused,
    ServerStuck,
    ServerUnreached,
    StoreLost,
    SubmitUncertain,
    TooFast,
)


def _tree(kind: type[FairbrushError]) -> Iterator[type[FairbrushError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _tree(child)


def test_every_kind_has_a_code_of_its_own() -> None:
    # The own kinds of an adapter, or of a test, are told apart by no script.
    codes = [kind.code for kind in _tree(FairbrushError) if kind.__module__.startswith(("bot.", "workflows."))]

    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("kind", [kind for kind in _tree(FairbrushError) if kind.__module__ == errors.__name__])
def test_a_sentence_is_a_sentence(kind: type[FairbrushError]) -> None:
    assert kind.sentence[0].isupper()
    assert kind.sentence.endswith(".")


def test_only_what_is_full_or_out_of_reach_is_worth_another_try_as_it_is() -> None:
    assert {kind for kind in _tree(FairbrushError) if kind.retryable} == {
        QueueFull,
        QuotaReached,
        TooFast,
        ServerLost,
        ServerRefused,
        ServerStuck,
        ServerUnreached,
        StoreLost,
    }


def test_an_uncertain_submit_is_a_lost_server_that_must_not_just_be_tried_again() -> None:
    assert issubclass(SubmitUncertain, ServerLost)
    assert not SubmitUncertain.retryable


def test_what_the_log_needs_is_not_in_what_people_read() -> None:
    assert "/srv" not in str(ServerLost(detail="/srv/comfyui refused"))
    assert "/srv" not in ServerLost(detail="/srv/comfyui refused").brief


def test_a_log_reads_why_a_message_was_not_shown_and_not_what_the_platform_said() -> None:
    error = ChatError(reason="refused (HTTP 400, code 50035)", detail="'a cat' is no valid prompt")
    assert error.brief == "code=chat refused (HTTP 400, code 50035)"


def test_errors_that_hold_several_problems_say_them_all() -> None:
    assert str(ConfigError(["one", "two"])) == "one\ntwo"
