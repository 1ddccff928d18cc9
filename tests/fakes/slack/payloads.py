"""What Slack sends of events, commands, clicks, shortcuts and forms, as docs.slack.dev/interactivity shows them."""

import secrets

from . import bodies
from .shapes import Json
from .state import Channel, Message, Response, Team, Trigger, User, View, World

TOKEN = "fake-verification-token"
"""Deprecated by Slack, and still in every payload."""


def event(world: World, team: Team, inner: Json) -> Json:
    """Return what is delivered of an event."""
    return {
        "token": TOKEN,
        "team_id": team.id,
        "context_team_id": team.id,
        "context_enterprise_id": team.enterprise,
        "api_app_id": world.app.id,
        "event": {**inner, **_whose(team, inner)},
        "type": "event_callback",
        "event_id": world.clock.name("Ev"),
        "event_time": int(world.clock.now()),
        "authorizations": [
            {
                "enterprise_id": team.enterprise,
                "team_id": None if team.enterprise else team.id,
                "user_id": team.bot.id,
                "is_bot": True,
                "is_enterprise_install": team.enterprise is not None,
            }
        ],
        "is_ext_shared_channel": _is_shared(team, inner),
        "event_context": f"4-{secrets.token_hex(16)}",
    }


def _whose(team: Team, inner: Json) -> Json:
    """Return what is said of somebody who is here by Slack Connect."""
    user = team.users.get(str(inner.get("user")))
    if user is None or user.home is None:
        return {}
    return {"team": user.home, "user_team": user.home, "source_team": user.home}


def _is_shared(team: Team, inner: Json) -> bool:
    channel = team.channels.get(str(inner.get("channel")))
    return channel is not None and channel.is_shared


def command(world: World, user: User, channel: Channel, name: str, text: str, trigger: Trigger, back: Response) -> Json:
    """Return the fields of a slash command."""
    return {
        "token": TOKEN,
        "team_id": channel.team.id,
        "team_domain": channel.team.domain,
        "channel_id": channel.id,
        "channel_name": _shown_name(channel),
        "user_id": user.id,
        "user_name": user.name,
        "command": name,
        "text": text,
        "api_app_id": world.app.id,
        **({"enterprise_id": channel.team.enterprise} if channel.team.enterprise else {}),
        "is_enterprise_install": "true" if channel.team.enterprise else "false",
        "response_url": back.url,
        "trigger_id": trigger.id,
    }


def interaction(world: World, user: User, kind: str, trigger: Trigger | None, what: Json) -> Json:
    """Return what all interactions have in common, with what this one has of its own."""
    shown: Json = {
        "type": kind,
        "token": TOKEN,
        "api_app_id": world.app.id,
        "team": {"id": user.team.id, "domain": user.team.domain},
        "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": user.home or user.team.id},
        "enterprise": {"id": user.team.enterprise, "name": "All"} if user.team.enterprise else None,
        "is_enterprise_install": user.team.enterprise is not None,
    }
    if trigger is not None:
        shown["trigger_id"] = trigger.id
    return {**shown, **what}


def on_message(world: World, message: Message) -> Json:
    """Return where something on a message was done; of an ephemeral one the application is told no more."""
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel.id,
        "is_ephemeral": message.is_ephemeral,
    }
    if message.thread_ts is not None:
        container["thread_ts"] = message.thread_ts
    shown: Json = {"container": container, "channel": place(message.channel)}
    if not message.is_ephemeral:
        shown["message"] = bodies.message(world, message)
    return shown


def on_view(world: World, view: View, values: Json) -> Json:
    """Return where something in a form or an App Home was done, as it was filled in then."""
    return {"container": {"type": "view", "view_id": view.id}, "view": bodies.view(world, view, values)}


def place(channel: Channel) -> Json:
    """Return a channel as interactions name it."""
    return {"id": channel.id, "name": _shown_name(channel)}


def _shown_name(channel: Channel) -> str:
    return {"im": "directmessage", "group": "privategroup"}.get(channel.kind, channel.name)
