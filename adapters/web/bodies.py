"""What a request brings as JSON, read in one place for the page and the console."""

from json import dumps, loads

from aiohttp import web


def object_of(body: bytes) -> dict[str, object]:
    """Return the JSON object that a body is; raises HTTPBadRequest, or HTTPUnprocessableEntity for what is no text."""
    try:
        content = loads(body)
        # Half of a sign alone can be escaped in JSON, and be written down nowhere.
        dumps(content, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise web.HTTPUnprocessableEntity(text="Some of that is no text: type it anew.") from error
    except (ValueError, RecursionError) as error:
        raise web.HTTPBadRequest(text="That is no JSON.") from error
    if not isinstance(content, dict):
        raise web.HTTPBadRequest(text="That is no JSON object.")
    return content
