"""Doing: dialogs made of the verbs, and what they say given to the bench, as everything that is done anywhere."""

from aiohttp import web

from adapters.web.answers import fragment, status_of
from adapters.web.console.dialogs import Choices, dialog_of, offered, raw_of
from adapters.web.console.guarding import PATH, Guarding
from adapters.web.console.limits import ConsoleLimits
from adapters.web.console.looks import LONGEST, Section
from adapters.web.console.reading import content_of, look_in
from adapters.web.console.rendering import ConsolePages
from adapters.web.console.visits import Visit, acting_in
from bot.answers import Answer
from bot.desk import Desk
from bot.jobs import Tenant
from bot.policy.measures import Rank
from bot.policy.verbs import NOW, Verb
from bot.presiding import Presiding
from bot.refusals import refused

_ROUTE = f"{PATH}/deeds/{{verb}}"


class DeedRoutes:
    """Dialogs, and what they come to."""

    def __init__(self, desk: Desk, guarding: Guarding, pages: ConsolePages, limits: ConsoleLimits) -> None:
        self._desk = desk
        self._presiding = Presiding(bench=desk, command="/mod")
        self._guarding = guarding
        self._pages = pages
        self._limits = limits

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        inside = self._guarding.signed_in
        return [web.get(_ROUTE, inside(self._dialog), allow_head=False), web.post(_ROUTE, inside(self._do))]

    async def _dialog(self, request: web.Request, visit: Visit) -> web.Response:
        look, verb = look_in(request, visit, Section.NOW), _verb(request, visit.actor.rank)
        given = {name: text[:LONGEST] for name, text in request.query.items()}
        dialog = dialog_of(verb, given, given.get("name", given.get("user", "")), self._choices(look.tenant))
        return fragment(self._pages.dialog(look, dialog))

    async def _do(self, request: web.Request, visit: Visit) -> web.Response:
        # Whoever may not is refused by the bench, which writes that down.
        look, verb = look_in(request, visit, Section.NOW), _verb(request, Rank.OPERATOR)
        raw = raw_of(verb, await content_of(request, self._limits.body_bytes))
        if verb.is_asked_back and raw.get(NOW) != NOW:
            raise web.HTTPBadRequest(text="Nothing was done yet.")
        try:
            answer = await self._presiding.do(acting_in(visit.actor, look.tenant), verb, raw)
        except Exception as error:  # noqa: BLE001 — the edge: the log has what whoever asked is not told
            return fragment(self._pages.answer(_refusal(error, verb)), status_of(error))
        return fragment(self._pages.answer(answer))

    def _choices(self, tenant: Tenant | None) -> Choices:
        limits = self._desk.limits
        tiers = limits.tiers_in(tenant) if tenant else limits.tiers
        names = dict.fromkeys(tier.name for tier in tiers)
        return Choices(workflows=tuple(self._desk.catalog().workflows), tiers=tuple(names))


def _verb(request: web.Request, rank: Rank) -> Verb:
    # What has no button is not done here either: a link to the console, above all, or a session would beget sessions.
    for verb in offered(rank):
        if verb.name == request.match_info["verb"]:
            return verb
    raise web.HTTPNotFound(text="There is no such thing to do.")


def _refusal(error: Exception, verb: Verb) -> Answer:
    return refused(error, f"console {verb.name}")
