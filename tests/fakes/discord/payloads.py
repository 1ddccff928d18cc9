"""How Discord writes down what exists, for answers and for events."""

from copy import deepcopy

from . import cdn
from .clock import iso
from .permissions import NOTHING, Can
from .shapes import Json
from .shapes_messages import LOADING
from .state import DM_CHANNEL, TEXT_CHANNEL, THREAD, Channel, Command, File, Guild, Interaction, Message, User, World

DEFAULT, REPLY, CHAT_INPUT, CONTEXT_MENU = 0, 19, 20, 23


def user(each: User) -> Json:
    """Return a user."""
    return {
        "id": str(each.id),
        "username": each.name,
        "global_name": None if each.is_bot else each.name.title(),
        "discriminator": "0000" if each.is_bot else "0",
        "avatar": None,
        "bot": each.is_bot,
        "system": False,
        "flags": 0,
        "public_flags": 0,
    }


def member(guild: Guild, each: User, *, with_user: bool = True) -> Json:
    """Return a member of a guild."""
    shown: Json = {
        "roles": [str(guild.bot_role)]
        if each.is_bot
        else [str(number) for number, whose in _held(guild) if each.id in whose],
        "nick": None,
        "avatar": None,
        "joined_at": iso(0),
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "pending": False,
        "flags": 0,
        "communication_disabled_until": guild.timed_out.get(each.id),
    }
    return {**shown, "user": user(each)} if with_user else shown


def _held(guild: Guild) -> list[tuple[int, set[int]]]:
    """Return who has which role. What somebody may do beyond @everyone is a role of their own, with their id."""
    own = [(number, {number}) for number, can in guild.members.items() if can]
    return [*((number, whose) for number, (_, whose) in guild.roles.items()), *own]


def _role(number: int, name: str, can: Can, *, managed_by: int | None = None) -> Json:
    return {
        "id": str(number),
        "name": name,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "position": 0 if managed_by is None else 1,
        "permissions": str(int(can)),
        "managed": managed_by is not None,
        "mentionable": False,
        "flags": 0,
        **({} if managed_by is None else {"tags": {"bot_id": str(managed_by)}}),
    }


def channel(each: Channel) -> Json:
    """Return a channel."""
    if each.guild is None:
        assert each.user is not None
        return {
            "id": str(each.id),
            "type": DM_CHANNEL,
            "recipients": [user(each.user)],
            "last_message_id": None,
            "flags": 0,
        }
    if each.parent is not None:
        return _thread(each, each.guild, each.parent)
    return {
        "id": str(each.id),
        "type": TEXT_CHANNEL,
        "guild_id": str(each.guild.id),
        "name": each.name,
        "position": 0,
        "permission_overwrites": [
            {"id": str(who), "type": 1, "allow": "0", "deny": str(int(denied))} for who, denied in each.denied.items()
        ],
        "nsfw": each.is_nsfw,
        "topic": None,
        "rate_limit_per_user": 0,
        "parent_id": None,
        "last_message_id": None,
        "flags": 0,
    }


def _thread(each: Channel, guild: Guild, parent: Channel) -> Json:
    return {
        "id": str(each.id),
        "type": THREAD,
        "guild_id": str(guild.id),
        "parent_id": str(parent.id),
        "owner_id": str(guild.owner.id),
        "name": each.name,
        "last_message_id": None,
        "message_count": len(each.messages),
        "member_count": 1,
        "rate_limit_per_user": 0,
        "flags": 0,
        "thread_metadata": {
            "archived": False,
            "auto_archive_duration": 1440,
            "archive_timestamp": iso(0),
            "locked": False,
        },
    }


def guild(world: World, each: Guild) -> Json:
    """Return a guild as GUILD_CREATE tells of it, with the bot as the one member that is named."""
    return {
        "id": str(each.id),
        "name": each.name,
        "icon": None,
        "splash": None,
        "discovery_splash": None,
        "description": None,
        "owner_id": str(each.owner.id),
        "afk_channel_id": None,
        "afk_timeout": 300,
        "verification_level": 0,
        "default_message_notifications": 1,
        "explicit_content_filter": 0,
        "features": [],
        "emojis": [],
        "stickers": [],
        "mfa_level": 0,
        "premium_tier": 0,
        "preferred_locale": each.locale,
        "nsfw_level": 0,
        "system_channel_id": str(each.notices) if each.notices else None,
        "system_channel_flags": 0,
        "rules_channel_id": None,
        "public_updates_channel_id": None,
        "vanity_url_code": None,
        "roles": [
            _role(each.id, "@everyone", each.everyone),
            _role(each.bot_role, world.bot.name, each.bot_can, managed_by=world.bot.id),
            *(_role(number, name, NOTHING) for number, (name, _) in each.roles.items()),
            *(_role(number, f"of {number}", can) for number, can in each.members.items() if can),
        ],
        "joined_at": iso(0),
        "large": False,
        "unavailable": False,
        "member_count": len(each.members) + 1,
        "members": [member(each, world.bot)],
        "channels": [channel(one) for one in each.channels.values() if one.parent is None],
        "threads": [channel(one) for one in each.channels.values() if one.parent is not None],
        "presences": [],
        "voice_states": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def attachment(world: World, each: File) -> Json:
    """Return an attachment with a link that is good for a while."""
    link = cdn.link(world, each)
    shown: Json = {
        "id": str(each.id),
        "filename": each.name,
        "size": len(each.content),
        "url": link,
        "proxy_url": link,
        "content_type": each.kind,
    }
    if each.description is not None:
        shown["description"] = each.description
    if each.kind.startswith("image/"):
        shown |= cdn.size(each)
    if each.is_ephemeral:
        shown["ephemeral"] = True
    return shown


def message(world: World, each: Message) -> Json:
    """Return a message as it is now."""
    now = each.now
    files = [attachment(world, one) for one in now.files]
    links = {f"attachment://{one['filename']}": one for one in files}
    return {
        "id": str(each.id),
        "channel_id": str(each.channel.id),
        "author": user(each.author),
        "content": now.content,
        "timestamp": iso(each.versions[0].at),
        "edited_timestamp": iso(now.at) if len(each.versions) > 1 else None,
        "tts": False,
        "mention_everyone": "everyone" in each.pings,
        "mentions": [user(world.users[int(one)]) for one in each.pings if one.isdigit() and int(one) in world.users],
        "mention_roles": [],
        "attachments": files,
        "embeds": [_linked({"type": "rich", **one}, links) for one in now.embeds],
        "components": [_linked(one, links) for one in now.components],
        "pinned": False,
        "type": _kind(each),
        "flags": now.flags | (LOADING if each.is_loading else 0),
        **({} if each.nonce is None else {"nonce": each.nonce}),
        **_whence(each),
    }


def _kind(each: Message) -> int:
    if each.interaction is None:
        return DEFAULT if each.reference is None else REPLY
    if each.interaction.kind == 2 and each is each.interaction.original:
        return CHAT_INPUT if each.interaction.data.get("type") == 1 else CONTEXT_MENU
    return DEFAULT


def _whence(each: Message) -> Json:
    shown: Json = {}
    if each.reference is not None:
        shown["message_reference"] = {"type": 0, "message_id": str(each.reference), "channel_id": str(each.channel.id)}
    if (asked := each.interaction) is not None:
        shown["webhook_id"] = shown["application_id"] = str(each.author.id)
        shown["interaction_metadata"] = {
            "id": str(asked.id),
            "type": asked.kind,
            "user": user(asked.user),
            "authorizing_integration_owners": owners(asked),
        }
    return shown


def _linked(part: Json, links: dict[str, Json]) -> Json:
    """Return an embed or component with the uploads that it names replaced by their links."""
    copied = deepcopy(part)
    stack: list[object] = [copied]
    while stack:
        match stack.pop():
            case dict() as node:
                if (url := node.get("url")) in links:
                    node |= {"url": links[url]["url"], "proxy_url": links[url]["proxy_url"]}
                    node |= {key: links[url][key] for key in ("width", "height") if key in links[url]}
                stack.extend(node.values())
            case list() as node:
                stack.extend(node)
    return copied


def owners(asked: Interaction) -> Json:
    """Return by whose installation the application was there to be asked."""
    if asked.by_user_install:
        return {"1": str(asked.user.id)}
    return {"0": str(asked.channel.guild.id) if asked.channel.guild else "0"}


def interaction(world: World, each: Interaction) -> Json:
    """Return the event that tells the application what a member did."""
    place = each.channel
    shown: Json = {
        "id": str(each.id),
        "application_id": str(world.application),
        "type": each.kind,
        "token": each.token,
        "version": 1,
        "data": each.data,
        "channel_id": str(place.id),
        "channel": {**channel(place), "permissions": str(int(place.can(each.user)))},
        "app_permissions": str(int(_app_permissions(world, each))),
        "locale": each.user.locale,
        "entitlements": [],
        "authorizing_integration_owners": owners(each),
        "context": 0 if place.guild else 1,
        "attachment_size_limit": file_bytes(world, place),
    }
    if place.guild is None:
        shown["user"] = user(each.user)
    else:
        can = place.can(each.user)
        shown["member"] = {**member(place.guild, each.user), "permissions": str(int(can))}
        shown["guild_id"] = str(place.guild.id)
        shown["guild_locale"] = place.guild.locale
        shown["guild"] = {"id": str(place.guild.id), "locale": place.guild.locale, "features": []}
    if each.source is not None:
        shown["message"] = message(world, each.source)
    return shown


def _app_permissions(world: World, each: Interaction) -> Can:
    """Return what the application may do there: in direct messages no SEND_MESSAGES is among it (docs)."""
    if each.channel.guild is None:
        return Can.ATTACH_FILES | Can.EMBED_LINKS | Can.MENTION_EVERYONE | Can.USE_EXTERNAL_EMOJIS
    return each.channel.can(each.user if each.by_user_install else world.bot)


def file_bytes(world: World, place: Channel) -> int:
    """Return how large a file may be there."""
    own = place.guild.file_bytes if place.guild else None
    return own or world.limits.file_bytes


def command(world: World, each: Command) -> Json:
    """Return a registered command."""
    return {
        "default_member_permissions": None,
        "dm_permission": True,
        "nsfw": False,
        "description": "",
        "type": 1,
        "contexts": None,
        "integration_types": [0],
        **{key: value for key, value in each.shape.items() if value is not None},
        **_asked_for(each.shape),
        "id": str(each.id),
        "application_id": str(world.application),
        "version": str(each.version),
        **({"guild_id": str(each.guild)} if each.guild else {}),
    }


def _asked_for(shape: Json) -> Json:
    """Return the right that it takes to find a command: asked for as a number, told as the text of one."""
    needed = shape.get("default_member_permissions")
    return {} if needed is None else {"default_member_permissions": str(needed)}


def application(world: World) -> Json:
    """Return the application itself."""
    return {
        "id": str(world.application),
        "name": world.bot.name,
        "icon": None,
        "description": "",
        "bot_public": True,
        "bot_require_code_grant": False,
        "owner": user(next((one.owner for one in world.guilds.values()), world.bot)),
        "team": None,
        "verify_key": "0" * 64,
        "flags": 0,
        "summary": "",
        "approximate_guild_count": len(world.guilds),
        "interactions_endpoint_url": None,
        "integration_types_config": {"0": {}, "1": {}},
    }
