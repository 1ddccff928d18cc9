"""Everything that was asked, and how it was answered."""

from collections import Counter
from dataclasses import dataclass, field

from .shapes import Json


@dataclass(slots=True, kw_only=True)
class Call:
    """One request; status 0 means that the connection ended without an answer.

    `name` is the method, or what else was asked for: "response_url", "upload", "download", "oauth/v2/authorize".
    """

    at: float
    name: str
    http: str = "POST"
    team: str = ""  #: of the token
    args: Json = field(default_factory=dict)  #: as sent, JSON in strings decoded; without the token
    status: int = 0
    error: str = ""  #: empty when it was ok
    messages: tuple[str, ...] = ()  #: what an error says beyond its name
    answer: Json = field(default_factory=dict)
    done_at: float | None = None

    @property
    def is_ok(self) -> bool:
        """Whether it was answered, and well."""
        return self.status == 200 and not self.error


@dataclass(slots=True)
class Record:
    """The calls in the order in which they arrived."""

    calls: list[Call] = field(default_factory=list)

    def of(self, name: str) -> list[Call]:
        """Return the calls of a method."""
        return [each for each in self.calls if each.name == name]

    @property
    def too_many(self) -> list[Call]:
        """The calls that were answered by 429."""
        return [each for each in self.calls if each.status == 429]

    @property
    def refused(self) -> list[Call]:
        """The calls that a careful application would not have made: answered with an error, whatever the reason."""
        return [each for each in self.calls if each.error]

    def errors(self) -> Counter[str]:
        """Return how often each error was answered."""
        return Counter(each.error for each in self.calls if each.error)

    def finish(self, call: Call, status: int, answer: Json, now: float) -> None:
        """Write down the answer."""
        call.status, call.done_at, call.answer = status, now, answer
        if status and not answer.get("ok", status < 400):
            call.error = answer.get("error") or f"HTTP {status}"
            call.messages = tuple(answer.get("response_metadata", {}).get("messages", ()))
