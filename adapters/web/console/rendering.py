"""The console as HTML. Templates escape whatever people wrote; no script and no style stands inline."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiohttp import web

from adapters.web.console.dialogs import Dialog, community_verbs, person_verbs, title_of
from adapters.web.console.drawing import chart_of, part, percent
from adapters.web.console.looks import Look, Section
from adapters.web.console.visits import Visit, spelled
from adapters.web.rendering import assets_digest, templates
from bot.answers import Answer, Tone
from bot.console.sessions import LINK_TIME
from bot.console.views import JobLine, LiveView, OpenView, PendingView, PersonLine, ReportView, UsageView
from bot.deadlines import spelled as spelled_out
from bot.events import MediaKind
from bot.jobs import DIRECT, Tenant
from bot.policy.audit import AuditEntry
from bot.policy.measures import Rank
from bot.policy.rulebook import Deed, Pattern, Reading
from bot.recounting import recounted
from bot.servers import ServerState

_RETRY_S = "5"
_DIRECT = "direct messages"

_GPUS = 8
"""GPUs that are shown large: more push the queue out of sight."""

_TITLES: Mapping[Section, str] = {
    Section.NOW: "Now",
    Section.USE: "Use",
    Section.PEOPLE: "People",
    Section.REPORTS: "Reports",
    Section.REVIEW: "Review",
    Section.BLOCKLIST: "Blocklist",
    Section.AUDIT: "Audit",
}

_STATES: Mapping[ServerState | None, str] = {
    ServerState.STARTING: "not reached yet",
    ServerState.READY: "ready",
    ServerState.DRAINING: "finishing, takes nothing new",
    ServerState.SUSPECT: "on trial",
    ServerState.DOWN: "down",
    None: "nobody tells",
}

_DEEDS: Mapping[Deed, str] = {Deed.BLOCK: "refused", Deed.REPLACE: "replaced", Deed.FLAG: "noted"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A page of the console: the section that is looked at, in its surroundings."""

    look: Look
    panel: str
    communities: Sequence[Tenant]  #: to choose from; empty: there is no choice
    title: str
    open: OpenView  #: how much there is to look at


class ConsolePages:
    """Renders; holds nothing but compiled templates."""

    def __init__(self, title: str = "Fairbrush") -> None:
        self._title = title
        self._templates = templates()
        self._templates.filters |= {
            "community": _community,
            "spelled": spelled,
            "lasting": _lasting,
            "part": part,
            "percent": percent,
            "recounted": recounted,
            "title_of": title_of,
        }
        self._templates.globals |= {
            "assets": assets_digest(),
            "kinds": MediaKind,
            "titles": _TITLES,
            "states": _STATES,
            "deeds": _DEEDS,
            "expression": Reading.EXPRESSION,
        }

    # ---- Pages ----

    def page(self, visit: Visit, whole: Whole) -> web.Response:
        """Answer with the console itself."""
        return self._answer(
            "page.html",
            whole=whole,
            look=whole.look,
            actor=visit.actor,
            is_operator=visit.actor.rank is Rank.OPERATOR,
            sections=[(section, _TITLES[section]) for section in Section],
            badges=badges(whole.open),
            verbs=[verb for verb in community_verbs(visit.actor.rank) if whole.look.tenant or not verb.is_of_community],
        )

    def sign_in(self) -> web.Response:
        """Answer with the page of a link: one button, for a look at it does nothing."""
        return self._answer("sign_in.html", title=self._title)

    def spent(self) -> web.Response:
        """Say that a link works no more."""
        return self._said(
            "This link has been used",
            f"A link to the console works once, for {LINK_TIME}. Ask for another one:",
            status=403,
            is_how=True,
        )

    def shut(self) -> web.Response:
        """Say how to get in; nothing else is told without a session."""
        return self._said(
            "Sign in to the console",
            "It opens with a link that works once. Whoever moderates gets one:",
            status=403,
            is_how=True,
        )

    def unchecked(self) -> web.Response:
        """Say that it cannot be told at the moment whether somebody still has the right; the page asks again."""
        return self._said(
            "One moment",
            "Whether you still moderate here cannot be checked right now. This page tries again by itself.",
            status=503,
            is_retried=True,
        )

    def away(self) -> web.Response:
        """Say that what is shown cannot be read at the moment; the page asks again."""
        return self._said(
            "One moment",
            "The queue cannot be reached right now; nothing of it is lost. This page tries again by itself.",
            status=503,
            is_retried=True,
        )

    def elsewhere(self) -> web.Response:
        """Say that somebody may not look there."""
        return self._said("That is not yours to see", "You moderate another community.", status=403, is_home=True)

    # ---- Sections ----

    def now(self, look: Look, view: LiveView, rank: Rank = Rank.MODERATOR) -> str:
        """Render the queue and the GPUs: of many those that need somebody first and large, below the queue."""
        is_crowded = len(view.gpus) > _GPUS
        gpus = sorted(view.gpus, key=lambda each: is_crowded and each.state is ServerState.READY)
        working = [each for each in view.gpus if each.jobs or each.elsewhere]
        more = {"gpus": gpus, "is_crowded": is_crowded, "is_operator": rank is Rank.OPERATOR}
        return self._render("now.html", look=look, view=view, queue=view.queue, working=working, **more)

    def use(self, look: Look, view: UsageView) -> str:
        """Render who used how much over time."""
        return self._render("use.html", look=look, view=view, chart=chart_of(view))

    def people(self, look: Look, people: Sequence[PersonLine], rank: Rank) -> str:
        """Render people with their quotas."""
        return self._render("people.html", look=look, people=people, verbs=person_verbs(rank))

    def reports(self, look: Look, reports: Sequence[ReportView]) -> str:
        """Render what was reported, with its pictures."""
        return self._render("reports.html", look=look, reports=reports)

    def review(self, look: Look, pending: Sequence[PendingView]) -> str:
        """Render what waits for a moderator, with its pictures."""
        return self._render("review.html", look=look, pending=pending)

    def blocklist(self, look: Look, own: Sequence[Pattern], everywhere: Sequence[Pattern], rank: Rank) -> str:
        """Render what texts may not have."""
        is_operator = rank is Rank.OPERATOR
        return self._render("blocklist.html", look=look, own=own, everywhere=everywhere, is_operator=is_operator)

    def audit(self, look: Look, entries: Sequence[AuditEntry]) -> str:
        """Render who did what."""
        return self._render("audit.html", look=look, entries=entries)

    # ---- Pieces ----

    def person(self, look: Look, person: tuple[str, str], answer: Answer, jobs: Sequence[JobLine], rank: Rank) -> str:
        """Render somebody: what holds for them, and their latest jobs. A person is their id and their name."""
        user, name = person
        return self._render(
            "person.html", look=look, user=user, name=name, answer=answer, jobs=jobs, verbs=person_verbs(rank)
        )

    def dialog(self, look: Look, dialog: Dialog) -> str:
        """Render what is asked before something is done."""
        return self._render("dialog.html", look=look, dialog=dialog)

    def answer(self, answer: Answer) -> str:
        """Render what was done."""
        return self._render("answer.html", answer=answer, tone=_tone(answer))

    def _said(self, headline: str, sentence: str, *, status: int, **more: bool) -> web.Response:
        flags = {"is_how": False, "is_home": False, "is_retried": False} | more
        response = self._answer("said.html", headline=headline, sentence=sentence, title=self._title, **flags)
        response.set_status(status)
        if flags["is_retried"]:
            response.headers["Refresh"] = response.headers["Retry-After"] = _RETRY_S
        return response

    def _answer(self, template: str, **context: object) -> web.Response:
        return web.Response(text=self._render(template, **context), content_type="text/html")

    def _render(self, template: str, **context: object) -> str:
        return self._templates.get_template(f"console/{template}").render(context)


def badges(view: OpenView) -> dict[str, str]:
    """Return what stands beside the titles of sections; empty where nothing is open."""
    counts = {Section.REPORTS: view.reports, Section.REVIEW: view.reviews}
    return {
        section.value: f"{each.number}{'+' if each.is_more else ''}" if each.number else ""
        for section, each in counts.items()
    }


def _tone(answer: Answer) -> str:
    return {Tone.GOOD: "good", Tone.BAD: "bad", Tone.PLAIN: "plain"}[answer.tone]


def _community(tenant: Tenant | None, names: Mapping[Tenant, str]) -> str:
    """Return what a community is called: by its id where nobody told its name."""
    if tenant is None:
        return "Everywhere"
    return f"{tenant.platform.capitalize()} · {_DIRECT if tenant.id == DIRECT else names.get(tenant, tenant.id)}"


def _lasting(ms: float) -> str:
    return spelled_out(ms / 1000) if ms >= 1000 else ("under a second" if ms else "nothing")
