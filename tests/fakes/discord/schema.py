"""Holds requests against Discord's own OpenAPI description, where a copy of it lies beside the project."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from .record import Call
from .shapes import Json

_CHECKOUT = Path(__file__).parents[3]
_COPY = next(_CHECKOUT.parent.glob("*/reference/specs/discord_openapi.json"), None)

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "object": (dict,),
    "array": (list,),
    "null": (type(None),),
}


@cache
def _description() -> Json:
    assert _COPY is not None
    described: Json = json.loads(_COPY.read_text())
    return described


def is_at_hand() -> bool:
    """Whether there is a copy."""
    return _COPY is not None


def complaints(call: Call) -> list[str]:
    """Return what the description has against a request; nothing when it is sound."""
    described = _description()["paths"].get(call.route, {}).get(call.method.lower())
    if described is None:
        return [f"{call.name} is no operation"]
    content = described.get("requestBody", {}).get("content", {})
    known = {each["name"] for each in described.get("parameters", ()) if each.get("in") == "query"}
    found = [f"{call.name}: ?{name}" for name in call.query if name not in known]
    if call.body is not None and "application/json" in content:
        found += [f"{call.name}: {each}" for each in _against(content["application/json"]["schema"], call.body, "")]
    return found


def _against(schema: Json, value: Any, at: str) -> Iterator[str]:
    if "$ref" in schema:
        schema = _description()["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    for key in ("anyOf", "oneOf"):
        if key in schema:
            yield from _nearest([[*_against(each, value, at)] for each in schema[key]])
    for each in schema.get("allOf", ()):
        yield from _against(each, value, at)
    allowed = [schema["const"]] if "const" in schema else schema.get("enum", [value])
    if value not in allowed:
        yield f"{at}: {value!r} is none of {allowed}"
    if "type" in schema and not _is_of(schema, value):
        yield f"{at}: {value!r} is no {schema['type']}"
        return
    yield from _sized(schema, value, at)
    yield from _inside(schema, value, at)


def _nearest(tried: list[list[str]]) -> list[str]:
    return min(tried, key=len)


def _is_of(schema: Json, value: Any) -> bool:
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if isinstance(value, bool):
        return "boolean" in kinds
    if schema.get("format") == "snowflake" and isinstance(value, int):
        return True  # Discord takes the number as well as its digits
    return any(isinstance(value, _TYPES[kind]) for kind in kinds)


def _sized(schema: Json, value: Any, at: str) -> Iterator[str]:
    match value:
        case str():
            if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
                yield f"{at}: {len(value)} characters"
            if "pattern" in schema and not re.search(schema["pattern"], value):
                yield f"{at}: {value!r} is not like {schema['pattern']}"
        case list():
            if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
                yield f"{at}: {len(value)} items"
        case int() | float() if not isinstance(value, bool):
            if not schema.get("minimum", value) <= value <= schema.get("maximum", value):
                yield f"{at}: {value} is out of bounds"


def _inside(schema: Json, value: Any, at: str) -> Iterator[str]:
    if isinstance(value, list) and isinstance(schema.get("items"), dict):
        for index, each in enumerate(value):
            yield from _against(schema["items"], each, f"{at}/{index}")
    if isinstance(value, dict):
        known = schema.get("properties", {})
        for name in schema.get("required", ()):
            if name not in value:
                yield f"{at}/{name}: missing"
        for name, each in value.items():
            if name in known:
                yield from _against(known[name], each, f"{at}/{name}")
