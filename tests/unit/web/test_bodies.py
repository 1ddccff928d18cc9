"""What a body has to be: a JSON object whose texts can be written down."""

import pytest
from aiohttp import web

from adapters.web.bodies import object_of


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 100_000, b"[]", b'"a"', b"\xff"])
def test_what_is_no_json_object_is_told_so(body):
    with pytest.raises(web.HTTPBadRequest):
        object_of(body)


@pytest.mark.parametrize("body", [b'{"a": "\\ud800"}', b'{"\\udfff": 1}', b'{"a": [{"b": "x\\uDC00"}]}'])
def test_half_of_a_sign_is_no_text(body):
    with pytest.raises(web.HTTPUnprocessableEntity) as told:
        object_of(body)
    assert told.value.text == "Some of that is no text: type it anew."


def test_a_whole_sign_may_be_escaped():
    assert object_of(b'{"a": "\\ud83d\\ude00"}') == {"a": "\U0001f600"}
