"""How the page and the console answer: with a piece of HTML, and with the status of what was refused."""

from aiohttp import web

from bot.errors import FairbrushError, QueueFull, SubmissionError
from workflows.faults import InvalidValues


def fragment(html: str, status: int = 200) -> web.Response:
    """Answer with a piece of a page."""
    return web.Response(text=html, status=status, content_type="text/html")


def status_of(error: Exception) -> int:
    """Return the status that says what became of a request."""
    match error:
        case InvalidValues() | SubmissionError():
            return 422
        case QueueFull():
            return 429
        case FairbrushError() | TimeoutError():
            return 503
    return 500
