"""How Slack says no, and what that means: pure."""

from collections.abc import Iterable
from enum import StrEnum

from bot.errors import ChatError


class Refusal(StrEnum):
    """What became of a call that did not do what it was to do."""

    GONE = "gone"  #: the message, channel or thread is not there any more, or cannot be changed any more
    NOT_IN_CHANNEL = "not in channel"  #: somebody has to invite the app, or it was never there
    FORBIDDEN = "forbidden"  #: we may not do this there
    REVOKED = "revoked"  #: the workspace's token opens nothing any more, or there is none
    TOO_MANY = "too many"  #: a rate limit, Slack's or one of ours that keeps us away from it
    AWAY = "away"  #: no answer, or one of a Slack in trouble
    NO_FILES = "no files"  #: this workspace takes no such file from us
    FILE_GONE = "file gone"  #: deleted, or never completed
    NOT_READY = "not ready"  #: a file that Slack still looks at
    EXPIRED = "expired"  #: a trigger or response_url whose time is over
    INVALID = "invalid"  #: Slack cannot read what was sent: a fault of ours


PASSING = frozenset({Refusal.TOO_MANY, Refusal.AWAY})
"""What is no word about what was asked: a later try may tell."""

OUTSIDE = frozenset({Refusal.GONE, Refusal.NOT_IN_CHANNEL, Refusal.FORBIDDEN})
"""What keeps us out of a conversation, until somebody there changes that."""

SHUT = OUTSIDE | {Refusal.REVOKED}
"""What no later try of the same call mends; of a post's channel nothing is believed any more."""

USED = frozenset({"exchanged_trigger_id", "trigger_exchanged"})
"""What Slack says of a trigger by which a form was opened already."""

_REVOKED = "This workspace has taken back my access. Whoever runs this bot has to install me here again."


class Refused(ChatError):
    """A call to Slack that was refused or not answered; `gone` is for whoever knows of no other way to decide."""

    def __init__(
        self,
        refusal: Refusal,
        *,
        error: str = "",
        status: int = 0,
        after_s: float = 0.0,
        may_be_done: bool = False,
        detail: str = "",
    ) -> None:
        super().__init__(detail=f"{refusal} (HTTP {status}, {error or 'no word'}) {detail}".rstrip())
        self.refusal = refusal
        self.error = error  #: Slack's own word; empty where it gave none
        self.status = status  #: 0: there was no answer
        self.after_s = after_s  #: when Slack would take it, where that is known
        self.may_be_done = may_be_done  #: whether it may have been done all the same

    def __str__(self) -> str:
        """Say what whoever asked can read."""
        return _REVOKED if self.refusal is Refusal.REVOKED else super().__str__()


_WORDS: dict[Refusal, str] = {
    Refusal.GONE: """
        channel_not_found is_archived is_inactive message_not_found thread_not_found cant_update_message
        cant_delete_message edit_window_closed cannot_reply_to_message restricted_action_thread_locked
        channel_is_limited_access view_not_found
        """,
    Refusal.NOT_IN_CHANNEL: "not_in_channel user_not_in_channel",
    Refusal.FORBIDDEN: """
        restricted_action restricted_action_non_threadable_channel restricted_action_read_only_channel
        restricted_action_thread_only_channel app_access_restricted messages_tab_disabled missing_scope
        no_permission access_denied ekm_access_denied cannot_dm_bot user_disabled user_not_found user_not_visible
        invalid_user_combination method_not_supported_for_channel_type not_enabled cant_delete_file
        delete_not_allowed file_deleting_disabled not_visible channel_type_not_supported
        """,
    Refusal.REVOKED: """
        account_inactive app_uninstalled invalid_auth no_access not_authed org_login_required team_disabled
        team_access_not_granted token_expired token_revoked
        """,
    Refusal.TOO_MANY: "ratelimited rate_limited message_limit_exceeded",
    Refusal.AWAY: """
        external_channel_migrating fatal_error internal_error messaging_processing_failed request_timeout
        service_unavailable team_added_to_org update_failed file_update_failed
        """,
    Refusal.NO_FILES: """
        blocked_file_type file_share_limit_reached file_type_not_allowed file_upload_size_restricted
        file_uploads_disabled file_uploads_except_images_disabled max_file_sharing_exceeded missing_file_data
        posting_to_channel_denied slack_connect_blocked_file_type slack_connect_file_link_sharing_blocked
        slack_connect_file_upload_sharing_blocked storage_limit_reached unable_to_share_files
        """,
    Refusal.FILE_GONE: "file_not_found file_deleted file_is_deleted",
    Refusal.EXPIRED: "expired_trigger_id exchanged_trigger_id trigger_expired trigger_exchanged expired_url used_url",
}

_BY_WORD = {word: refusal for refusal, words in _WORDS.items() for word in words.split()}

_HALF_DONE = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable"})
"""Of fatal_error Slack says itself that some of the work may have been done before."""


def refusal_of(status: int, error: str, messages: Iterable[str] = ()) -> Refusal:
    """Return what an answer means that is not ok; `messages`: what Slack adds, such as which block it cannot read."""
    if status == 429:
        return Refusal.TOO_MANY
    if error == "invalid_blocks" and any("slack file" in each or "slack_file" in each for each in messages):
        # The same answer for a file that is not processed yet, and for one that never will be.
        return Refusal.NOT_READY
    if error:
        return _BY_WORD.get(error, Refusal.INVALID)
    # Not Slack's word but that of something in front of it, which may change its mind.
    return Refusal.AWAY


def refused_by(status: int, error: str, messages: Iterable[str] = (), *, after_s: float = 0.0) -> Refused:
    """Return an answer that is not ok as ours."""
    said = tuple(messages)
    return Refused(
        refusal_of(status, error, said),
        error=error,
        status=status,
        after_s=after_s,
        may_be_done=status != 429 and (status >= 500 or not error or error in _HALF_DONE),
        detail="; ".join(said)[:300],
    )
