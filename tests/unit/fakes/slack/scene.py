"""A small application on the real slack-bolt, in Socket Mode or behind HTTP, for the tests of the fake."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.workspaces import Workspace


def application(slack: FakeSlack, team: Workspace) -> AsyncApp:
    """Return an application of one workspace."""
    client = AsyncWebClient(team.token, base_url=slack.url)
    return AsyncApp(client=client, signing_secret=slack.app.signing_secret)


@asynccontextmanager
async def by_socket(slack: FakeSlack, app: AsyncApp, *, ping_s: float = 10.0) -> AsyncIterator[AsyncSocketModeHandler]:
    """Run it in Socket Mode."""
    handler = AsyncSocketModeHandler(app, slack.app.token, ping_interval=ping_s)
    await handler.connect_async()
    try:
        await slack.until(lambda: bool(slack.socket.connections))
        yield handler
    finally:
        await handler.close_async()


@asynccontextmanager
async def by_http(slack: FakeSlack, app: AsyncApp) -> AsyncIterator[str]:
    """Run it behind an HTTP server that Slack delivers to."""

    async def serve(request: web.Request) -> web.StreamResponse:
        return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

    site = web.Application()
    site.router.add_post("/slack/events", serve)
    runner = web.AppRunner(site, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        slack.delivery.url = f"http://{host}:{port}/slack/events"
        yield slack.delivery.url
    finally:
        slack.delivery.url = None
        await runner.cleanup()
