"""What every call of a method passes on its way: record, mishap, token, scopes, tier, arguments, method."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from .faults import Dropped, Error, Faults, Held, Lost, Mishap, Status, TooMany
from .given import Given, Refused, arguments, decoded, refused
from .methods import METHODS, Method
from .record import Call, Record
from .shapes import Json
from .socket import SocketMode
from .state import Token, World
from .tiers import Tiers

_COMMON = frozenset({"token", "team_id"})
"""What any call may say; slack-bolt names the team with every one."""


class HungUp(Exception):
    """The connection ends without an answer."""


@dataclass(slots=True)
class Turned(Exception):
    """Something in front of the method answers: a status without JSON, or too many requests."""

    status: int
    retry_after: int = 0

    @property
    def body(self) -> Json:
        """What is said."""
        return {"ok": False, "error": "ratelimited"} if self.retry_after else {}

    def response(self) -> web.Response:
        """Return the answer."""
        if self.retry_after:
            headers = {"Retry-After": str(self.retry_after)}
            return web.json_response(self.body, status=self.status, headers=headers)
        return web.Response(status=self.status, text="upstream connect error", content_type="text/html")


class Rest:
    """Serves `/api/{method}`, and counts and hinders everything else that is asked of Slack."""

    def __init__(self, world: World, socket: SocketMode, record: Record, faults: Faults) -> None:
        self._world, self._socket, self._record, self._faults = world, socket, record, faults
        self._tiers = Tiers(world.limits)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer a call of a method."""
        method = METHODS.get(request.match_info["method"])

        async def answer(call: Call) -> web.Response:
            try:
                body = await self._answer(request, method, call)
            except Refused as no:
                body = no.body()
            call.answer = body
            return web.json_response(body, headers=self._scopes(request))

        return await self.through(request, request.match_info["method"], answer)

    async def through(
        self, request: web.Request, name: str, answer: Callable[[Call], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Write a request down, let it meet with what is planned for it, and answer."""
        self._world.settle()
        call = Call(at=self._world.clock.now(), name=name, http=request.method)
        self._record.calls.append(call)
        mishap = self._faults.meet(name)
        try:
            response = await self._answered(call, mishap, answer)
        except Turned as no:
            call.answer, response = no.body, no.response()
        except HungUp:
            self._finish(call, 0)
            if request.transport is not None:
                request.transport.close()
            return web.Response(status=500)
        self._finish(call, response.status)
        return response

    async def _answered(
        self, call: Call, mishap: Mishap | None, answer: Callable[[Call], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        if (said := await self._met(mishap)) is not None:
            call.answer = said
            return web.json_response(said)
        response = await answer(call)
        if isinstance(mishap, Lost):
            raise HungUp
        return response

    async def _met(self, mishap: Mishap | None) -> Json | None:
        match mishap:
            case Dropped():
                raise HungUp
            case Status(status=status):
                raise Turned(status)
            case TooMany(after_s=wait):
                raise Turned(429, wait)
            case Error(error=error):
                return {"ok": False, "error": error}
            case Held(until=until):
                await until.wait()
        return None

    async def _answer(self, request: web.Request, method: Method | None, call: Call) -> Json:
        if method is None:
            raise refused("unknown_method")
        args = await arguments(request, self._world.limits.request_bytes, takes_json=method.takes_json)
        call.args = decoded(args)
        token = self._token(request, method, args)
        call.team = token.team.id if token else ""
        given = Given(world=self._world, socket=self._socket, token=token, args=args)
        if token is not None:
            given.must_have(*method.scopes)
        self._spend(method, given)
        if unknown := args.keys() - method.args - _COMMON:
            raise refused("invalid_arguments", [f"no such argument: {each}" for each in sorted(unknown)])
        if method.must_post and request.method != "POST":
            raise refused("insecure_request")
        return {"ok": True, **await method.serve(given)}

    def _scopes(self, request: web.Request) -> dict[str, str]:
        """Return the header in which Slack tells what a token may do, with every answer to it."""
        token = self._world.tokens.get(request.headers.get("Authorization", "").removeprefix("Bearer "))
        return {"X-OAuth-Scopes": ",".join(sorted(token.scopes))} if token else {}

    def _token(self, request: web.Request, method: Method, args: Json) -> Token | None:
        """Return the token of a call; raises what is wrong with it."""
        if method.opened_by == "nothing":
            return None
        shown = request.headers.get("Authorization", "").removeprefix("Bearer ") or str(args.get("token", ""))
        if not shown:
            raise refused("not_authed")
        is_of_app = shown == self._world.app.token and self._world.is_app_token_good
        if method.opened_by == "app":
            if is_of_app:
                return None
            raise refused("not_allowed_token_type" if shown in self._world.tokens else "invalid_auth")
        token = self._world.tokens.get(shown)
        if token is None:
            raise refused("not_allowed_token_type" if is_of_app else "invalid_auth")
        if token.revoked:
            raise refused(token.revoked)
        return token

    def _spend(self, method: Method, given: Given) -> None:
        """Raise 429 when the tier of the method is used up, or the channel's own second."""
        now, team = self._world.clock.now(), given.token.team.id if given.token else ""
        wait = self._tiers.spend(method.name, team, method.tier, now)
        if not wait and method.tier == "post":
            wait = self._tiers.post(team, str(given.args.get("channel")), now)
        if wait:
            raise Turned(429, wait)

    def _finish(self, call: Call, status: int) -> None:
        self._record.finish(call, status, call.answer, self._world.clock.now())
        self._world.changed()
