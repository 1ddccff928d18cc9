"""Holds calls against Slack's own description of its methods, where a copy of it lies beside the project.

It knows names, types and which arguments are needed, the tier, the scopes, and the errors of each method; blocks and
views are no part of it.
"""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from .record import Call
from .shapes import Json

_CHECKOUT = Path(__file__).parents[3]
_COPY = next(_CHECKOUT.parent.glob("*/reference/specs/slack_docs_methods.json"), None)

COMMON = frozenset(
    {
        "access_denied", "account_inactive", "fatal_error", "internal_error", "invalid_arg_name", "invalid_arguments",
        "invalid_array_arg", "invalid_auth", "invalid_charset", "invalid_form_data", "invalid_json",
        "invalid_post_type", "json_not_object", "missing_post_type", "missing_scope", "no_permission",
        "not_allowed_token_type", "not_authed", "ratelimited", "request_timeout", "request_too_large",
        "service_unavailable", "team_access_not_granted", "token_expired", "token_revoked",
    }
)  # fmt: skip
"""The errors that any method may answer with; the description names only what is a method's own."""

_NESTED: dict[type, frozenset[str]] = {
    str: frozenset({"string", "array", "object", "boolean", "integer", "number"}),  # as a form says everything
    bool: frozenset({"boolean"}),
    int: frozenset({"integer", "number", "string"}),
    float: frozenset({"number"}),
    list: frozenset({"array"}),
    dict: frozenset({"object"}),
}


@cache
def methods() -> Json:
    """Return what is described, by method."""
    assert _COPY is not None
    described: Json = json.loads(_COPY.read_text())["methods"]
    return described


def is_at_hand() -> bool:
    """Whether there is a copy."""
    return _COPY is not None


def complaints(call: Call) -> list[str]:
    """Return what the description has against a call and its answer; nothing when they are sound.

    What is no method (uploads, downloads, response_urls) is not looked at; of a call that was refused, its error is.
    """
    if "." not in call.name:
        return []
    described = methods().get(call.name)
    if described is None:
        return [] if call.error == "unknown_method" else [f"{call.name} is no method"]
    if call.error and call.status == 200:
        known = call.error in {*described.get("errors", ()), *COMMON}
        return [] if known else [f"{call.name}: {call.error} is none of its errors"]
    return [f"{call.name}: {each}" for each in _against(described["args"], call.args)] if call.is_ok else []


def _against(schema: Json, args: Json) -> Iterator[str]:
    properties = schema["properties"]
    for name in schema.get("required", ()):
        if name != "token" and name not in args and not _is_needless(name, args):
            yield f"{name} is missing"
    for name, value in args.items():
        if name not in properties and name != "team_id":  # slack-bolt says it with every call
            yield f"{name} is not known"
        elif said := [*_typed(properties.get(name, {}), value)]:
            yield f"{name} {', '.join(said)}"


def _is_needless(name: str, args: Json) -> bool:
    """Text of a stream may come in chunks instead, and an application says who it is by HTTP Basic as well."""
    return (name == "markdown_text" and "chunks" in args) or name == "client_secret"


def _typed(schema: Json, value: Any) -> Iterator[str]:
    kinds = {schema["type"]} if isinstance(schema.get("type"), str) else set()
    kinds |= {each["type"] for each in schema.get("anyOf", ()) if "type" in each}
    if not kinds or (value is None and "null" in kinds):
        return
    is_json = "JSON" in schema.get("desc", "")  # "presented as a URL-encoded string": as such in a JSON body
    if not kinds & (_NESTED.get(type(value), frozenset()) | ({"string"} if is_json else set())):
        yield f"is of the type {type(value).__name__}, and not one of {sorted(kinds)}"
    if isinstance(value, str) and kinds <= {"integer", "number"} and not value.lstrip("-").replace(".", "").isdigit():
        yield "is no number"
    if isinstance(value, list) and isinstance(schema.get("items"), dict):
        for index, each in enumerate(value):
            missing = [name for name in schema["items"].get("required", ()) if name not in each]
            yield from (f"{index} has no {name}" for name in missing)
