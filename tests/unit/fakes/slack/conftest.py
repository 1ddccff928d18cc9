"""The fake that every test here starts with."""

from collections.abc import AsyncIterator

import pytest

from tests.fakes.slack import schema
from tests.fakes.slack.limits import Limits
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.workspaces import Workspace
from tests.unit.fakes.slack.raw import Raw, raw


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    """A fresh one; what it carried out has to be sound by Slack's own description, and its errors to be Slack's."""
    async with FakeSlack(Limits(posts_burst=100)) as fake:
        yield fake
    if schema.is_at_hand():
        assert [said for each in fake.calls for said in schema.complaints(each)] == []


@pytest.fixture
def team(slack: FakeSlack) -> Workspace:
    """A workspace where the application is installed."""
    return slack.team("Acme")


@pytest.fixture
async def client(slack: FakeSlack, team: Workspace) -> AsyncIterator[Raw]:
    """A client with the token of that team."""
    async with raw(slack, team.token) as opened:
        yield opened
