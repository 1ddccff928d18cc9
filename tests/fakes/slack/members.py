"""What people do: ask, click, choose, fill in forms, look at the App Home, write; and what they see of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.fakes.waiting import PATIENCE_S

from . import bodies, files, following, orders, payloads, pressing, views
from .asks import Asked, NoAnswer
from .delivery import Delivery
from .events import tell_deleted, tell_posted
from .orders import Picture
from .pressing import CannotAsk
from .seeing import read, sees
from .sendings import Sent
from .shapes import Json
from .state import Channel, Message, Response, Team, Trigger, User, Version, View, World
from .texts import mrkdwn


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who uses the application; every method waits for its acknowledgement unless told not to."""

    world: World
    user: User
    delivery: Delivery

    @property
    def id(self) -> str:
        """What Slack calls them."""
        return self.user.id

    @property
    def team(self) -> Team:
        """The workspace that they are in."""
        return self.user.team

    @property
    def mention(self) -> str:
        """How a text names them."""
        return self.user.mention

    @property
    def dm(self) -> Channel:
        """Their direct messages with the bot."""
        return self.world.dm(self.user)

    # commands and shortcuts

    async def slash(self, channel: Channel, command: str, text: str = "", *, wait: bool = True) -> Asked:
        """Use a slash command; `text` is what they type, and sent as Slack escapes it. In threads there are none."""
        written = orders.command(self.delivery.subscriptions, self.user, channel, command, text)
        back = self.world.response(channel, self.user, of_command=True)
        trigger = self.world.trigger(self.user)
        payload = payloads.command(self.world, self.user, channel, command, written, trigger, back)
        return await self._ask(payload, wait=wait, channel=channel, response=back)

    async def shortcut(self, name: str, on: Message | None = None, *, wait: bool = True) -> Asked:
        """Use a shortcut, by its name or callback_id: on a message, or the global one of that name."""
        number = orders.shortcut(self.delivery.subscriptions, self.user, name, on)
        what: Json = {"callback_id": number, "action_ts": self.world.clock.ts()}
        if on is None:
            return await self._ask(self._interaction("shortcut", what, self.world.trigger(self.user)), wait=wait)
        self._check_sees(on)
        back = self.world.response(on.channel, self.user)
        where = payloads.on_message(self.world, on)
        del where["container"]
        what |= {**where, "message_ts": on.ts, "response_url": back.url}
        payload = self._interaction("message_action", what, self.world.trigger(self.user))
        return await self._ask(payload, wait=wait, channel=on.channel, response=back)

    # buttons and menus

    async def click(self, on: Message | View, button: str, *, wait: bool = True) -> Asked:
        """Press a button, by what is written on it or its action_id; a dialog that asks again is agreed to."""
        return await self._press(on, button, (), {}, wait=wait)

    async def choose(
        self, on: Message | View, menu: str, *values: Any, wait: bool = True, filled: Json | None = None
    ) -> Asked:
        """Choose in a menu, by its label, placeholder or action_id; `filled` are the other fields at that time."""
        return await self._press(on, menu, values, filled or {}, wait=wait)

    async def suggest(self, on: Message | View, menu: str, typed: str) -> list[Json]:
        """Type into a menu whose options the application suggests; returns what is offered."""
        control = pressing.find(self._blocks(on), menu)
        if control.element["type"] not in {"external_select", "multi_external_select"}:
            raise CannotAsk(f"the application suggests nothing for {menu}")
        if len(typed) < control.element.get("min_query_length", 3):
            return []
        named: Json = {"action_id": control.action_id, "block_id": control.block["block_id"], "value": typed}
        payload = self._interaction("block_suggestion", {**self._where(on, {}), **named})
        return (await self._ask(payload, wait=True)).options

    async def _press(
        self, on: Message | View, name: str, values: tuple[Any, ...], filled: Json, *, wait: bool
    ) -> Asked:
        blocks = self._blocks(on)
        control = pressing.find(blocks, name)
        chosen = {control.action_id: pressing.given(control, values)} if values else {}
        state = pressing.state_of(blocks, filled | chosen, is_checked=False)
        action = pressing.pressed(control, values, self.world.clock.ts())
        what: Json = {**self._where(on, state), "actions": [action]}
        if isinstance(on, View):
            payload = self._interaction("block_actions", what, self.world.trigger(self.user, on))
            return await self._ask(payload, wait=wait, view=on)
        back = self.world.response(on.channel, self.user, on)
        what |= {"state": {"values": state}, "response_url": back.url}
        payload = self._interaction("block_actions", what, self.world.trigger(self.user))
        return await self._ask(payload, wait=wait, channel=on.channel, response=back, source=on)

    def _where(self, on: Message | View, state: Json) -> Json:
        if isinstance(on, View):
            return payloads.on_view(self.world, on, state)
        return payloads.on_message(self.world, on)

    def _blocks(self, on: Message | View) -> tuple[Json, ...]:
        if not self.team.is_installed or not self.delivery.subscriptions.is_interactive:
            raise CannotAsk("this application is not configured to handle interactive responses")
        if isinstance(on, Message):
            self._check_sees(on)
            return on.now.blocks
        if on.user is not self.user or not on.is_open:
            raise CannotAsk(f"{self.user.name} has no such view before them")
        return tuple(on.shape["blocks"])

    def _check_sees(self, message: Message) -> None:
        if not sees(self.user, message):
            raise CannotAsk(f"{self.user.name} does not see this message")

    # forms

    async def submit(self, form: View | Asked, *, wait: bool = True, **values: Any) -> Asked:
        """Fill in a form and send it; fields are named by action_id, block_id, label, or label with _ for spaces.

        A list of Pictures is uploaded.
        """
        view = form if isinstance(form, View) else form.modal
        if view.kind != "modal" or not view.shape.get("submit"):
            raise CannotAsk("there is no button to submit this")
        given = {name: self._uploaded(value) for name, value in values.items()}
        state = pressing.state_of(self._blocks(view), given, is_checked=True)
        what: Json = {"response_urls": [], "view": payloads.on_view(self.world, view, state)["view"]}
        payload = self._interaction("view_submission", what, self.world.trigger(self.user, view))
        return await self._ask(payload, wait=wait, view=view)

    def _uploaded(self, value: Any) -> Any:
        pictures = value if isinstance(value, list) else [value]
        if not pictures or not all(isinstance(each, Picture) for each in pictures):
            return value
        return [
            bodies.file(self.world, files.stored(self.world, self.user, each.name, each.content, is_in_form=True))
            for each in pictures
        ]

    async def close(self, form: View | Asked, *, is_all: bool = False, wait: bool = True) -> None:
        """Close a form, or all that lie on each other; the application hears of it where the form says so."""
        view = form if isinstance(form, View) else form.modal
        self._blocks(view)
        for each in following.closed(self.world, view, is_all=is_all):
            if each.shape.get("notify_on_close"):
                shown = payloads.on_view(self.world, each, {})["view"]
                await self._ask(self._interaction("view_closed", {"view": shown, "is_cleared": is_all}), wait=wait)

    # the App Home

    def look_at_home(self, tab: str = "home") -> None:
        """Open the application's page; it is told."""
        told: Json = {"type": "app_home_opened", "user": self.id, "channel": self.dm.id, "tab": tab}
        if tab == "home" and (shown := views.home(self.world, self.user)) is not None:
            told["view"] = payloads.on_view(self.world, shown, {})["view"]
        self.delivery.emit(self.team, {**told, "event_ts": self.world.clock.ts()})

    async def home(self, *words: str, within_s: float = PATIENCE_S) -> View:
        """Open the App Home; returns it once it was published anew and shows all these words."""
        old = views.home(self.world, self.user)
        seen = len(old.versions) if old is not None else 0
        found: list[View] = []

        def holds() -> bool:
            home = views.home(self.world, self.user)
            is_new = home is not None and len(home.versions) > seen
            found[:] = [home] if home and is_new and all(word in read(home) for word in words) else []
            return bool(found)

        self.look_at_home()
        await self.world.until(holds, within_s)
        return found[0]

    # messages of their own

    def say(self, channel: Channel, text: str, *pictures: Picture, thread: Message | None = None) -> Message:
        """Write a message, in a thread perhaps; `@fairbrush` mentions the bot, who hears of it where it is."""
        orders.check_is_in(self.user, channel)
        uploads = tuple(files.stored(self.world, self.user, each.name, each.content) for each in pictures)
        written = orders.escaped(self.team, text)
        ts = self.world.clock.ts()
        message = Message(
            ts=ts,
            channel=channel,
            author=self.user,
            versions=[Version(at=self.world.clock.now(), text=written, files=uploads)],
            thread_ts=(thread.thread_ts or thread.ts) if thread else None,
            pings=mrkdwn(written, self.team.names()).pings,
            subtype="file_share" if uploads else None,
        )
        for each in uploads:
            each.shares.setdefault(channel.id, []).append(ts)
        if thread is not None and thread.thread_ts is None:
            thread.thread_ts = thread.ts
        channel.messages[ts] = message
        tell_posted(self.world, message)
        return message

    async def tell(self, channel: Channel, text: str, *pictures: Picture, thread: Message | None = None) -> Asked:
        """Write to the bot: mention it, or write in its direct messages; there is no answer where it does not hear."""
        written = text if channel.kind == "im" else f"@{self.team.bot.name} {text}"
        before = len(self.delivery.sent)
        message = self.say(channel, written, *pictures, thread=thread)
        name = "message" if channel.kind == "im" else "app_mention"
        sent = next((each for each in self.delivery.sent[before:] if each.name == name), None)
        if sent is None:
            raise NoAnswer(f"@{self.team.bot.name} does not hear what is said in {channel.name}")
        await self.world.until(lambda: sent.acked_at is not None or sent.is_over)
        return Asked(world=self.world, user=self.user, sent=sent, channel=channel, said=message)

    def delete(self, message: Message) -> None:
        """Delete a message of one's own, or dismiss one that only they see."""
        if message.author is not self.user and message.ephemeral_to is not self.user:
            raise CannotAsk(f"{self.user.name} may not delete this")
        message.deleted_at = self.world.clock.now()
        if message.is_ephemeral:
            self.world.changed()
        else:
            tell_deleted(self.world, message)

    def sees(self, channel: Channel) -> list[Message]:
        """Return what stands in a channel for them, threads and ephemerals included, oldest first."""
        return [each for each in channel.messages.values() if sees(self.user, each)]

    # how it is sent

    def _interaction(self, kind: str, what: Json, trigger: Trigger | None = None) -> Json:
        return payloads.interaction(self.world, self.user, kind, trigger, what)

    async def _ask(
        self,
        payload: Json,
        *,
        wait: bool,
        channel: Channel | None = None,
        response: Response | None = None,
        source: Message | None = None,
        view: View | None = None,
    ) -> Asked:
        then = _after(self.world, payload, response, view)
        if not wait:
            sent = self.delivery.send(self.team, payload, then)
        else:
            sent = await self.delivery.ask(self.team, payload, then)
            if sent.failure:
                raise NoAnswer(f"{sent.name} failed: {sent.failure}")
        return Asked(
            world=self.world, user=self.user, sent=sent, channel=channel, response=response, source=source, view=view
        )


def _after(world: World, payload: Json, response: Response | None, view: View | None) -> Callable[[Sent], None]:
    """Return what an acknowledgement brings about: a message of a command, what becomes of a form."""

    def then(sent: Sent) -> None:
        if "command" in payload and response is not None:
            following.answered(world, response, sent.answer)
        elif payload.get("type") == "view_submission" and view is not None:
            following.submitted(world, view, sent.answer)

    return then
