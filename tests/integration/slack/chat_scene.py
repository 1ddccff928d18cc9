"""`SlackChat` over real sockets: an office in the fake, whoever asks there, and as many processes as a test opens."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from adapters.slack.calls import Calls
from adapters.slack.chat import SlackChat
from adapters.slack.installs import Installs, OneToken
from adapters.slack.manifest import SCOPES
from adapters.slack.notes import Notes
from adapters.slack.rooms import Rooms
from adapters.slack.standing import PLATFORM
from bot.jobs import Job, MessageRef, Place, Requester, Tenant
from bot.ports import ChatPlatform
from tests.contracts.chat.cards import PICTURE, job_at
from tests.contracts.chat.scenes import ChatScene
from tests.fakes.slack import schema
from tests.fakes.slack.application import App
from tests.fakes.slack.limits import Limits
from tests.fakes.slack.members import Member
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.state import Channel, Message
from tests.fakes.slack.workspaces import Workspace
from tests.fakes.turns import Turns
from tests.integration.discord.chat_scene import Drawer, Shelf

PNG = b"\x89PNG\r\n\x1a\n" + bytes(62)


@dataclass(kw_only=True)
class Office:
    """A Slack with one workspace, and what all processes of ours share."""

    slack: FakeSlack
    team: Workspace
    general: Channel
    ada: Member
    drawer: Drawer
    turns: Turns
    shelf: Shelf = field(default_factory=lambda: Shelf(contents={PICTURE.key: PNG}))

    @property
    def tenant(self) -> Tenant:
        return Tenant(platform=PLATFORM, id=self.team.id)

    @property
    def requester(self) -> Requester:
        return Requester(tenant=self.tenant, id=self.ada.user.id, name="Ada")

    def place(self, channel: Channel | None = None, thread: str = "") -> Place:
        return Place(tenant=self.tenant, channel=(channel or self.general).id + (f"/{thread}" if thread else ""))

    def job(self, place: Place | None = None, **more: Any) -> Job:
        return job_at(place or self.place(), self.requester, created_ms=self.now_ms(), **more)

    def now_ms(self) -> int:
        return int(self.slack.clock.now() * 1000)

    def tokens(self) -> OneToken:
        return OneToken(workspace=self.team.id, text=self.team.token)

    @asynccontextmanager
    async def calls(self, tokens: OneToken | Installs | None = None) -> AsyncIterator[Calls]:
        """Open the way of a process of its own."""
        async with Calls(
            tokens or self.tokens(), base_url=self.slack.url, clock=self.slack.clock.now, turns=self.turns
        ) as calls:
            yield calls

    @asynccontextmanager
    async def process(self, **options: Any) -> AsyncIterator[SlackChat]:
        """Open a process of its own: other connections, the same store."""
        async with self.calls() as calls:
            yield self.chat(calls, **options)

    def chat(self, calls: Calls, **options: Any) -> SlackChat:
        rooms = Rooms(calls=calls, notes=Notes(self.drawer), clock=self.slack.clock.now)
        return SlackChat(calls, rooms, self.shelf, now=self.slack.clock.now, **options)

    def message(self, ref: MessageRef) -> Message:
        """Return the message that a ref names."""
        ts = ref.id.rpartition("/")[2]
        return next(each for each in self.slack.world.messages() if each.ts == ts)

    def shown(self, channel: Channel | None = None) -> list[Message]:
        """Return our messages in a channel, those of threads too."""
        return [each for each in (channel or self.general).shown if each.author.is_bot]

    def delete(self, ref: MessageRef) -> None:
        """Let somebody delete it."""
        self.message(ref).deleted_at = self.slack.clock.now()


@asynccontextmanager
async def office(limits: Limits | None = None) -> AsyncIterator[Office]:
    """Found it; at the end each call is sound by Slack's description of its methods."""
    async with FakeSlack(limits or Limits(), app=App(scopes=frozenset(SCOPES))) as slack:
        team = slack.team("Acme")
        ada, general = team.member("ada"), team.channel("general")
        now = slack.clock.now
        yield Office(
            slack=slack,
            team=team,
            general=general,
            ada=ada,
            drawer=Drawer(now=now),
            turns=Turns(clock=now),
        )
    if schema.is_at_hand():
        assert [said for each in slack.calls for said in schema.complaints(each)] == []


@asynccontextmanager
async def slack_scene(*, in_thread: bool = False) -> AsyncIterator[ChatScene]:
    """Every message is read in Slack; nothing may be asked too often."""
    async with office() as here:
        cats = here.team.channel("cats")
        threads = {each.id: await _thread(here, each) for each in (here.general, cats)} if in_thread else {}

        @asynccontextmanager
        async def opened() -> AsyncIterator[ChatPlatform]:
            async with here.process() as chat:
                yield chat

        async def read(ref: MessageRef) -> str:
            return here.message(ref).seen.text

        async def count(place: Place) -> int:
            channel = here.team.state.channels[place.channel.partition("/")[0]]
            return sum(not each.pings for each in here.shown(channel) if each.ts not in threads.values())

        async def remove(ref: MessageRef) -> None:
            here.delete(ref)

        async def pings() -> int:
            return sum(here.requester.id in each.pings for each in here.slack.world.messages())

        yield ChatScene(
            open=opened,
            place=here.place(thread=threads.get(here.general.id, "")),
            elsewhere=here.place(cats, threads.get(cats.id, "")),
            requester=here.requester,
            read=read,
            count=count,
            remove=remove,
            pings=pings,
            now_ms=here.now_ms,
            replaces=True,
        )
        assert here.slack.record.too_many == []


async def _thread(here: Office, channel: Channel) -> str:
    """Return a thread that somebody began."""
    async with here.calls() as calls:
        made = await calls.ask(here.team.id, "chat.postMessage", {"channel": channel.id, "text": "Shall we?"})
    return str(made["ts"])
