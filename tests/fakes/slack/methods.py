"""Every method that is served: its arguments, tier, scopes and what opens it.

The arguments and tiers are those of Slack's description of 2026-08-20 (docs.slack.dev/reference/methods).
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from . import (
    methods_chat,
    methods_files,
    methods_people,
    methods_places,
    methods_streams,
    methods_tokens,
    methods_views,
)
from .given import Given
from .shapes import Json
from .tiers import Tier

Serve = Callable[[Given], Awaitable[Json]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One method; `scopes` are alternatives, methods for channels ask for those of their kind by themselves."""

    name: str
    serve: Serve
    tier: Tier
    args: frozenset[str]
    scopes: tuple[str, ...] = ()
    opened_by: Literal["bot", "app", "nothing"] = "bot"
    takes_json: bool = True
    must_post: bool = False


def _method(
    name: str,
    serve: Serve,
    tier: Tier,
    args: str = "",
    *scopes: str,
    opened_by: Literal["bot", "app", "nothing"] = "bot",
    takes_json: bool = True,
) -> Method:
    return Method(
        name=name,
        serve=serve,
        tier=tier,
        args=frozenset(args.split()),
        scopes=scopes,
        opened_by=opened_by,
        takes_json=takes_json,
        must_post=name == "apps.connections.open",
    )


_SHOWN = "text blocks attachments markdown_text metadata parse link_names"
_LOOK = "icon_emoji icon_url username"
_PAGE = "cursor limit"
_SPAN = f"{_PAGE} latest oldest inclusive include_all_metadata"

METHODS = {
    each.name: each
    for each in (
        _method("api.test", methods_tokens.api_test, 4, "error foo", opened_by="nothing"),
        _method("auth.test", methods_tokens.test, "special"),
        _method("auth.revoke", methods_tokens.revoke, 3, "test", takes_json=False),
        _method("apps.connections.open", methods_tokens.open_connection, 3, opened_by="app"),
        _method("apps.uninstall", methods_tokens.uninstall, 1, "client_id client_secret", takes_json=False),
        _method(
            "oauth.v2.access",
            methods_tokens.exchange,
            "special",
            "client_id client_secret code redirect_uri grant_type refresh_token code_verifier",
            opened_by="nothing",
            takes_json=False,
        ),
        _method(
            "chat.postMessage",
            methods_chat.post,
            "post",
            f"channel {_SHOWN} {_LOOK} thread_ts reply_broadcast unfurl_links unfurl_media mrkdwn as_user",
            "chat:write",
        ),
        _method(
            "chat.postEphemeral",
            methods_chat.post_ephemeral,
            4,
            f"channel user {_SHOWN} {_LOOK} thread_ts as_user",
            "chat:write",
        ),
        _method(
            "chat.update",
            methods_chat.update,
            3,
            f"channel ts {_SHOWN} as_user reply_broadcast file_ids unfurled_attachments",
            "chat:write",
        ),
        _method("chat.delete", methods_chat.delete, 3, "channel ts as_user", "chat:write"),
        _method("chat.getPermalink", methods_chat.permalink, "special", "channel message_ts", takes_json=False),
        _method(
            "chat.startStream",
            methods_streams.start,
            2,
            f"channel thread_ts markdown_text chunks recipient_user_id recipient_team_id task_display_mode {_LOOK}",
            "chat:write",
        ),
        _method("chat.appendStream", methods_streams.append, 4, "channel ts markdown_text chunks", "chat:write"),
        _method(
            "chat.stopStream",
            methods_streams.stop,
            2,
            "channel ts markdown_text chunks blocks metadata",
            "chat:write",
        ),
        _method(
            "assistant.threads.setStatus",
            methods_streams.set_status,
            "special",
            f"channel_id thread_ts status loading_messages {_LOOK}",
            "chat:write",
            "assistant:write",
        ),
        _method("conversations.history", methods_places.history, 3, f"channel {_SPAN}"),
        _method("conversations.replies", methods_places.replies, 3, f"channel ts {_SPAN}", takes_json=False),
        _method(
            "conversations.info",
            methods_places.info,
            3,
            "channel include_locale include_num_members",
            takes_json=False,
        ),
        _method("conversations.members", methods_places.members, 4, f"channel {_PAGE}", takes_json=False),
        _method("conversations.join", methods_places.join, 3, "channel", "channels:join"),
        _method(
            "conversations.open",
            methods_places.open_dm,
            3,
            "channel users return_im prevent_creation",
            "im:write",
            "mpim:write",
            "channels:manage",
            "groups:write",
        ),
        _method("users.info", methods_people.user, 4, "user include_locale", "users:read", takes_json=False),
        _method("bots.info", methods_people.bot, 3, "bot team_id", "users:read", takes_json=False),
        _method("team.info", methods_people.team, 3, "team domain", "team:read", takes_json=False),
        _method(
            "usergroups.users.list",
            methods_people.usergroup,
            2,
            "usergroup include_disabled team_id",
            "usergroups:read",
            takes_json=False,
        ),
        _method(
            "files.getUploadURLExternal",
            methods_files.get_link,
            4,
            "filename length alt_txt snippet_type",
            "files:write",
            takes_json=False,
        ),
        _method(
            "files.completeUploadExternal",
            methods_files.complete,
            4,
            f"files channel_id channels thread_ts initial_comment blocks {_LOOK}",
            "files:write",
        ),
        _method("files.info", methods_files.info, 4, f"file count page {_PAGE}", "files:read", takes_json=False),
        _method("files.delete", methods_files.delete, 3, "file", "files:write"),
        _method("views.open", methods_views.open_view, 4, "trigger_id interactivity_pointer view"),
        _method("views.push", methods_views.push, 4, "trigger_id interactivity_pointer view"),
        _method("views.update", methods_views.update, 4, "view_id external_id view hash"),
        _method("views.publish", methods_views.publish, 4, "user_id view hash interactivity_pointer"),
    )
}
