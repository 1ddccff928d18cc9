"""The name of every key. One hash tag per pool, so that every script is atomic and legal on a cluster."""

import hashlib
from dataclasses import dataclass
from urllib.parse import quote

from bot.jobs import Requester

COMPACT = 64
"""Longest value in bytes that keeps a hash in its compact encoding: a quarter of the memory per job."""

NAMES = {
    "pool": "hash: order (of the last job), bytes (of all inputs and results)",
    "job": "hash by job: where it stands; every value is at most 64 bytes, which keeps it in the compact encoding",
    "payload": "string by job: the job itself, JSON",
    "result": "string by job: files, texts, the sentence of an error, JSON",
    "charges": "list by job: counter, amount, ceiling, settlement, start of its window, and so on",
    "references": "list by job: keys of its files, given and made",
    "waiting": "sorted set of jobs by order; and one by digest of the workflow",
    "leases": "sorted set of held jobs by the end of the lease: the only truth about who runs",
    "held": "set by server: its jobs",
    "nonce": "string by nonce: the job and fence that it was answered with; expires",
    "counter": "hash by counter: count, since (start of its window); expires with its window",
    "of": "sorted set by requester: their jobs by order",
    "ended": "sorted set of settled jobs by time",
    "workflow": "hash by digest: manifest, graph",
    "digests": "sorted set of digests by the time of their last use",
    "users": "hash: digest -> jobs that need it",
    "files": "hash: file key -> jobs that refer to it",
    "unreferenced": "set of file keys: no job refers to them any more, and they are not yet deleted",
    "live": "string by job: progress, JSON; expires",
    "preview": "string by job: a picture; expires",
    "board": "sorted set by platform: jobs whose message is not finally true, by order",
    "platforms": "set of platforms that ever had a job",
    "notice": "hash by job: state, message, rendered, pinged (by whom)",
    "owner": "hash by bucket: owner, until; expires",
    "changed": "channel by platform: ids of jobs that changed",
    "wake": "channel: there may be work",
    "vocabulary": "hash: server -> what it offers, JSON",
    "told": "sorted set of servers by when somebody last said to have them",
    "estimates": "string: what was learned of how long jobs take, JSON",
    "settings": "hash by scope: name -> value, JSON",
    "secret": "string by name: encrypted; expires",
    "clock": "string: what time it is, in tests only",
}


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one pool."""

    pool: str

    def key(self, name: str, *parts: str) -> str:
        """Return a key of this pool."""
        if name not in NAMES:
            raise KeyError(name)
        tag = f"{{fairbrush:{quote(self.pool, safe='')}}}"
        return f"{tag}:{name}:{quoted(*parts)}" if parts else f"{tag}:{name}"


def whose(requester: Requester) -> str:
    """Return the part of a key that names a requester; what is long is named by its digest."""
    name = quoted(requester.tenant.platform, requester.tenant.id, requester.id)
    return name if len(name) <= COMPACT else hashlib.sha256(name.encode()).hexdigest()


def quoted(*parts: str) -> str:
    """Join parts into one, so that none of them reaches into another's name."""
    return "/".join(quote(part, safe="") for part in parts)
