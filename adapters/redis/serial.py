"""How a job is written down: JSON with a schema version, values exact."""

import json
from collections.abc import Mapping, Sequence
from typing import cast
from urllib.parse import unquote
from uuid import UUID

from bot.accounts import PRIORITY_STEP
from bot.errors import StoreLost
from bot.events import MediaKind
from bot.jobs import (
    Decision,
    Job,
    JobId,
    JobRecord,
    JobState,
    MessageRef,
    Place,
    Requester,
    Review,
    RunId,
    StoredFile,
    Tenant,
    as_reviewed,
)
from bot.reports import Report
from workflows.values import FileHandle, Size, Value, Values

SCHEMA = 2
"""Raised when an older process could misread what is written; fields that are only added do not raise it."""

Json = dict[str, "str | int | float | bool | list[Json] | list[str] | Json | None"]


def written(content: Mapping[str, object]) -> str:
    """Write JSON with its schema version."""
    return json.dumps({"schema": SCHEMA, **content}, ensure_ascii=False, separators=(",", ":"))


def read(text: bytes) -> Json:
    """Read JSON; raises StoreLost for what a newer version wrote, which an upgrade of this process mends."""
    content = cast(Json, json.loads(text))
    if cast(int, content["schema"]) > SCHEMA:
        raise StoreLost("A newer Fairbrush wrote this. Update this one.")
    return content


def job_text(job: Job) -> str:
    """Write a job, without what its hash tells: requirement, priority, estimate, and when it was made."""
    return written(
        {
            "workflow": job.workflow,
            "digest": job.digest,
            "values": {name: _plain(value) for name, value in job.values.items()},
            "requester": _requester_json(job.requester),
            "place": {**_tenant(job.place.tenant), "channel": job.place.channel},
            "parent": str(job.parent) if job.parent else None,
            **({} if job.within_s is None else {"within_s": job.within_s}),
            **({"for_adults": True} if job.for_adults else {}),
            **({"for_review": True} if job.for_review else {}),
        }
    )


def result_text(
    *,
    files: Sequence[StoredFile] = (),
    texts: Sequence[str] = (),
    sentence: str | None = None,
    review: Review | None = None,
) -> str:
    """Write what a job came to."""
    decided = {"review": {"decision": review.decision, "by": review.by, "reason": review.reason}} if review else {}
    return written({"files": [_file(file) for file in files], "texts": list(texts), "sentence": sentence, **decided})


def message_text(ref: MessageRef) -> str:
    """Write where a message stands."""
    return written({**_tenant(ref.place.tenant), "channel": ref.place.channel, "id": ref.id})


def message_of(text: bytes) -> MessageRef:
    """Read where a message stands."""
    content = read(text)
    place = Place(tenant=_tenant_of(content), channel=str(content["channel"]))
    return MessageRef(place=place, id=str(content["id"]))


def report_text(report: Report) -> str:
    """Write what was reported, without when."""
    return written(
        {
            "job": str(report.job_id),
            "workflow": report.workflow,
            "requester": _requester_json(report.requester),
            "reporter": _requester_json(report.reporter),
            "place": {**_tenant(report.place.tenant), "channel": report.place.channel},
            "reason": report.reason,
        }
    )


def report_of(text: bytes, *, at_ms: int) -> Report:
    """Read what was reported."""
    content = read(text)
    place = cast(Json, content["place"])
    return Report(
        job_id=JobId(UUID(str(content["job"]))),
        workflow=str(content["workflow"]),
        requester=_requester(cast(Json, content["requester"])),
        reporter=_requester(cast(Json, content["reporter"])),
        place=Place(tenant=_tenant_of(place), channel=str(place["channel"])),
        reason=str(content["reason"]),
        at_ms=at_ms,
    )


def record_of(job_id: JobId, fields: Mapping[str, str], payload: bytes, result: bytes | None) -> JobRecord:
    """Put a job's hash, payload and result together."""
    came_to = read(result) if result else {}
    run, server = fields.get("run"), fields.get("server")
    files = [_file_of(file) for file in cast(list[Json], came_to.get("files", []))]
    record = JobRecord(
        job=_job(job_id, read(payload), fields),
        state=JobState(fields.get("state", "queued")),
        revision=int(fields.get("rev", 1)),
        attempt=int(fields.get("attempt", 0)),
        server=unquote(server) if server else None,
        run_id=RunId(run) if run else None,
        cancel_requested=fields.get("cancel") == "1",
        moved_to=fields.get("n") if "asked" in fields else None,
        error_code=fields.get("code"),
        error_sentence=cast("str | None", came_to.get("sentence")),
        started_ms=_number(fields, "started"),
        ended_ms=_number(fields, "ended"),
        gpu_ms=_number(fields, "gpu"),
        is_evidence=fields.get("evidence") == "1",
    )
    return as_reviewed(record, _review_of(came_to), files, cast(list[str], came_to.get("texts", [])))


def _review_of(came_to: Json) -> Review | None:
    if not (told := cast("Json | None", came_to.get("review"))):
        return None
    return Review(decision=Decision(str(told["decision"])), by=str(told["by"]), reason=str(told["reason"]))


def inputs_of(values: Values) -> list[FileHandle]:
    """Return the files among the values."""
    return [value for value in values.values() if isinstance(value, FileHandle)]


def _job(job_id: JobId, content: Json, fields: Mapping[str, str]) -> Job:
    requester, place = cast(Json, content["requester"]), cast(Json, content["place"])
    number = int(fields["p"])
    return Job(
        id=job_id,
        workflow=str(content["workflow"]),
        digest=str(content["digest"]),
        values={name: _value(value) for name, value in cast(Json, content["values"]).items()},
        requester=_requester(requester),
        place=Place(tenant=_tenant_of(place), channel=str(place["channel"])),
        estimate_ms=int(fields["c"]),
        created_ms=int(fields["m"]),
        parent=JobId(UUID(str(content["parent"]))) if content["parent"] else None,
        requirement=fields.get("asked", fields.get("n", "")),
        priority=(number % PRIORITY_STEP - number) // PRIORITY_STEP,
        within_s=cast("float | None", content.get("within_s")),  # Jobs of earlier versions do not tell it,
        for_adults=bool(content.get("for_adults", False)),  # nor this,
        for_review=bool(content.get("for_review", False)),  # nor this: nobody had to look at them.
    )


def job_of(name: str, text: bytes, *, created_ms: int) -> Job:
    """Read a job that `job_text` wrote, where nothing else is kept of it; what the queue alone told is lost."""
    return _job(JobId(UUID(name)), read(text), {"p": "0", "c": "0", "m": f"{created_ms}"})


def requester_of(text: bytes) -> Requester:
    """Read who asked for a job."""
    return _requester(cast(Json, read(text)["requester"]))


def _requester(content: Json) -> Requester:
    return Requester(tenant=_tenant_of(content), id=str(content["id"]), name=str(content["name"]))


def _requester_json(requester: Requester) -> dict[str, str]:
    return {**_tenant(requester.tenant), "id": requester.id, "name": requester.name}


def _number(fields: Mapping[str, str], name: str) -> int | None:
    return int(fields[name]) if name in fields else None


def _tenant(tenant: Tenant) -> dict[str, str]:
    return {"platform": tenant.platform, "tenant": tenant.id}


def _tenant_of(content: Json) -> Tenant:
    return Tenant(platform=str(content["platform"]), id=str(content["tenant"]))


def _plain(value: Value) -> object:
    match value:
        case Size(width=width, height=height):
            return {"size": {"width": width, "height": height}}
        case FileHandle():
            about = {"key": value.key, "media_type": value.media_type, "width": value.width, "height": value.height}
            return {"file": {**about, "bytes": value.bytes}}
        case _:
            return value


def _value(plain: object) -> Value:
    match plain:
        case {"size": {"width": int(width), "height": int(height)}}:
            return Size(width=width, height=height)
        case {"file": {"key": str(key), "media_type": str(kind), "width": int(width), "height": int(height), **more}}:
            size = cast(int, more.get("bytes", 0))  # Jobs of earlier versions do not tell it.
            return FileHandle(key=key, media_type=kind, width=width, height=height, bytes=size)
        case str() | int() | float() | None:
            return plain
        case _:
            raise StoreLost("A newer Fairbrush wrote this. Update this one.")


def _file(file: StoredFile) -> dict[str, object]:
    return {
        "key": file.key,
        "name": file.name,
        "kind": file.kind.value,
        "media_type": file.media_type,
        "bytes": file.bytes,
        "width": file.width,
        "height": file.height,
    }


def _file_of(content: Json) -> StoredFile:
    return StoredFile(
        key=str(content["key"]),
        name=str(content["name"]),
        kind=MediaKind(str(content["kind"])),
        media_type=str(content["media_type"]),
        bytes=cast(int, content["bytes"]),
        width=cast("int | None", content["width"]),
        height=cast("int | None", content["height"]),
    )
