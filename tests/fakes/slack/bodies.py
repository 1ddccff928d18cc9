"""How Slack writes down what exists: messages, files, users, channels, teams, views."""

from . import pictures
from .shapes import Json
from .state import Channel, File, Message, Team, User, Version, View, World


def message(world: World, each: Message, *, with_metadata: bool = True) -> Json:
    """Return a message as methods and events show it."""
    now, bot = each.now, each.author.bot_id
    body: Json = {"type": "message", "ts": each.ts, "user": each.author.id, "team": each.author.team.id}
    body["text"] = now.text
    if bot is not None:
        profile = {"id": bot, "app_id": world.app.id, "name": world.app.name, "deleted": False, "team_id": body["team"]}
        body |= {"bot_id": bot, "app_id": world.app.id, "bot_profile": profile}
    if each.subtype is not None:
        body["subtype"] = each.subtype
    body |= _shown(world, now) | _thread(each)
    if now.is_edited:
        body["edited"] = {"user": each.author.id, "ts": f"{now.at:.6f}"}
    if with_metadata and now.metadata is not None:
        body["metadata"] = now.metadata
    return body


def _shown(world: World, now: Version) -> Json:
    body: Json = {}
    if now.blocks:
        body["blocks"] = [*now.blocks]
    if now.attachments:
        body["attachments"] = [*now.attachments]
    if now.files:
        body["files"] = [file(world, each) for each in now.files]
    return body


def _thread(each: Message) -> Json:
    replies = each.channel.replies(each.ts)
    if each.thread_ts is not None and each.thread_ts != each.ts:
        parent = each.channel.messages.get(each.thread_ts)
        return {"thread_ts": each.thread_ts, "parent_user_id": parent.author.id if parent else ""}
    if not replies:
        return {}
    users = list(dict.fromkeys(one.author.id for one in replies))
    return {
        "thread_ts": each.ts,
        "reply_count": len(replies),
        "reply_users": users,
        "reply_users_count": len(users),
        "latest_reply": replies[-1].ts,
    }


def file(world: World, each: File) -> Json:
    """Return a file; what it is and how large it looks is known only once it is ready."""
    team = each.team
    base = f"{world.host}/files-pri/{team.id}-{each.id}"
    is_ready = each.is_ready(world.clock.now())
    kind = each.kind if is_ready else ""
    body: Json = {
        "id": each.id,
        "created": int(each.created),
        "timestamp": int(each.created),
        "name": each.name,
        "title": each.title or each.name,
        "mimetype": kind,
        "filetype": kind.rpartition("/")[2],
        "pretty_type": kind.rpartition("/")[2].upper(),
        "user": each.uploader.id,
        "user_team": team.id,
        "editable": False,
        "size": each.length,
        "mode": "hosted",
        "is_external": False,
        "external_type": "",
        "is_public": any(channel.kind == "channel" for channel in _channels(each)),
        "public_url_shared": False,
        "url_private": f"{base}/{each.name}",
        "url_private_download": f"{base}/download/{each.name}",
        "permalink": f"https://{team.domain}.slack.com/files/{each.uploader.id}/{each.id}/{each.name}",
        "file_access": "visible",
        "channels": [channel.id for channel in _channels(each) if channel.kind == "channel"],
        "groups": [channel.id for channel in _channels(each) if channel.kind in {"group", "mpim"}],
        "ims": [channel.id for channel in _channels(each) if channel.kind == "im"],
        "shares": _shares(each),
        "has_rich_preview": False,
    }
    if each.alt:
        body["alt_txt"] = each.alt
    if is_ready and (size := pictures.size(each.content)):
        thumb = f"{world.host}/files-tmb/{team.id}-{each.id}-{each.secret[:10]}/{each.name}"
        body |= {"original_w": size[0], "original_h": size[1], "thumb_360": thumb, "thumb_360_w": 360}
    return body


def _channels(each: File) -> list[Channel]:
    return [each.team.channels[number] for number in each.shares if number in each.team.channels]


def _shares(each: File) -> Json:
    shares: Json = {}
    for channel in _channels(each):
        where = shares.setdefault("public" if channel.kind == "channel" else "private", {})
        where[channel.id] = [{"ts": ts, "channel_name": channel.name} for ts in each.shares[channel.id]]
    return shares


def user(each: User, *, with_locale: bool = False) -> Json:
    """Return a user; somebody who is here by Slack Connect is a stranger, of a team of their own."""
    body: Json = {
        "id": each.id,
        "team_id": each.home or each.team.id,
        "name": each.name,
        "deleted": each.is_deleted,
        "real_name": each.name.title(),
        "tz": "Europe/Amsterdam",
        "profile": {"real_name": each.name.title(), "display_name": each.name, "team": each.home or each.team.id},
        "is_admin": each.is_admin,
        "is_owner": False,
        "is_bot": each.is_bot,
        "is_app_user": False,
        "is_restricted": each.is_guest,
        "is_ultra_restricted": False,
        "updated": 1700000000,
    }
    if each.home is not None:
        body["is_stranger"] = True
    elif each.team.enterprise is not None:
        body["enterprise_user"] = {
            "id": each.id,
            "enterprise_id": each.team.enterprise,
            "enterprise_name": "All",
            "is_admin": each.is_admin,
            "is_owner": False,
            "teams": [each.team.id],
        }
    return body | ({"locale": each.locale} if with_locale else {})


def channel(each: Channel, *, with_members: bool = False) -> Json:
    """Return a channel, as the application sees it."""
    body: Json = {
        "id": each.id,
        "created": 1700000000,
        "is_im": each.kind == "im",
        "is_archived": each.is_archived,
        "is_channel": each.kind == "channel",
        "is_group": each.kind == "group",
        "is_mpim": each.kind == "mpim",
        "is_private": each.kind != "channel",
        "is_shared": each.is_shared,
        "is_ext_shared": each.is_shared,
        "is_org_shared": False,
        "context_team_id": each.team.id,
    }
    if each.kind == "im":
        return body | {"user": each.user.id if each.user else "", "is_user_deleted": False}
    member = {"name": each.name, "name_normalized": each.name, "is_member": each.team.bot.id in each.members}
    more = {"is_general": False, "creator": "", "is_read_only": each.is_read_only}
    return body | member | more | ({"num_members": len(each.members)} if with_members else {})


def team(each: Team) -> Json:
    """Return a team."""
    url = f"https://{each.domain}.slack.com/"
    return {"id": each.id, "name": each.name, "domain": each.domain, "url": url, "email_domain": "", "icon": {}}


def view(world: World, each: View, state: Json | None = None) -> Json:
    """Return a view: what the application gave, and what Slack knows of it."""
    shape = {"private_metadata": "", "callback_id": "", "external_id": "", **each.shape}
    if each.kind == "modal":
        shape = {"clear_on_close": False, "notify_on_close": False, "close": None, "submit": None, **shape}
    return {
        **shape,
        "id": each.id,
        "team_id": each.team.id,
        "app_id": world.app.id,
        "app_installed_team_id": each.team.id,
        "bot_id": each.team.bot.bot_id,
        "hash": each.hash,
        "root_view_id": each.root,
        "previous_view_id": each.previous,
        "state": {"values": state or {}},
    }
