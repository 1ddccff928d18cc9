"""How Discord says no: status, code and sentence."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from .shapes import Check, Fault, Json, tree

_SAYS: dict[int, tuple[int, str]] = {
    10002: (404, "Unknown Application"),
    10003: (404, "Unknown Channel"),
    10004: (404, "Unknown Guild"),
    10007: (404, "Unknown Member"),
    10008: (404, "Unknown Message"),
    10013: (404, "Unknown User"),
    10015: (404, "Unknown Webhook"),
    10062: (404, "Unknown interaction"),
    10063: (404, "Unknown application command"),
    30034: (400, "Max number of daily application command creates has been reached (200)"),
    40005: (413, "Request entity too large"),
    40060: (400, "Interaction has already been acknowledged."),
    40094: (400, "This interaction has reached the maximum number of follow-up messages"),
    50001: (403, "Missing Access"),
    50005: (403, "Cannot edit a message authored by another user"),
    50006: (400, "Cannot send an empty message"),
    50007: (403, "Cannot send messages to this user"),
    50013: (403, "Missing Permissions"),
    50027: (401, "Invalid Webhook Token"),
    50109: (400, "The request body contains invalid JSON."),
    160002: (403, "Cannot reply without permission to read message history"),
}


@dataclass(slots=True)
class Refused(Exception):
    """A request that Discord turns down."""

    status: int
    code: int
    message: str
    more: Json = field(default_factory=dict)

    def body(self) -> Json:
        """Return what the answer says."""
        return {"message": self.message, "code": self.code, **self.more}


def refused(code: int) -> Refused:
    """Return the refusal with that code."""
    status, message = _SAYS[code]
    return Refused(status, code, message)


def unauthorized() -> Refused:
    """Return the answer to a token that is none."""
    return Refused(401, 0, "401: Unauthorized")


def not_found() -> Refused:
    """Return the answer to a route that is none."""
    return Refused(404, 0, "404: Not Found")


def invalid(faults: Iterable[Fault]) -> Refused:
    """Return 50035 with the path of each fault."""
    return Refused(400, 50035, "Invalid Form Body", {"errors": tree([*faults])})


def must_be(check: Check, body: object) -> None:
    """Raise 50035 unless the body is sound."""
    if faults := [*check(body, ())]:
        raise invalid(faults)
