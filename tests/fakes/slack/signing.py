"""How Slack signs what it sends over HTTP, and what a forger would send instead."""

import hashlib
import hmac
import time
from enum import Enum, auto

_VERSION = "v0"
_STALE_S = 6 * 60
"""A receiver refuses what was signed more than five minutes ago."""


class Seal(Enum):
    """What is wrong with a signature."""

    SOUND = auto()
    TAMPERED = auto()  #: the body was changed after it was signed
    STALE = auto()  #: signed well, some time ago: a replay
    FOREIGN = auto()  #: signed with a secret that is not the application's
    MISSING = auto()
    MALFORMED = auto()  #: a timestamp that is no number


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return what `X-Slack-Signature` has to be."""
    signed = f"{_VERSION}:{timestamp}:".encode() + body
    return f"{_VERSION}={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"


def seal(secret: str, body: bytes, kind: Seal = Seal.SOUND) -> tuple[bytes, dict[str, str]]:
    """Return the body and the headers to send; in real time, since the receiver's clock cannot be advanced."""
    timestamp = str(int(time.time()) - (_STALE_S if kind is Seal.STALE else 0))
    sent = body + b" " if kind is Seal.TAMPERED else body
    if kind is Seal.MISSING:
        return sent, {}
    key = f"{secret}-of-somebody-else" if kind is Seal.FOREIGN else secret
    shown = "yesterday" if kind is Seal.MALFORMED else timestamp
    return sent, {"X-Slack-Request-Timestamp": shown, "X-Slack-Signature": signature(key, timestamp, body)}
