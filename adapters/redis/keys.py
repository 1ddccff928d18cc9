"""The name of every key. One hash tag per pool, so that every script is atomic and legal on a cluster."""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from functools import lru_cache, partial
from urllib.parse import quote
from uuid import UUID

from bot.jobs import JobId, Requester, Tenant

COMPACT = 64
"""Longest value in bytes that keeps a hash in its compact encoding: a quarter of the memory per job."""
_quote = lru_cache(maxsize=4096)(partial(quote, safe=""))
"""The same few people, places and servers are named again and again."""
_BRIEF = 44
"""Longest name of somebody, so that a tenant's with its platform stays compact."""

NAMES = {
    "pool": "hash: order (of the last job), schema, bytes (of all inputs and results), waiting, seated and turns (how "
    "many were given), version (of the lanes), policy (a digest: of whoever opened it last), identity (what marks its "
    "runs on servers), `:lane` (its clock)",
    "job": "hash by job, see JOB; every value is at most 64 bytes, which keeps it in the compact encoding",
    "payload": "string by job: the job itself, JSON",
    "result": "string by job: files, texts, the sentence of an error, JSON",
    "charges": "list by job: counter, amount, ceiling, settlement, end of its span, and so on; where there are any",
    "references": "list by job: keys of its files, given and made",
    "tenant": "hash by tenant, see ACCOUNT; `:lane` (the clock of its users), `#lane` (how many sit there), crowd",
    "user": "hash by user, see ACCOUNT; `+requirement` (how many wait with it), `!lane` (what passed their first job)",
    "person": "hash by person: cap, waiting, leased, idle, `+tenant` (how many wait there)",
    "queue": "sorted set by user and requirement: waiting jobs by their place",
    "line": "sorted set by lane of tenants, and by lane and tenant of users: those who have a seat, by their tag",
    "rota": "sorted set by model of users who have jobs with it: by the turn that they were last looked at",
    "wanted": "hash: requirement -> jobs that wait with it",
    "active": "sorted set of users, by name: everybody who has anything waiting or leased, some at rest among them",
    "tending": "hash: cursor, began, version (of this pass), done (version of the last one), laid (a digest)",
    "routes": "hash: requirement -> lanes that serve it, by commas",
    "lane_of": "hash: server -> its lane",
    "meanings": "hash: requirement -> what it means",
    "required": "sorted set of requirements by when they were last kept",
    "leases": "sorted set of held jobs by the end of the lease; whose it is, the job itself tells",
    "held": "hash by server: its jobs, each with the nonce that it was claimed by",
    "parked": "hash: server/nonce -> a claim that waits for a job: the end of its patience, the rest packed",
    "patience": "sorted set of parked claims by when their patience ends",
    "bay": "sorted set by lane, and by lane and model, of parked claims by -speed",
    "given": "channel by process: server, nonce and answer of a parked claim, as Redis writes an answer",
    "counter": "hash by counter: end of a span (0: none) -> what counts, `h` and that -> what of it is held; expires "
    "with its last span",
    "of": "sorted set by user: their jobs by order",
    "ended": "sorted set of settled jobs by time",
    "evidence": "sorted set of jobs that were reported, by when the last report of each goes",
    "used": "hash by tenant and hour: user -> GPU ms; expires; without these: sorted set of all that there are by hour",
    "review": "sorted set by tenant of jobs that wait for a moderator, by when they ended; without a tenant: of all",
    "workflow": "hash by digest: manifest, graph",
    "digests": "sorted set of digests by the time of their last use",
    "uses": "hash: digest -> jobs that need it",
    "files": "hash: file key -> jobs that refer to it",
    "unreferenced": "set of file keys: no job refers to them any more, and they are not yet deleted",
    "live": "string by job: progress, JSON; expires",
    "preview": "string by job: a picture; expires",
    "board": "sorted set by platform and leaf (so many numbers): jobs whose message is not finally true, by order",
    "pages": "sorted set by platform: leaves of its board that have anything on them",
    "platforms": "set of platforms that ever had a job",
    "notice": "hash by job: state, message, rendered, pinged (by whom)",
    "owner": "hash by bucket: owner, until; expires",
    "changed": "channel by platform: ids of jobs that changed",
    "wake": "channel: lanes, by commas, for which there may be work",
    "vocabulary": "hash: server -> what it offers, JSON",
    "told": "sorted set of servers by when somebody last said to have them",
    "servers": "hash: server -> what an operator changed about it, JSON",
    "statuses": "hash: server -> how it is, as its owner told last, JSON",
    "estimates": "string: what was learned of how long jobs take, JSON",
    "settings": "hash by scope: name -> value, JSON",
    "reports": "hash by tenant: job/reporter -> what was reported, JSON",
    "reported": "sorted set by tenant of its reports by time; without a tenant: of all, each after its tenant",
    "communities": "hash: tenant -> what it is called, as its platform said last",
    "book": "hash by tenant, and without one: key -> an entry of the rule book, JSON; version",
    "audit": "stream by tenant, and without one of all: what was done and tried, JSON; expires with its last entry",
    "doomed": "set by platform: messages that are to be taken away, each with its job, JSON; expires",
    "links": "hash: digest of a link's token -> when and to whom it was offered, and who they are, JSON; expires",
    "sessions": "hash: digest of a session's token -> when it began and was vouched for, its link, whose it is, and "
    "who they are, JSON; expires",
    "nonce": "string by nonce: until when it is remembered that it was done; expires",
    "secret": "string by name: encrypted; expires",
    "paced": "sorted set by bucket: turns that were taken of late, by when; expires",
    "paused": "string by bucket: until when nobody may take a turn; expires",
    "clock": "string: what time it is, in tests only",
}

JOB = {
    "p": "place: its number in the queue, less a step for each priority",
    "t": "tenant",
    "u": "user of the tenant",
    "n": "requirement: what it needs now",
    "asked": "requirement that it was made with, if that is another one",
    "c": "estimate in ms: what it costs",
    "m": "when it was made",
    "platform": "of its message, where that is not the requester's",
    "state": "absent: queued",
    "rev": "revision; absent: 1",
    "attempt": "number of the last run",
    "spent": "attempts that count",
    "fence": "of the last lease",
    "end": "by fence: how that lease ended",
    "server": "that holds it",
    "run": "that is recorded",
    "client": "the run's",
    "started": "time",
    "ended": "time",
    "gpu": "GPU milliseconds so far",
    "cancel": "1: somebody wants it stopped",
    "code": "of an error",
    "bytes": "of its inputs and results",
    "review": "1: a moderator looks first; then what one decided, with the nonce of that; absent: nobody does",
    "evidence": "1: it was deleted, and is kept since it was reported",
    "charges": "1: there is a list of them",
    "off": "1: off the board, until something changes about it",
    "paid": "ms that it was charged; with the next three the bill of a held job",
    "weight": "of the user when it was claimed; absent: 1000",
    "tenant_weight": "of the tenant then; absent: 1000",
    "speed": "of the server; absent: 1000",
}
"""The fields of a job. What is absent is at its default. A waiting job has those of one letter: that saves 30 bytes."""

ACCOUNT = {
    "weight": "absent: 1000",
    "cap": "on what runs; absent: none",
    "waiting": "jobs",
    "leased": "jobs",
    "backlog": "estimates of what waits, in ms",
    "idle": "1: at rest; the hash expires, and a user is not among the active",
    "@": "by lane: the tag, whole microseconds, of one with a seat",
    "~": "by lane: the tag of one without",
}
"""The fields of tenants and users."""


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


def tenant_name(tenant: Tenant) -> str:
    """Return what a tenant is called in keys and members."""
    return f"{quoted(tenant.platform)}/{name_of(tenant.id)}"


def where_name(tenant: Tenant | None) -> str:
    """Return what scripts take for a tenant, or, without one, for everywhere."""
    return tenant_name(tenant) if tenant else ""


def user_name(requester: Requester) -> str:
    """Return what somebody is called in their tenant."""
    return name_of(requester.id)


def name_of(text: str) -> str:
    """Return what an id is called; a long one by its digest, which no quoted name can be mistaken for."""
    name = quoted(text)
    if len(name) <= _BRIEF:
        return name
    return "=" + urlsafe_b64encode(hashlib.sha256(name.encode()).digest()).rstrip(b"=").decode()


def job_name(job_id: JobId) -> str:
    """Return what a job is called in keys and members: its id in 22 characters instead of 36."""
    return urlsafe_b64encode(job_id.bytes)[:22].decode()


def job_id(name: bytes | str) -> JobId:
    """Return the id of a job by its name."""
    return JobId(UUID(bytes=urlsafe_b64decode(name + b"==" if isinstance(name, bytes) else name + "==")))


def quoted(*parts: str) -> str:
    """Join parts into one, so that none of them reaches into another's name."""
    return "/".join([_quote(part) for part in parts])
