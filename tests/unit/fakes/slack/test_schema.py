"""The fake and Slack's own description know the same methods; the check itself finds what is wrong."""

import ast
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.slack import schema
from tests.fakes.slack.methods import METHODS, Method
from tests.fakes.slack.record import Call

pytestmark = pytest.mark.skipif(not schema.is_at_hand(), reason="Slack's description of its methods is not at hand")

TIERS = {"t1": 1, "t2": 2, "t3": 3, "t4": 4, "t5": "special", None: "special"}


def described(method: Method) -> dict[str, Any]:
    return dict(schema.methods()[method.name])


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS.keys())
def test_every_method_is_one_of_slacks_with_its_arguments_and_tier(method: Method):
    known = described(method)

    assert method.args <= known["args"]["properties"].keys() | {"foo", "error"}
    assert method.tier == TIERS[known.get("rate_limits")] or method.tier == "post"
    assert known.get("json_input_supported", False) or not method.takes_json


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS.keys())
def test_every_method_asks_for_scopes_that_slack_asks_for(method: Method):
    assert {*method.scopes} <= {*described(method).get("scope", {}).get("bot", ())} | {"assistant:write"}


def test_no_error_has_a_name_that_slack_does_not_know():
    known = {*schema.COMMON, "unknown_method", "no_service", "expired_url", "used_url", "invalid_payload"}
    known |= {error for each in METHODS for error in schema.methods()[each].get("errors", ())}
    folder = Path(schema.__file__).parent
    names = ("methods_*", "composing", "given", "oauth", "rest", "responding", "views")
    paths = [path for name in names for path in folder.glob(f"{name}.py")]
    calls = [node for path in paths for node in ast.walk(ast.parse(path.read_text()))]
    said = {
        node.args[0].value
        for node in calls
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "refused"
        and isinstance(node.args[0], ast.Constant)
    }

    assert len(said) > 50
    assert said - known == set()


def call(name: str, status: int = 200, error: str = "", **args: Any) -> Call:
    return Call(at=0, name=name, args=args, status=status, error=error)


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (call("chat.shout", channel="C1"), "chat.shout is no method"),
        (call("chat.update", channel="C1"), "chat.update: ts is missing"),
        (call("chat.update", channel="C1", ts="1.2", colour="red"), "chat.update: colour is not known"),
        (call("chat.update", channel=["C1"], ts={}), "chat.update: ts is of the type dict"),
        (call("files.getUploadURLExternal", filename="a", length="many"), "length is no number"),
        (call("files.completeUploadExternal", files=[{"title": "a"}]), "files 0 has no id"),
        (call("chat.update", error="no_such_error"), "no_such_error is none of its errors"),
    ],
)
def test_a_call_that_the_description_does_not_allow_is_complained_of(made: Call, said: str):
    assert any(said in each for each in schema.complaints(made))


@pytest.mark.parametrize(
    "made",
    [
        call("chat.postMessage", channel="C1", text="x", blocks=[{"type": "divider"}]),
        call("files.getUploadURLExternal", filename="a", length="12"),
        call("chat.update", error="message_not_found"),
        call("chat.update", error="invalid_auth"),
        call("upload"),
        call("chat.appendStream", channel="C1", ts="1.2", chunks=[]),
        call("chat.update", status=429, error="ratelimited"),
    ],
)
def test_a_call_that_it_allows_is_not(made: Call):
    assert schema.complaints(made) == []
