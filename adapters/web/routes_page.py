"""The page itself and what it is made of."""

from aiohttp import web

from adapters.web.assets import Assets
from adapters.web.guards import cookie_name
from adapters.web.guests import Door
from adapters.web.room import Room

_EXAMPLES = (
    "/imagine a lighthouse at dusk, oil on canvas",
    "/imagine a fox in the snow steps:30 seed:42",
    "/imagine paper boats on a canal ar:16:9",
)


class PageRoutes:
    """The page begins a session; its parts are public."""

    def __init__(self, room: Room, door: Door, title: str) -> None:
        self._room = room
        self._door = door
        self._title = title
        self._assets = Assets()

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [web.get("/", self._page), web.get("/static/{name}", self._assets.serve)]

    async def _page(self, request: web.Request) -> web.StreamResponse:
        name = cookie_name(request.url.port or 80)
        invitation = request.query.get("invite")
        known = self._door.known(request.cookies.get(name, ""))
        session = known if known and invitation is None else self._door.invited(invitation or "")
        if session is None:
            raise web.HTTPForbidden(text="This page needs an invitation: open the whole link that you were given.")
        if invitation is None:
            html = self._room.pages.page(session.guest, title=self._title, examples=_EXAMPLES)
            response: web.StreamResponse = web.Response(text=html, content_type="text/html")
        else:
            # The invitation does not stay in the address bar, nor in the history.
            response = web.Response(status=303, headers={"Location": "/"})
        if session is not known:
            response.set_cookie(name, self._door.cookie(session), httponly=True, samesite="Strict", path="/")
        return response
