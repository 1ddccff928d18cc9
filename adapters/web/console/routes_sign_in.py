"""Getting in, by a link that works once, and out again. A link that is only fetched does nothing and stays good."""

from urllib.parse import parse_qs

from aiohttp import web

from adapters.web.bodies import body_of
from adapters.web.console.guarding import PATH, Guarding
from adapters.web.console.rendering import ConsolePages
from adapters.web.console.sockets import Sockets
from adapters.web.console.visits import Visit
from bot.errors import StoreLost
from bot.signing_in import SIGN_IN, SigningIn

_FORM_BYTES = 2048
_FORM_S = 10.0


class SignInRoutes:
    """The page of a link, and what its button does."""

    def __init__(self, signing: SigningIn, guarding: Guarding, pages: ConsolePages, sockets: Sockets) -> None:
        self._signing = signing
        self._guarding = guarding
        self._pages = pages
        self._sockets = sockets

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.get(SIGN_IN, self._guarding.open(self._page), allow_head=False),
            web.post(SIGN_IN, self._guarding.open(self._begin)),
            web.post(f"{PATH}/sign-out", self._guarding.signed_in(self._end)),
        ]

    async def _page(self, _: web.Request) -> web.Response:
        return self._pages.sign_in()

    async def _begin(self, request: web.Request) -> web.Response:
        self._guarding.check_attempt(request)
        token = await _token_in(request)
        try:
            cookie = await self._signing.begin(token)
        except (StoreLost, TimeoutError):
            return self._pages.away()
        if cookie is None:
            return self._pages.spent()
        response = _to(PATH)
        self._guarding.let_in(request, response, cookie)
        return response

    async def _end(self, _: web.Request, visit: Visit) -> web.Response:
        await self._signing.end(visit.cookie)
        await self._sockets.close_of(visit.cookie)
        response = _to(PATH)
        self._guarding.let_out(response)
        return response


async def _token_in(request: web.Request) -> str:
    """Read the one field of the form."""
    if request.content_type != "application/x-www-form-urlencoded":
        raise web.HTTPUnsupportedMediaType(text="Send the form.")
    body = await body_of(request, most=_FORM_BYTES, within_s=_FORM_S)
    try:
        fields = parse_qs(body.decode("ascii", "replace"), max_num_fields=4)
    except ValueError as error:
        raise web.HTTPBadRequest(text="That is no form of ours.") from error
    return fields.get("token", [""])[0]


def _to(path: str) -> web.Response:
    return web.Response(status=303, headers={"Location": path})
