"""Every number of Discord's in one place; a test may give its own, so that it need not wait."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Deadlines in seconds, sizes in bytes."""

    ack_s: float = 3.0
    token_s: float = 15 * 60.0
    file_bytes: int = 10 * MIB
    request_bytes: int = 25 * MIB
    link_s: float = 24 * 3600.0  #: how long a CDN link is good
    nonce_s: float = 300.0  #: "the past few minutes"
    followups_of_user_install: int = 5
    creates: int = 5
    creates_s: float = 5.0
    edits: int = 5  #: seen per channel, and per interaction token
    edits_s: float = 5.0
    deletes: int = 5
    deletes_s: float = 1.0
    others: int = 50
    others_s: float = 1.0
    overall: int = 50  #: per second; interactions' endpoints are exempt
    old_after_s: float = 3600.0
    old_edits: int = 30  #: per channel and hour; Discord tells nobody its number
    old_edits_s: float = 3600.0
    old_edits_retry_s: float = 0.2  #: what 30046 has said to wait (discord-net/Discord.Net#2375), in vain
    invalid: int = 10_000
    invalid_s: float = 600.0
    command_creates: int = 200  #: a day and scope
    heartbeat_s: float = 41.25
    identify_s: float = 0.0  #: Discord: one IDENTIFY in 5 s; discord.py waits for that by itself
    identifies: int = 1000  #: a day
    resume_s: float = 180.0
    gateway_bytes: int = 4096
    gateway_sends: int = 120  #: in a minute
    guilds_per_shard: int = 2500
