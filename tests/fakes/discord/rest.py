"""The routes, and what every request passes on its way: record, mishap, token, limits, body, handler."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from aiohttp import web

from . import routes_commands, routes_interactions, routes_messages, routes_places, routes_webhooks
from .asks import Answer, Ask, read
from .buckets import Buckets, Rate, Verdict, refusing
from .faults import Dropped, Faults, Held, Lost, Mishap, Status, TooMany
from .gateway import Gateway
from .limits import Limits
from .record import Call, Record
from .refusals import Refused, invalid, not_found, refused, unauthorized
from .shapes import Fault
from .state import World

PREFIX = "/api/v10"
Bucket = Literal["create", "edit", "delete", "token create", "token edit", "other", "none"]
_MAJOR = ("channel_id", "guild_id", "webhook_id", "webhook_token")


@dataclass(frozen=True, slots=True)
class Route:
    """One route; those of a token ask for no Authorization and are free of the global limit."""

    method: str
    path: str
    serve: Callable[[Ask], Awaitable[Answer]]
    bucket: Bucket = "other"
    query: frozenset[str] = frozenset()
    is_of_token: bool = False


def _of_token(method: str, path: str, serve: Callable[[Ask], Awaitable[Answer]], bucket: Bucket, *query: str) -> Route:
    return Route(method, path, serve, bucket, frozenset(query), is_of_token=True)


_ONE = "/channels/{channel_id}/messages/{message_id}"
_HOOK = "/webhooks/{webhook_id}/{webhook_token}"
_BY_HOOK = f"{_HOOK}/messages/{{message_id}}"
_ORIGINAL = f"{_HOOK}/messages/@original"
_CALLBACK = "/interactions/{interaction_id}/{interaction_token}/callback"
_EVERYWHERE = "/applications/{application_id}/commands"
_IN_GUILD = "/applications/{application_id}/guilds/{guild_id}/commands"

ROUTES: tuple[Route, ...] = (
    Route("GET", "/users/@me", routes_places.me),
    Route("PATCH", "/users/@me", routes_places.rename_me),
    Route("GET", "/users/@me/guilds", routes_places.my_guilds, query=frozenset({"limit", "before", "after"})),
    Route("DELETE", "/users/@me/guilds/{guild_id}", routes_places.leave),
    Route("POST", "/users/@me/channels", routes_places.open_dm),
    Route("GET", "/users/{user_id}", routes_places.user),
    Route("GET", "/oauth2/applications/@me", routes_places.application),
    Route("GET", "/applications/@me", routes_places.application),
    Route("GET", "/gateway", routes_places.gateway),
    Route("GET", "/gateway/bot", routes_places.gateway_bot),
    Route("GET", "/guilds/{guild_id}", routes_places.guild, query=frozenset({"with_counts"})),
    Route("GET", "/guilds/{guild_id}/channels", routes_places.guild_channels),
    Route("GET", "/guilds/{guild_id}/members/{user_id}", routes_places.guild_member),
    Route("GET", "/channels/{channel_id}", routes_places.channel),
    Route("POST", "/channels/{channel_id}/typing", routes_messages.typing),
    Route(
        "GET",
        "/channels/{channel_id}/messages",
        routes_messages.list_them,
        query=frozenset({"limit", "before", "after", "around"}),
    ),
    Route("POST", "/channels/{channel_id}/messages", routes_messages.create, "create"),
    Route("GET", _ONE, routes_messages.fetch),
    Route("PATCH", _ONE, routes_messages.update, "edit"),
    Route("DELETE", _ONE, routes_messages.delete, "delete"),
    _of_token("POST", _CALLBACK, routes_interactions.answer, "none", "with_response"),
    _of_token("POST", _HOOK, routes_webhooks.follow_up, "token create", "wait", "with_components", "thread_id"),
    _of_token("GET", _ORIGINAL, routes_webhooks.fetch_original, "other", "thread_id"),
    _of_token("PATCH", _ORIGINAL, routes_webhooks.update_original, "token edit", "thread_id", "with_components"),
    _of_token("DELETE", _ORIGINAL, routes_webhooks.delete_original, "token edit", "thread_id"),
    _of_token("GET", _BY_HOOK, routes_webhooks.fetch, "other", "thread_id"),
    _of_token("PATCH", _BY_HOOK, routes_webhooks.update, "token edit", "thread_id", "with_components"),
    _of_token("DELETE", _BY_HOOK, routes_webhooks.delete, "token edit", "thread_id"),
    *(
        route
        for scope in (_EVERYWHERE, _IN_GUILD)
        for route in (
            Route("GET", scope, routes_commands.list_them, query=frozenset({"with_localizations"})),
            Route("PUT", scope, routes_commands.replace),
            Route("POST", scope, routes_commands.create),
            Route("GET", f"{scope}/{{command_id}}", routes_commands.fetch),
            Route("PATCH", f"{scope}/{{command_id}}", routes_commands.update),
            Route("DELETE", f"{scope}/{{command_id}}", routes_commands.delete),
        )
    ),
)


def _rates(limits: Limits) -> dict[str, Rate]:
    shapes: dict[str, tuple[int, float]] = {
        "create": (limits.creates, limits.creates_s),
        "edit": (limits.edits, limits.edits_s),
        "delete": (limits.deletes, limits.deletes_s),
        "token create": (limits.creates, limits.creates_s),
        "token edit": (limits.edits, limits.edits_s),
        "other": (limits.others, limits.others_s),
    }
    return {name: Rate(name=name, most=most, per_s=per_s) for name, (most, per_s) in shapes.items()}


class Rest:
    """Serves every route of the API."""

    def __init__(self, world: World, gateway: Gateway, record: Record, faults: Faults) -> None:
        self._world, self._gateway, self._record, self._faults = world, gateway, record, faults
        self._buckets = Buckets()
        self._rates = _rates(world.limits)
        self._overall = Rate(name="overall", most=world.limits.overall, per_s=1.0)

    def register(self, router: web.UrlDispatcher) -> None:
        """Lay the routes; what matches none is 404."""
        for route in sorted(ROUTES, key=lambda each: each.path.count("{")):  # @original before {message_id}
            router.add_route(route.method, PREFIX + route.path, self._serving(route))
        unknown = Route("*", "(unknown)", _unknown, "none", is_of_token=True)
        router.add_route("*", "/api/{tail:.*}", self._serving(unknown))

    def _serving(self, route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def serve(request: web.Request) -> web.StreamResponse:
            return await self._serve(route, request)

        return serve

    async def _serve(self, route: Route, request: web.Request) -> web.StreamResponse:
        now = self._world.clock.now()
        call = Call(at=now, method=request.method, route=route.path, path=request.path, query=dict(request.query))
        self._record.calls.append(call)
        headers: dict[str, str] = {}
        mishap = self._faults.meet(call.name)
        try:
            await self._meet(mishap)
            headers |= self._admit(route, request)
            answer = await self._carry_out(route, request, call)
        except Refused as no:
            headers |= refusing(no.more["retry_after"], "user") if "retry_after" in no.more else {}
            return self._answered(call, Answer(no.status, no.body()), headers, code=no.code)
        except _TooMany as no:
            return self._answered(call, Answer(429, no.verdict.body), {**headers, **no.verdict.headers})
        except _Cloudflare as no:
            self._finish(call, no.status, 0)
            text = "error code: 1015" if no.status == 429 else "upstream connect error"
            return web.Response(status=no.status, text=text, content_type="text/html")
        except _HungUp:
            return self._hang_up(call, request)
        if isinstance(mishap, Lost):
            return self._hang_up(call, request)
        return self._answered(call, answer, headers)

    async def _meet(self, mishap: Mishap | None) -> None:
        match mishap:
            case Dropped():
                raise _HungUp
            case Status(status=429) | TooMany(via=False):
                raise _Cloudflare(429)
            case Status(status=status) if status >= 500:
                raise _Cloudflare(status)
            case Status(status=status):
                raise Refused(status, 0, f"{status}: as told")
            case TooMany(after_s=wait, is_global=is_global):
                headers = refusing(wait, "global" if is_global else "user")
                raise _TooMany(Verdict(headers=headers, retry_after=wait, is_global=is_global))
            case Held(until=until):
                await until.wait()

    def _admit(self, route: Route, request: web.Request) -> dict[str, str]:
        """Return the headers of the bucket; raises what keeps a request out."""
        now = self._world.clock.now()
        if self._record.is_banned(self._world.limits, now):
            raise _Cloudflare(429)
        given = request.headers.get("Authorization")
        if not (route.is_of_token and given is None) and given != f"Bot {self._world.token}":
            raise unauthorized()
        if not route.is_of_token and (verdict := self._buckets.spend_overall(self._overall, now)).retry_after:
            raise _TooMany(verdict)
        if route.bucket == "none":
            return {}
        major = "+".join(request.match_info[name] for name in _MAJOR if name in request.match_info)
        if route.bucket == "other":
            major = f"{route.method} {route.path} {major}"
        verdict = self._buckets.spend(self._rates[route.bucket], major, now)
        if verdict.retry_after:
            raise _TooMany(verdict)
        return verdict.headers

    async def _carry_out(self, route: Route, request: web.Request, call: Call) -> Answer:
        body, uploads = await read(request, self._world.limits.request_bytes)
        call.body, call.files = body, tuple(each.name for each in uploads)
        if unknown := [*request.query.keys() - route.query]:
            raise invalid(
                Fault(path=(name,), code="UNKNOWN_FIELD", message="This is not known here.") for name in unknown
            )
        if route.method in {"POST", "PATCH", "PUT"} and body is None and not route.path.endswith("/typing"):
            raise refused(50109)
        ask = Ask(
            world=self._world,
            gateway=self._gateway,
            params=dict(request.match_info),
            query=dict(request.query),
            body=body,
            uploads=uploads,
        )
        return await route.serve(ask)

    def _hang_up(self, call: Call, request: web.Request) -> web.Response:
        self._finish(call, 0, 0)
        if request.transport is not None:
            request.transport.close()
        return web.Response(status=500)

    def _answered(self, call: Call, answer: Answer, headers: dict[str, str], *, code: int = 0) -> web.Response:
        self._finish(call, answer.status, code)
        if answer.status == 204:
            return web.Response(status=204, headers=headers)
        response = web.json_response(answer.body, status=answer.status, headers=headers)
        response.headers["Content-Type"] = "application/json"  # exactly: clients compare it as a whole
        return response

    def _finish(self, call: Call, status: int, code: int) -> None:
        self._record.finish(call, status, code, self._world.clock.now())
        self._world.changed()


async def _unknown(ask: Ask) -> Answer:
    raise not_found()


class _HungUp(Exception):
    """The connection ends without an answer."""


@dataclass(slots=True)
class _TooMany(Exception):
    verdict: Verdict


@dataclass(slots=True)
class _Cloudflare(Exception):
    """Something in front of Discord answers."""

    status: int
