"""How entries of rule books and of the audit are written down."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import cast

from adapters.redis.serial import Json, read, written
from bot.errors import StoreLost
from bot.jobs import Tenant
from bot.policy.audit import AuditEntry, Author, Outcome
from bot.policy.quotas import Per, Quota, Refill
from bot.policy.rulebook import (
    Allowance,
    Assignment,
    Ban,
    Ceiling,
    Deed,
    Entry,
    Grant,
    Pattern,
    Pause,
    Reading,
    Zone,
)


def entry_text(entry: Entry, *, firm: bool) -> str:
    """Write an entry of a book; `firm`: it is the operator's."""
    return written({"kind": type(entry).__name__.lower(), "firm": firm, **asdict(entry)})


def entry_of(text: bytes) -> tuple[Entry, bool]:
    """Read an entry of a book, and whether it is the operator's; raises StoreLost for what a newer version wrote."""
    content = read(text)
    try:
        return _ENTRIES[str(content["kind"])](content), bool(content["firm"])
    except (KeyError, ValueError) as error:  # a kind, or a word of one, that this version does not have
        raise StoreLost("A newer Fairbrush wrote this. Update this one.") from error


def audit_text(entry: AuditEntry) -> str:
    """Write an entry of the audit, without its id, which tells when."""
    return written(
        {
            "author": asdict(entry.author),
            "measure": entry.measure,
            "tenant": asdict(entry.tenant) if entry.tenant else None,
            "user": entry.user,
            "outcome": entry.outcome.value,
            "why": entry.why,
            "details": dict(entry.details),
        }
    )


def audit_of(name: str, text: bytes) -> AuditEntry:
    """Read an entry of the audit by its id."""
    content = read(text)
    author, tenant = cast(Json, content["author"]), cast("Json | None", content["tenant"])
    return AuditEntry(
        author=Author(platform=str(author["platform"]), id=str(author["id"]), name=str(author["name"])),
        measure=str(content["measure"]),
        tenant=Tenant(platform=str(tenant["platform"]), id=str(tenant["id"])) if tenant else None,
        user=_words(content, "user"),
        outcome=Outcome(str(content["outcome"])),
        why=str(content["why"]),
        details={name: str(value) for name, value in cast(Json, content["details"]).items()},
        id=name,
        at_ms=int(name.partition("-")[0]),
    )


def _ban(content: Json) -> Ban:
    return Ban(user=_words(content, "user"), reason=str(content["reason"]), until_ms=_number(content, "until_ms"))


def _pause(content: Json) -> Pause:
    return Pause(workflow=_words(content, "workflow"), message=str(content["message"]))


def _allowance(content: Json) -> Allowance:
    return Allowance(user=str(content["user"]), quotas=_quotas(content) or ())


def _grant(content: Json) -> Grant:
    return Grant(
        user=str(content["user"]),
        until_ms=_number(content, "until_ms") or 0,
        gpu_s=_number(content, "gpu_s") or 0,
        pictures=_number(content, "pictures") or 0,
    )


def _assignment(content: Json) -> Assignment:
    return Assignment(user=str(content["user"]), tier=str(content["tier"]))


def _pattern(content: Json) -> Pattern:
    return Pattern(
        text=str(content["text"]),
        reading=Reading(str(content["reading"])),
        deed=Deed(str(content["deed"])),
        replacement=str(content["replacement"]),
    )


def _zone(content: Json) -> Zone:
    return Zone(name=str(content["name"]))


def _ceiling(content: Json) -> Ceiling:
    return Ceiling(weight=_number(content, "weight"), quotas=_quotas(content))


_ENTRIES: Mapping[str, Callable[[Json], Entry]] = {
    "ban": _ban,
    "pause": _pause,
    "allowance": _allowance,
    "grant": _grant,
    "assignment": _assignment,
    "pattern": _pattern,
    "zone": _zone,
    "ceiling": _ceiling,
}


def _quotas(content: Json) -> tuple[Quota, ...] | None:
    quotas = cast("Sequence[Json] | None", content["quotas"])
    return None if quotas is None else tuple(map(_quota, quotas))


def _quota(content: Json) -> Quota:
    return Quota(
        per=Per(str(content["per"])),
        refill=Refill(str(content["refill"])),
        gpu_s=_number(content, "gpu_s"),
        pictures=_number(content, "pictures"),
    )


def _words(content: Json, name: str) -> str | None:
    return cast("str | None", content[name])


def _number(content: Json, name: str) -> int | None:
    return cast("int | None", content[name])
