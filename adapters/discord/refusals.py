"""How Discord says no, and what that means: pure."""

from enum import StrEnum

from bot.errors import ChatError


class Refusal(StrEnum):
    """What became of a call that did not do what it was to do."""

    GONE = "gone"  #: the message, channel or guild is not there any more
    FORBIDDEN = "forbidden"  #: we may not do this there
    TOO_LARGE = "too large"
    TOO_OLD = "too old"  #: 30046: messages older than an hour were edited too often in that channel
    TOKEN_DEAD = "token dead"  #: an interaction's token: expired, or not alive yet  # noqa: S105 - a word
    TOO_MANY = "too many"  #: a rate limit, Discord's or one of ours that keeps us away from it
    AWAY = "away"  #: no answer, or a 5xx: whether it was done is unknown
    INVALID = "invalid"  #: Discord cannot read what was sent: a fault of ours


class Refused(ChatError):
    """A call to Discord that was refused or not answered. It is never `gone`: what is lost, its `refusal` tells."""

    def __init__(
        self, refusal: Refusal, *, status: int = 0, code: int = 0, after_s: float = 0.0, detail: str = ""
    ) -> None:
        reason = f"{refusal} (HTTP {status}, code {code})"
        super().__init__(reason=reason, detail=f"{reason} {detail}".rstrip())
        self.refusal = refusal
        self.status = status  #: 0: there was no answer
        self.discord_code = code  #: Discord's own number, 0 where it gave none
        self.after_s = after_s  #: when Discord would take it, where it said so


_BY_CODE = {
    10003: Refusal.GONE,  # unknown channel
    10004: Refusal.GONE,  # unknown guild
    10008: Refusal.GONE,  # unknown message
    10015: Refusal.TOKEN_DEAD,  # unknown webhook: the interaction is not answered yet, or its token is dead
    10062: Refusal.TOKEN_DEAD,  # unknown interaction: three seconds are over
    20016: Refusal.TOO_MANY,  # slow mode
    20028: Refusal.TOO_MANY,  # the channel's own write limit
    30046: Refusal.TOO_OLD,
    40003: Refusal.TOO_MANY,  # direct messages opened too fast
    40005: Refusal.TOO_LARGE,
    40094: Refusal.FORBIDDEN,  # five follow-ups are all that a user install has
    50001: Refusal.FORBIDDEN,  # missing access
    50007: Refusal.FORBIDDEN,  # takes no direct messages from us
    50013: Refusal.FORBIDDEN,  # missing permissions
    50027: Refusal.TOKEN_DEAD,
    50083: Refusal.FORBIDDEN,  # the thread is archived
    160002: Refusal.FORBIDDEN,  # may not reply, for want of the message history
    160005: Refusal.FORBIDDEN,  # the thread is locked
}

_BY_STATUS = {
    401: Refusal.FORBIDDEN,
    403: Refusal.FORBIDDEN,
    404: Refusal.GONE,
    413: Refusal.TOO_LARGE,
    429: Refusal.TOO_MANY,
}


def refusal_of(status: int, code: int) -> Refusal:
    """Return what an answer of 4xx or 5xx means; Discord's own code says more than the status.

    A 403 or 404 without a code is not Discord's word but that of something in front of it, which may change its mind.
    """
    if status >= 500 or (status in (401, 403, 404, 408) and not code):
        return Refusal.AWAY
    return _BY_CODE.get(code) or _BY_STATUS.get(status, Refusal.INVALID)


def is_of_the_bot(status: int, code: int) -> bool:
    """Tell whether an answer refuses the bot's own token: an interaction's dead token is also a 401, with 50027."""
    return status == 401 and code != 50027
