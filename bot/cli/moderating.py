"""What `fairbrush users`, `policy` and `audit` do: measures of the operator's, in the words that a chat takes."""

import asyncio
import getpass
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bot.cli.answers import say_answer
from bot.cli.service import state_folder
from bot.cli.setting_up import load_settings, open_catalog
from bot.cli.store import opened_store
from bot.cli.terminal import say, say_json, say_table
from bot.errors import SubmissionError
from bot.holds import Held, held
from bot.ids import IdKind, fault_of_id, fault_of_platform
from bot.intake import Knowledge
from bot.jobs import Tenant
from bot.measuring import read_measure
from bot.moderation import Moderation
from bot.moderators import audit_row
from bot.naming import requester_of
from bot.policy.audit import AuditEntry, as_data, entry_of
from bot.policy.measures import Actor, Measure, OfUser, Rank, ShowAudit, ShowRecent, ShowUser, refusal_of_whom
from bot.policy.periods import IN_UTC
from bot.policy.rulebook import apart
from bot.ports import AuditStore
from bot.service.asking import moderation_of
from workflows.vocabulary import Vocabulary

_PAGE = 200
_NOTHING = "Nothing was done yet."
_EXAMPLE = "discord/41771983423143937"


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Which community is meant, and where its store is."""

    community: str | None  #: `discord/1001`; None: everywhere
    state: Path | None

    @property
    def tenant(self) -> Tenant | None:
        """Return the community; raises SubmissionError for what names none."""
        if self.community is None:
            return None
        platform, name = apart(self.community)
        if not platform or not name:
            raise SubmissionError(f"A community is named with its platform: --in {_EXAMPLE}.")
        if fault := fault_of_platform(platform) or fault_of_id(platform, IdKind.COMMUNITY, name):
            raise SubmissionError(f"{fault}.")
        return Tenant(platform=platform, id=name)


def take(words: Sequence[str], where: Where, *, as_json: bool) -> None:
    """Do what words say, as in a chat, and print what was done; raises InvalidValues, SubmissionError, StoreLost."""
    tenant = where.tenant

    async def work(moderation: Moderation) -> None:
        workflows = moderation.knowledge.catalog().workflows
        measure = at_home(read_measure(" ".join(words), workflows), tenant)
        say_answer(await moderation.do(operator(), measure, tenant), as_json=as_json)

    _with_moderation(work, where)


def show_policy(user: str, where: Where, roles: Sequence[str], *, as_json: bool) -> None:
    """Print what holds for somebody, and from where each value comes."""
    tenant = where.tenant

    async def work(moderation: Moderation) -> None:
        measure = at_home(read_measure(f"show {user}"), tenant)
        if not isinstance(measure, ShowUser):
            raise SubmissionError("Say who it is by their id.")
        if nobody := refusal_of_whom(measure, tenant):
            raise nobody
        rules = moderation.overseeing.rules
        await rules.audit.add(entry_of(operator(), measure, tenant))
        holding = await rules.holding(requester_of(measure.user, tenant), roles)
        say_held(held(holding, moderation.overseeing.places()), as_json=as_json)

    _with_moderation(work, where)


def say_held(rows: Sequence[Held], *, as_json: bool) -> None:
    """Print what holds for somebody."""
    if as_json:
        say_json([{"name": each.name, "value": each.value, "source": each.source} for each in rows])
    else:
        say_table([(each.name, each.source, each.value) for each in rows], head=("what", "from", "value"))


def show_audit(user: str | None, where: Where, limit: int, *, as_json: bool) -> None:
    """Print who did what, the newest first; as JSON one line for each entry."""
    tenant = where.tenant
    # Whoever is named as nobody is kept would be said to have done nothing.
    if user and tenant is None and "/" not in user:
        raise SubmissionError(f"Say in which community, with --in {_EXAMPLE}, or on which platform: discord/{user}.")

    async def work(moderation: Moderation) -> None:
        audit = moderation.overseeing.rules.audit
        measure = at_home(ShowAudit(user=user), tenant)
        whose = measure.user if isinstance(measure, ShowAudit) else None
        found = await entries(audit, tenant, whose, limit)
        await audit.add(entry_of(operator(), measure, tenant))
        say_entries(found, as_json=as_json)

    _with_moderation(work, where)


def say_entries(found: Sequence[AuditEntry], *, as_json: bool) -> None:
    """Print entries of the audit."""
    if as_json:
        for each in found:
            # Escaped, so that a line is a line whatever is in it.
            say(json.dumps(as_data(each)))
    elif found:
        say_table(map(audit_row, found), head=(f"when {IN_UTC}, who", "what"))
    else:
        say(_NOTHING)


async def entries(audit: AuditStore, tenant: Tenant | None, user: str | None, limit: int) -> Sequence[AuditEntry]:
    """Return the latest entries, page by page; all of them with a limit of 0."""
    found: list[AuditEntry] = []
    while not limit or len(found) < limit:
        before = found[-1].id if found else None
        page = await audit.newest(tenant, user=user, limit=_PAGE, before=before)
        found += page
        if len(page) < _PAGE:
            break
    return found[:limit] if limit else found


def operator() -> Actor:
    """Return whoever has this command line: they have the store, so nothing is kept from them."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError):  # a container may give its user no name
        name = "operator"
    return Actor(id=name, name=name, platform="local", tenant=None, rank=Rank.OPERATOR)


def at_home(measure: Measure, tenant: Tenant | None) -> Measure:
    """Return a measure whose user is named as the book of that community does: without the platform's name."""
    if tenant is None or not isinstance(measure, OfUser | ShowAudit | ShowRecent) or not measure.user:
        return measure
    platform, name = apart(measure.user)
    return replace(measure, user=name) if platform == tenant.platform and name else measure


def _with_moderation(work: Callable[[Moderation], Awaitable[None]], where: Where) -> None:
    asyncio.run(_done(work, where))


async def _done(work: Callable[[Moderation], Awaitable[None]], where: Where) -> None:
    async with opened_bench(where) as moderation:
        await work(moderation)


@asynccontextmanager
async def opened_bench(where: Where) -> AsyncIterator[Moderation]:
    """Open the bench of moderation on the store of the running service, else on an engine of our own for as long."""
    settings = load_settings()
    catalog = await asyncio.to_thread(open_catalog, settings)
    rules = [place.rule for place in settings.places]
    knowledge = Knowledge(
        catalog=lambda: catalog, vocabulary=Vocabulary, usual=lambda: settings.default_workflow, rules=lambda: rules
    )
    async with opened_store(settings, state_folder(where.state or settings.state_dir)) as (pool, _):
        yield moderation_of(pool, settings, knowledge)
