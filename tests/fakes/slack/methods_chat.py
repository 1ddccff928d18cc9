"""chat.*: messages posted, shown to one, changed, deleted and linked to. https://docs.slack.dev/reference/methods."""

from . import bodies, composing, files
from .events import tell_changed, tell_deleted
from .given import Given, refused
from .shapes import Json
from .state import Channel, File, Message, Version


def place(given: Given, name: str = "channel") -> Channel:
    """Return where to post: a channel, or somebody's direct messages by their user id."""
    user = given.team.users.get(given.needed(name))
    return given.world.dm(user) if user is not None and not user.is_bot else given.channel(name)


def may_post(given: Given, channel: Channel, restricted: str = "restricted_action_read_only_channel") -> None:
    """Raise is_archived, not_in_channel or what else keeps the application from posting there."""
    assert given.token is not None
    if channel.is_archived:
        raise refused("is_archived")
    is_open = channel.kind == "channel" and "chat:write.public" in given.token.scopes
    if given.team.bot.id not in channel.members and not is_open:
        raise refused("not_in_channel")
    if channel.is_read_only:
        raise refused(restricted)


def thread(given: Given, channel: Channel, error: str = "cannot_reply_to_message") -> str | None:
    """Return the thread to post in, by its parent also when one of its replies was named."""
    ts = given.text("thread_ts")
    if ts is None:
        return None
    parent = channel.messages.get(ts)
    if parent is None or parent.is_ephemeral:
        raise refused(error)
    return parent.thread_ts or parent.ts


def found(given: Given, channel: Channel, name: str = "ts") -> Message:
    """Return a message; raises message_not_found for one that is gone or that only one member sees."""
    message = channel.messages.get(given.needed(name))
    if message is None or message.deleted_at is not None or message.is_ephemeral:
        raise refused("message_not_found")
    return message


async def post(given: Given) -> Json:
    """Post a message."""
    channel = place(given)
    may_post(given, channel)
    thread_ts = thread(given, channel)
    shown = composing.version(given, most=given.world.limits.text)
    message = composing.put(
        given.world,
        channel,
        given.team.bot,
        shown,
        thread_ts=thread_ts,
        looks_for_names=given.flag("link_names") or given.text("parse") == "full",
    )
    message.is_broadcast = given.flag("reply_broadcast")
    return {"channel": channel.id, "ts": message.ts, "message": bodies.message(given.world, message)}


async def post_ephemeral(given: Given) -> Json:
    """Show a message to one member; it can be changed by nobody but a response_url."""
    channel = given.channel()
    may_post(given, channel, "restricted_action")
    user = given.team.users.get(given.needed("user"))
    if user is None or user.id not in channel.members:
        raise refused("user_not_in_channel")
    thread_ts = thread(given, channel)
    given.args.pop("metadata", None)  # "event_type and event_payload are ignored here"
    shown = composing.version(given, most=given.world.limits.text)
    message = composing.put(given.world, channel, given.team.bot, shown, thread_ts=thread_ts, ephemeral_to=user)
    return {"message_ts": message.ts}


async def update(given: Given) -> Json:
    """Change a message of the application's own; a text without blocks takes its blocks away."""
    channel = given.channel()
    message = found(given, channel)
    if channel.is_archived:
        raise refused("is_inactive")
    if message.author is not given.team.bot or given.team.bot.id not in channel.members:
        raise refused("cant_update_message")
    if message.stream is not None and message.stream.ended_at is None:
        raise refused("streaming_state_conflict")
    window, now = given.team.edit_window_s, given.world.clock.now()
    if window is not None and now > message.versions[0].at + window:
        raise refused("edit_window_closed")
    change(given, message, with_files(given, composing.version(
        given, before=message.now, most=given.world.limits.update_text
    )))  # fmt: skip
    text = message.now.text
    return {"channel": channel.id, "ts": message.ts, "text": text, "message": bodies.message(given.world, message)}


def with_files(given: Given, shown: Version) -> Version:
    """Return the version with the files that `file_ids` names, if it is given; raises file_not_found, file_deleted."""
    named = given.json("file_ids")
    if named is None:
        return shown
    known: list[File] = []
    for each in named:
        file = given.team.files.get(str(each))
        if file is None or file.completed_at is None or not files.is_seen_by_bot(file):
            raise refused("file_not_found")
        if file.deleted_at is not None:
            raise refused("file_deleted")
        known.append(file)
    return Version(
        at=shown.at,
        text=shown.text,
        blocks=shown.blocks,
        attachments=shown.attachments,
        files=tuple(known),
        metadata=shown.metadata,
        is_edited=shown.is_edited,
    )


def change(given: Given, message: Message, shown: Version) -> None:
    """Let a message show something else and tell of it; that pings nobody."""
    before = bodies.message(given.world, message)
    message.versions.append(shown)
    for each in shown.files:
        stamps = each.shares.setdefault(message.channel.id, [])
        if message.ts not in stamps:
            stamps.append(message.ts)
    tell_changed(given.world, message, before)


async def delete(given: Given) -> Json:
    """Delete a message of the application's own."""
    channel = given.channel()
    message = found(given, channel)
    if message.author is not given.team.bot:
        raise refused("cant_delete_message")
    message.deleted_at = given.world.clock.now()
    tell_deleted(given.world, message)
    return {"channel": channel.id, "ts": message.ts}


async def permalink(given: Given) -> Json:
    """Return a link to a message."""
    channel = given.channel()
    message = found(given, channel, "message_ts")
    where = f"https://{given.team.domain}.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.thread_ts is not None and message.thread_ts != message.ts:
        where += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": where}
