"""Puts the app in Slack together: of what it is given, nothing is opened before it runs."""

from functools import partial

from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.asking import Asking
from adapters.slack.calls import Calls
from adapters.slack.chat import SlackChat
from adapters.slack.clicking import Clicking
from adapters.slack.elsewhere import Elsewhere
from adapters.slack.forming import Forming
from adapters.slack.front import SlackFront
from adapters.slack.given import SlackOptions
from adapters.slack.greeting import Greeting, GreetingFlow
from adapters.slack.groups import Groups
from adapters.slack.homes import Homes
from adapters.slack.installs import Installs, States
from adapters.slack.leaving import Leaving
from adapters.slack.manifest import INSTALL_PATH, REDIRECT_PATH, SCOPES
from adapters.slack.moderating import Moderating
from adapters.slack.notes import Notes
from adapters.slack.outside import Outside
from adapters.slack.persons import Persons
from adapters.slack.refilling import Refilling
from adapters.slack.reimagining import Reimagining, read, written
from adapters.slack.rooms import Rooms
from adapters.slack.routing import Routes
from adapters.slack.showing import Showing
from adapters.slack.standing import PLATFORM
from adapters.slack.submitting import Submitting
from adapters.slack.telling import Telling
from adapters.slack.tokens import OwnToken
from adapters.slack.vouching import Workspaces
from bot.asides import Asides
from bot.backing import Backing
from bot.beginning import Beginning
from bot.jobs import Tenant


def front_of(options: SlackOptions, backing: Backing) -> SlackFront:
    """Return the app. Which options fit together is a matter of settings, and said there."""
    installs = Installs(backing.secrets)
    named = partial(_name, backing)
    own = OwnToken(text=options.token, base_url=options.base_url, named=named) if options.token else None
    tokens = own or installs
    calls = Calls(tokens, base_url=options.base_url, turns=backing.turns)
    outside = Outside(hooks=options.hooks, files=options.files)
    notes = Notes(backing.secrets)
    rooms = Rooms(calls=calls, notes=notes)
    persons = Persons(calls=calls, groups=Groups(calls=calls, named=options.groups), notes=notes)
    submitting = Submitting(
        desk=backing.desk, rooms=rooms, persons=persons, calls=calls, outside=outside, tokens=tokens
    )
    chat = SlackChat(calls, rooms, backing.files, link=options.link, now=options.now)
    return SlackFront(
        platform=chat,
        calls=calls,
        outside=outside,
        rooms=rooms,
        follows=_routes(options, backing, submitting, chat),
        voucher=Workspaces(desk=backing.desk, persons=persons),
        leaving=Leaving(desk=backing.desk, installs=None if own else installs),
        base_url=options.base_url,
        signing_secret=options.signing_secret or "",
        app_token=options.app_token,
        own=own,
        flow=_flow(options, backing, installs, Greeting(calls=calls, rooms=rooms)),
        ping_s=options.ping_s,
    )


def _routes(options: SlackOptions, backing: Backing, submitting: Submitting, chat: SlackChat) -> Routes:
    desk, rooms, persons, notes = backing.desk, submitting.rooms, submitting.persons, Notes(backing.secrets)
    homes = Homes(desk=desk, calls=submitting.calls, notes=notes, persons=persons, now=options.now)
    telling = Telling(desk=desk, persons=persons)
    asides = Asides(secrets=backing.secrets)
    beginning = Beginning(desk=desk, asides=asides, write=written, read=read)
    reimagining = Reimagining(desk=desk, submitting=submitting, beginning=beginning, rooms=rooms, persons=persons)
    refilling = Refilling(desk=desk, asides=asides, persons=persons)
    forming = Forming(
        desk=desk, submitting=submitting, reimagining=reimagining, refilling=refilling, rooms=rooms, persons=persons
    )
    asking = Asking(desk=desk, submitting=submitting, forming=forming, telling=telling)
    clicking = Clicking(
        desk=desk,
        submitting=submitting,
        forming=forming,
        reimagining=reimagining,
        showing=Showing(card=backing.card, notes=notes),
        telling=telling,
        homes=homes,
        rooms=rooms,
        persons=persons,
        chat=chat,
    )
    elsewhere = Elsewhere(asides=asides, rooms=rooms)
    return Routes(
        asking=asking,
        elsewhere=elsewhere,
        clicking=clicking,
        forming=forming,
        reimagining=reimagining,
        homes=homes,
        moderating=Moderating(desk=desk, persons=persons),
    )


def _flow(options: SlackOptions, backing: Backing, installs: Installs, greeting: Greeting) -> AsyncOAuthFlow | None:
    if options.oauth is None:
        return None
    settings = AsyncOAuthSettings(
        client_id=options.oauth.client_id,
        client_secret=options.oauth.client_secret,
        scopes=[*SCOPES],
        installation_store=installs,
        state_store=States(backing.secrets),
        redirect_uri=f"{options.oauth.public_url}{REDIRECT_PATH}" if options.oauth.public_url else None,
        install_path=INSTALL_PATH,
        redirect_uri_path=REDIRECT_PATH,
    )
    client = AsyncWebClient(base_url=options.base_url, retry_handlers=[])
    return GreetingFlow(client=client, settings=settings, greeting=greeting, named=partial(_name, backing))


def _name(backing: Backing, workspace: str, name: str) -> None:
    backing.named(Tenant(platform=PLATFORM, id=workspace), name)
