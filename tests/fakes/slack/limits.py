"""Every number of Slack's in one place; a test may give its own, so that it need not wait."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Deadlines in seconds, sizes in bytes, lengths in characters.

    Sources: docs.slack.dev (2026-08) unless a line says where else. "Tier 3: 50+ per minute" is what Slack promises;
    how much of a burst it lets through, it only calls "occasional": here the `tier_…` of one minute, counted from the
    first call, and not one more.
    """

    # apis/web-api/rate-limits: per method, application and workspace, in a minute
    tier_1: int = 1
    tier_2: int = 20
    tier_3: int = 50
    tier_4: int = 100
    tier_s: float = 60.0
    special: int = 600  #: of methods with a limit of their own: auth.test "hundreds of requests per minute"
    posts: int = 1  #: chat.postMessage: one per second and channel, "short bursts" allowed
    posts_s: float = 1.0
    posts_burst: int = 3  #: how many of those may come at once; Slack tells nobody its number
    posts_of_team: int = 300  #: a minute: "several hundred messages per minute" for a whole workspace

    ack_s: float = 3.0
    trigger_s: float = 3.0
    response_uses: int = 5
    response_s: float = 1800.0
    socket_connections: int = 10
    ticket_s: float = 30.0  #: how long a socket's address is good; Slack only says "temporary"

    text: int = 40_000  #: chat.postMessage: truncated beyond; 4,000 is recommended
    update_text: int = 4_000  #: chat.update: msg_too_long
    markdown: int = 12_000
    blocks: int = 50
    modal_blocks: int = 100
    view_bytes: int = 250 * 1024
    views_stacked: int = 3
    message_text: int = 13_200  #: of all blocks together: msg_blocks_too_long; seen in slackapi/bolt-js#2509
    metadata_bytes: int = 16 * 1024
    attachments: int = 100
    stream_s: float = 300.0  #: a stream that nobody ends dies; seen in slackapi/python-slack-sdk#1859

    file_bytes: int = 1024 * MIB
    file_ready_s: float = 0.05  #: from "complete" to "can be shown"; seconds with Slack
    file_shared_s: float = 0.05  #: and to where files.info names its message
    alt_text: int = 1_000  #: files.getUploadURLExternal alt_txt
    request_bytes: int = 4 * MIB  #: of a method's body; Slack tells nobody its number
    code_s: float = 600.0  #: of OAuth: a code is good for ten minutes
