"""A service in the fake Slack, as `serve` would open it: on an engine of its own, with one simulated GPU."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters.simulator.options import SimulatorOptions
from adapters.simulator.server import Simulator
from bot.app import ServiceOptions, opened
from bot.jobs import JobRecord, Requester, Tenant
from bot.servers import ServerSpec
from bot.service.roles import AT_HOME, Role
from bot.service.running import Service
from bot.settings import Settings
from tests.fakes.slack.limits import Limits
from tests.fakes.slack.members import Member
from tests.fakes.slack.pointing import near
from tests.fakes.slack.server import FakeSlack
from tests.fakes.waiting import PATIENCE_S
from tests.integration.web.desk import DEMO, KEY

ROLES = AT_HOME | {Role.SLACK}

PUBLIC = "https://paint.example.org"
"""Where a proxy of the operator's would be."""


def secrets_of(slack: FakeSlack, *, by_socket: bool = False, many: bool = False) -> dict[str, Any]:
    """Return the settings with which a service is in the fake's first workspace, or in whichever installs the app."""
    app = slack.app
    deliveries = {"slack_app_token": app.token} if by_socket else {"slack_signing_secret": app.signing_secret}
    if many:
        ours = {"slack_client_id": app.client_id, "slack_client_secret": app.client_secret, "public_url": PUBLIC}
        return {**deliveries, **ours}
    return {**deliveries, "slack_token": slack.team("Acme").token}


@dataclass(kw_only=True)
class Served:
    """The service and the fake, and where its page is."""

    slack: FakeSlack
    service: Service
    page: str  #: empty where there is none

    async def jobs_of(self, member: Member) -> list[JobRecord]:
        """Return what somebody asked for."""
        tenant = Tenant(platform="slack", id=member.user.team.id)
        who = Requester(tenant=tenant, id=member.id, name=member.user.name)
        return [*await self.service.core.pool.store.of_requester(who, limit=10)]


@asynccontextmanager
async def served(
    folder: Path, slack: FakeSlack, settings: dict[str, Any], roles: frozenset[Role] = ROLES
) -> AsyncIterator[Served]:
    """Open the service, let it run while the block does, and stop it as an operator would."""
    page: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    stopping = asyncio.Event()
    async with Simulator(SimulatorOptions(step_ms=1, draw=False)) as gpu:
        options = options_in(folder, slack, settings, roles, gpu.url)
        async with opened(options, lambda url, _: page.set_result(url)) as service, asyncio.TaskGroup() as tasks:
            tasks.create_task(service.run(stopping))
            try:
                async with asyncio.timeout(PATIENCE_S):
                    url = await page if Role.WEB in roles else ""
                await slack.until(lambda: bool(service.core.shared.vocabulary.choices), PATIENCE_S)
                yield Served(slack=slack, service=service, page=url)
            finally:
                stopping.set()


def options_in(
    folder: Path, slack: FakeSlack, settings: dict[str, Any], roles: frozenset[Role], gpu: str
) -> ServiceOptions:
    """Return what such a service is made of."""
    return ServiceOptions(
        settings=Settings(**settings),
        state=folder,
        key=KEY,
        servers={"gpu1": ServerSpec(name="gpu1", url=gpu)},
        guests=(DEMO,),
        roles=roles,
        port=0,
        in_slack=lambda given: near(slack, given),
    )


def unhurried() -> Limits:
    """Return limits for whatever is not about deadlines."""
    return Limits(ack_s=30.0, trigger_s=30.0)
