"""What Slack's words mean."""

import pytest

from adapters.slack.refusals import Refusal, Refused, refusal_of, refused_by


@pytest.mark.parametrize(
    ("error", "refusal"),
    [
        ("message_not_found", Refusal.GONE),
        ("channel_not_found", Refusal.GONE),
        ("is_archived", Refusal.GONE),
        ("edit_window_closed", Refusal.GONE),
        ("not_in_channel", Refusal.NOT_IN_CHANNEL),
        ("restricted_action_read_only_channel", Refusal.FORBIDDEN),
        ("missing_scope", Refusal.FORBIDDEN),
        ("token_revoked", Refusal.REVOKED),
        ("account_inactive", Refusal.REVOKED),
        ("invalid_auth", Refusal.REVOKED),
        ("rate_limited", Refusal.TOO_MANY),
        ("internal_error", Refusal.AWAY),
        ("storage_limit_reached", Refusal.NO_FILES),
        ("file_not_found", Refusal.FILE_GONE),
        ("expired_trigger_id", Refusal.EXPIRED),
        ("invalid_blocks", Refusal.INVALID),
        ("msg_too_long", Refusal.INVALID),
        ("a_word_of_tomorrow", Refusal.INVALID),
    ],
)
def test_each_word_has_one_meaning(error: str, refusal: Refusal):
    assert refusal_of(200, error) is refusal


def test_a_file_that_slack_still_looks_at_is_told_apart_from_blocks_that_are_wrong():
    assert (
        refusal_of(200, "invalid_blocks", ["[ERROR] invalid slack file [json-pointer:/blocks/1]"]) is Refusal.NOT_READY
    )
    assert refusal_of(200, "invalid_blocks", ["[ERROR] missing required field: text"]) is Refusal.INVALID


@pytest.mark.parametrize("status", [0, 200, 403, 404, 500, 503])
def test_what_says_no_word_of_slacks_may_change_its_mind(status: int):
    assert refusal_of(status, "") is Refusal.AWAY


@pytest.mark.parametrize(
    ("status", "error", "may_be_done"),
    [
        (200, "is_archived", False),
        (200, "invalid_blocks", False),
        (429, "ratelimited", False),
        (429, "", False),
        (200, "fatal_error", True),
        (200, "internal_error", True),
        (503, "", True),
        (200, "", True),
    ],
)
def test_only_what_slack_certainly_did_not_do_may_be_asked_for_again(status: int, error: str, may_be_done: bool):
    assert refused_by(status, error).may_be_done is may_be_done


def test_a_refusal_says_everything_to_a_log_and_nothing_to_people():
    refused = refused_by(200, "invalid_blocks", ["[ERROR] missing required field: text"])

    assert "missing required field" in refused.detail
    assert "invalid" not in str(refused)
    assert not Refused(Refusal.GONE).gone
