"""Deadlines and bounds of one server's adapter, each with its reason. Seconds and bytes."""

from dataclasses import dataclass

_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ComfyLimits:
    """What is waited for, and how much is taken in."""

    connect_s: float = 5.0
    answer_s: float = 30.0  #: a REST answer; 0.3.64 under load took half a second, a frozen one never answers
    upload_s: float = 120.0  #: all pictures of a run: 100 MB (the server's own limit for one) over a slow line
    read_s: float = 30.0  #: between two chunks of a file
    fetch_s: float = 600.0  #: waiting for a whole file: a slow drip ends, too; `file_bytes` at 1 MB a second take less
    describe_s: float = (
        20.0  #: all questions about checkpoints together; what is unanswered by then is told by its name
    )
    poll_s: float = 1.0  #: how long a quiet socket is believed; what a dropped or deaf one costs at most
    eager_s: float = 0.05  #: first pause before asking again for something that is due; doubles up to `poll_s`
    absent_s: float = 3.0  #: a run that is nowhere for so long is forgotten: the server was restarted
    lost_s: float = 30.0  #: no answer at all for so long: the server is lost
    refused_s: float = 2.0  #: refused or reset for so long: it died. A proxy that is restarted may take a second
    stuck_s: float = 15.0  #: first in the queue and not begun; 0.3.64 begins within 30 ms of the run before
    confirm_s: float = 20.0  #: an interrupt waits for the running node where that cannot be interrupted
    ping_s: float = 20.0  #: the server never pings; ours find a half-open connection
    reconnect_s: float = 5.0  #: longest pause between two attempts at the socket

    json_bytes: int = 64 * _MIB  #: /queue holds everybody's graphs: 0.7 MB for 800 of seven nodes
    file_bytes: int = 512 * _MIB
    frame_bytes: int = 256 * _MIB  #: an `executed` may hold megabytes of text, a binary frame a whole picture
    kept_bytes: int = 256 * _MIB  #: pictures of all runs together that came over the socket and wait to be fetched
    watched_runs: int = 256  #: runs whose events are kept for a `follow`; the oldest gives way
    described_checkpoints: int = 200  #: how many checkpoints are asked for their metadata
    questions_at_once: int = 4
