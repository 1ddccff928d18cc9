"""What people do: ask, click, choose, fill in forms, delete; and what they see of it."""

from dataclasses import dataclass, field
from typing import Any

from tests.fakes.waiting import PATIENCE_S

from . import orders, payloads
from .compose import remove
from .events import CREATED, tell
from .orders import CannotAsk, Picture
from .permissions import Can
from .shapes import Json
from .shapes_commands import MESSAGE_MENU, SLASH, USER_MENU
from .shapes_components import CHECKBOX, RADIO, ROW, SELECT, UPLOAD, walk
from .state import Channel, Interaction, Message, User, Version, World, written

COMMAND, COMPONENT, AUTOCOMPLETE, SUBMIT = 2, 3, 4, 5


class NoAnswer(Exception):
    """The member reads: The application did not respond."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What one member sees of what they did."""

    world: World
    interaction: Interaction

    @property
    def took_s(self) -> float:
        """How long the first answer took."""
        assert self.interaction.answered_at is not None
        return self.interaction.answered_at - self.interaction.born

    @property
    def was_deferred(self) -> bool:
        """Whether the first answer was to wait."""
        return self.interaction.answer in {5, 6}

    @property
    def modal(self) -> Json:
        """The form that was opened."""
        assert self.interaction.modal is not None, "no form was opened"
        return self.interaction.modal

    @property
    def message(self) -> Message:
        """The answer: the message that was made, or that was clicked and changed."""
        assert self.interaction.original is not None, "no message was shown"
        return self.interaction.original

    @property
    def messages(self) -> list[Message]:
        """The answer and the follow-ups that are still there."""
        return [each for each in self.interaction.messages if each.deleted_at is None]

    @property
    def ephemerals(self) -> list[Message]:
        """Those that nobody else sees."""
        return [each for each in self.messages if each.is_ephemeral]

    @property
    def text(self) -> str:
        """All that can be read in them."""
        return "\n".join(each.text for each in self.messages)

    async def shows(self, *words: str, within_s: float = PATIENCE_S) -> Message:
        """Return the message that shows all these words, as soon as one does."""
        found: list[Message] = []

        def holds() -> bool:
            own = [*self.messages, *([self.interaction.original] if self.interaction.original else [])]
            found[:] = [each for each in own if all(word in each.text for word in words)]
            return bool(found)

        await self.world.until(holds, within_s)
        return found[0]


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who uses the application; every method waits for its first answer unless told not to."""

    world: World
    user: User

    @property
    def dm(self) -> Channel:
        """Their direct messages with the bot."""
        return self.world.dm(self.user)

    @property
    def mention(self) -> str:
        """How a text names them."""
        return f"<@{self.user.id}>"

    async def slash(self, channel: Channel, command: str, *, wait: bool = True, **options: Any) -> Asked:
        """Use a slash command: `slash(channel, "queue show", mine=True)`; a Picture is uploaded."""
        name, *path = command.split(" ")
        known, own = orders.find(self.world, channel, self.user, name, SLASH)
        data = orders.slash(self.world, channel, known, path, options)
        return await self._ask(COMMAND, channel, data, wait=wait, by_user_install=own)

    async def complete(self, channel: Channel, command: str, option: str, typed: str, **others: Any) -> list[Json]:
        """Type into an option; returns what is offered: name and value."""
        name, *path = command.split(" ")
        known, own = orders.find(self.world, channel, self.user, name, SLASH)
        data = orders.slash(self.world, channel, known, path, {**others, option: typed}, focused=option)
        asked = await self._ask(AUTOCOMPLETE, channel, data, wait=True, by_user_install=own)
        return asked.interaction.choices or []

    async def menu(self, name: str, target: Message, *, wait: bool = True) -> Asked:
        """Use an entry of a message's context menu."""
        known, own = orders.find(self.world, target.channel, self.user, name, MESSAGE_MENU)
        shown = payloads.message(self.world, target)
        data: Json = {"id": str(known.id), "name": name, "type": MESSAGE_MENU, "target_id": str(target.id)}
        data["resolved"] = {"messages": {str(target.id): shown}}
        return await self._ask(COMMAND, target.channel, data, wait=wait, by_user_install=own)

    async def user_menu(self, channel: Channel, name: str, target: User, *, wait: bool = True) -> Asked:
        """Use an entry of a user's context menu."""
        known, own = orders.find(self.world, channel, self.user, name, USER_MENU)
        data: Json = {"id": str(known.id), "name": name, "type": USER_MENU, "target_id": str(target.id)}
        data["resolved"] = {"users": {str(target.id): payloads.user(target)}}
        return await self._ask(COMMAND, channel, data, wait=wait, by_user_install=own)

    async def click(self, message: Message, button: str, *, wait: bool = True) -> Asked:
        """Press a button, named by what is written on it or by its custom_id."""
        return await self._use(message, button, {}, wait=wait)

    async def choose(self, message: Message, select: str, *values: str, wait: bool = True) -> Asked:
        """Choose from a select, named by its placeholder or custom_id."""
        return await self._use(message, select, {"values": [*values]}, wait=wait)

    async def submit(self, form: Asked, *, wait: bool = True, **values: Any) -> Asked:
        """Fill in the form and send it; fields are named by custom_id, label, or label with _ for spaces."""
        old = form.interaction
        data = _filled(self.world, old.channel, form.modal, values)
        return await self._ask(
            SUBMIT, old.channel, data, wait=wait, source=old.source, by_user_install=old.by_user_install
        )

    def say(self, channel: Channel, text: str, *pictures: Picture) -> Message:
        """Write a message of one's own."""
        world = self.world
        files = tuple(orders.upload(world, channel, each) for each in pictures)
        version = Version(at=world.clock.now(), content=text, files=files)
        message = Message(id=world.clock.snowflake(), channel=channel, author=self.user, versions=[version])
        channel.messages[message.id] = message
        tell(world, message, CREATED)
        return message

    def delete(self, message: Message) -> None:
        """Delete a message: one's own, an ephemeral one, or any with MANAGE_MESSAGES."""
        may = message.author is self.user or message.is_ephemeral
        if not may and Can.MANAGE_MESSAGES not in message.channel.can(self.user):
            raise CannotAsk(f"{self.user.name} may not delete this")
        remove(self.world, message)

    def sees(self, channel: Channel) -> list[Message]:
        """Return what stands in a channel for them, ephemerals included."""
        return [
            each
            for each in channel.messages.values()
            if each.deleted_at is None
            and (not each.is_ephemeral or (each.interaction is not None and each.interaction.user is self.user))
        ]

    async def _use(self, message: Message, name: str, more: Json, *, wait: bool) -> Asked:
        found = [each for each in message.controls if name in {each.get("custom_id"), written(each)}]
        if message not in self.sees(message.channel) or not found:
            raise CannotAsk(f"there is no {name} among {message.labels}")
        if found[0].get("disabled") or "custom_id" not in found[0]:
            raise CannotAsk(f"{name} cannot be pressed")
        _check_choice(found[0], more)
        data = {"component_type": found[0]["type"], "custom_id": found[0]["custom_id"], "id": found[0]["id"], **more}
        own = message.interaction is not None and message.interaction.by_user_install
        return await self._ask(COMPONENT, message.channel, data, wait=wait, source=message, by_user_install=own)

    async def _ask(
        self,
        kind: int,
        channel: Channel,
        data: Json,
        *,
        wait: bool,
        source: Message | None = None,
        by_user_install: bool = False,
    ) -> Asked:
        world = self.world
        asked = Interaction(
            id=world.clock.snowflake(),
            token=world.new_token(),
            kind=kind,
            user=self.user,
            channel=channel,
            born=world.clock.now(),
            data=data,
            source=source,
            by_user_install=by_user_install,
        )
        world.interactions[asked.id] = world.by_token[asked.token] = asked
        world.emit("INTERACTION_CREATE", payloads.interaction(world, asked), channel.guild)
        if wait:
            await self._answered(asked)
        return Asked(world, asked)

    async def _answered(self, asked: Interaction) -> None:
        try:
            await self.world.until(lambda: asked.answer is not None, self.world.limits.ack_s)
        except TimeoutError:
            raise NoAnswer("The application did not respond") from None


def _check_choice(control: Json, more: Json) -> None:
    if control["type"] != SELECT:
        return
    offered = {each["value"] for each in control["options"]}
    if not set(more.get("values", ())) <= offered:
        raise CannotAsk(f"only {offered} can be chosen")


@dataclass(slots=True)
class _Filling:
    """The fields of a form as they are sent, one after the other."""

    world: World
    channel: Channel
    values: dict[str, Any]
    files: Json = field(default_factory=dict)

    def field(self, asked: Json, label: str) -> Json:
        names = (asked["custom_id"], label, label.replace(" ", "_").lower())
        given = next((self.values.pop(name) for name in names if name in self.values), None)
        sent: Json = {key: asked[key] for key in ("type", "id", "custom_id") if key in asked}
        if asked["type"] == UPLOAD:
            stored = [orders.upload(self.world, self.channel, each) for each in given or ()]
            self.files |= {str(each.id): payloads.attachment(self.world, each) for each in stored}
            return {**sent, "values": [str(each.id) for each in stored]}
        if "style" in asked:
            text = asked.get("value") or "" if given is None else given
            _check_text(asked, label, text)
            return {**sent, "value": text}
        if asked["type"] == CHECKBOX:
            return {**sent, "value": bool(given)}
        chosen = [each["value"] for each in asked.get("options", ()) if each.get("default")] if given is None else given
        if asked["type"] == RADIO:
            return {**sent, "value": chosen[0] if isinstance(chosen, list) and chosen else chosen or None}
        return {**sent, "values": [chosen] if isinstance(chosen, str) else [*chosen]}


def _check_text(asked: Json, label: str, text: str) -> None:
    if asked.get("required", True) and not text:
        raise CannotAsk(f"{label} has to be filled in")
    if text and not asked.get("min_length", 0) <= len(text) <= asked.get("max_length", 4000):
        raise CannotAsk(f"{label} is too long or too short")


def _filled(world: World, channel: Channel, modal: Json, values: dict[str, Any]) -> Json:
    filling = _Filling(world, channel, dict(values))
    for number, each in enumerate(walk(modal["components"]), start=100):
        each.setdefault("id", number)
    components: list[Json] = []
    for each in modal["components"]:
        shown: Json = {"type": each["type"], "id": each["id"]}
        if each["type"] == ROW:
            shown["components"] = [filling.field(one, one["label"]) for one in each["components"]]
        elif "component" in each:
            shown["component"] = filling.field(each["component"], each["label"])
        components.append(shown)
    if filling.values:
        raise CannotAsk(f"the form has no {', '.join(filling.values)}")
    data: Json = {"custom_id": modal["custom_id"], "components": components}
    return {**data, "resolved": {"attachments": filling.files}} if filling.files else data
