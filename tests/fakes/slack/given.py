"""What a method is given, how its arguments are read, and how it says no."""

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from .shapes import Fault, Json
from .socket import SocketMode
from .state import Channel, Team, Token, User, World


@dataclass(slots=True)
class Refused(Exception):
    """A call that Slack turns down: ok is false, and `error` says why."""

    error: str
    more: Json = field(default_factory=dict)

    def body(self) -> Json:
        """Return what the answer says."""
        return {"ok": False, "error": self.error, **self.more}


def refused(error: str, faults: Iterable[Fault | str] = ()) -> Refused:
    """Return a refusal that says more in its `response_metadata.messages`; invalid_blocks also in `errors`."""
    said = [str(each) for each in faults]
    if not said:
        return Refused(error)
    more: Json = {"response_metadata": {"messages": [f"[ERROR] {each}" for each in said]}}
    return Refused(error, {"errors": said, **more} if error == "invalid_blocks" else more)


@dataclass(slots=True, kw_only=True)
class Given:
    """One call."""

    world: World
    socket: SocketMode
    token: Token | None
    args: Json

    @property
    def team(self) -> Team:
        """The team of the token."""
        assert self.token is not None
        return self.token.team

    def text(self, name: str) -> str | None:
        """Return an argument as a string, None if it is not given."""
        value = self.args.get(name)
        return None if value is None else str(value)

    def needed(self, name: str) -> str:
        """Return an argument; raises invalid_arguments without it."""
        value = self.text(name)
        if not value:
            raise refused("invalid_arguments", [f"missing required field: {name}"])
        return value

    def flag(self, name: str) -> bool:
        """Whether a switch is on."""
        return str(self.args.get(name, "")).lower() in {"1", "true"}

    def number(self, name: str, default: int) -> int:
        """Return a whole number; raises invalid_arguments for anything else."""
        value = self.text(name)
        if value is None:
            return default
        if not value.lstrip("-").isdigit():
            raise refused("invalid_arguments", [f"must be an integer [json-pointer:/{name}]"])
        return int(value)

    def json(self, name: str, error: str = "invalid_arguments") -> Any:
        """Return an argument that is JSON, as such or written into a string; raises the error for what is neither."""
        value = self.args.get(name)
        if not isinstance(value, str) or not value:
            return value or None if isinstance(value, str) else value
        try:
            return json.loads(value)
        except ValueError:
            raise refused(error) from None

    def channel(self, name: str = "channel") -> Channel:
        """Return a channel of the team that the bot can see; raises channel_not_found."""
        found = self.team.channels.get(self.needed(name))
        if found is None or (found.kind != "channel" and self.team.bot.id not in found.members):
            raise refused("channel_not_found")
        return found

    def user(self, name: str = "user") -> User:
        """Return a user of the team; raises user_not_found."""
        found = self.team.users.get(self.needed(name))
        if found is None:
            raise refused("user_not_found")
        return found

    def must_have(self, *scopes: str) -> None:
        """Raise missing_scope unless the token has one of these scopes."""
        assert self.token is not None
        if scopes and not self.token.scopes & {*scopes}:
            provided = ",".join(sorted(self.token.scopes))
            raise Refused("missing_scope", {"needed": scopes[0], "provided": provided})


async def arguments(request: web.Request, limit: int, *, takes_json: bool) -> Json:
    """Return the arguments of query and body; raises what Slack says of a body that it cannot read."""
    args: Json = {**request.query, **_basic(request)}
    if not request.can_read_body:
        return args
    if request.content_type == "multipart/form-data":
        return args | {key: value for key, value in (await request.post()).items() if isinstance(value, str)}
    raw = await request.read()
    if len(raw) > limit:
        raise refused("request_too_large")
    if request.content_type == "application/x-www-form-urlencoded":
        return args | {key: value for key, value in (await request.post()).items() if isinstance(value, str)}
    if request.content_type != "application/json":
        raise refused("invalid_post_type" if raw else "missing_post_type")
    body = _parsed(raw)
    if "token" in body:
        raise refused("invalid_auth")  # with JSON, a token is taken from the header only
    return args | body if takes_json else args


def _basic(request: web.Request) -> Json:
    """Return what an application says of itself by HTTP Basic, as oauth.v2.access prefers."""
    shown = request.headers.get("Authorization", "")
    if not shown.startswith("Basic "):
        return {}
    try:
        name, _, secret = base64.b64decode(shown.removeprefix("Basic "), validate=True).decode().partition(":")
    except ValueError:
        raise refused("invalid_client_id") from None
    return {"client_id": name, "client_secret": secret}


def _parsed(raw: bytes) -> Json:
    try:
        body = json.loads(raw or b"{}")
    except ValueError:
        raise refused("invalid_json") from None
    if not isinstance(body, dict):
        raise refused("json_not_object")
    return body


def decoded(args: Mapping[str, Any]) -> Json:
    """Return arguments for the record: JSON in strings as what it stands for."""
    return {key: _decoded(value) for key, value in args.items() if key not in {"token", "client_secret"}}


def _decoded(value: Any) -> Any:
    if not isinstance(value, str) or value[:1] not in {"[", "{"}:
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
