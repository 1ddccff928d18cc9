"""From what Slack sends to who did something, where, and what they said. Pure; what is sent is foreign JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from adapters.slack.installs import workspace_of
from adapters.slack.shapes import Json
from adapters.slack.standing import PLATFORM, Conversation
from adapters.slack.text import after_mention, read
from bot.jobs import Place, Requester, Tenant
from bot.policy.places import Spot
from bot.submissions import Occasion

_WRITTEN = (None, "file_share", "thread_broadcast")
"""Subtypes of messages that somebody wrote; all others tell of a change, or are written by none."""

_LONGEST_ID = 100
_LONGEST_NAME = 80
_LONGEST_SECRET = 1000
_LONGEST_TEXT = 40_000


class StrangeEvent(ValueError):
    """Something that is not as Slack describes it, or that nobody did: there is nobody to answer."""


class Kind(StrEnum):
    """What somebody did."""

    COMMAND = "command"
    MENTION = "mention"
    MESSAGE = "message"  #: something was written in the app's own direct messages
    CLICK = "click"
    SUBMIT = "submit"  #: a form was sent
    SUGGEST = "suggest"  #: something is typed into a select
    SHORTCUT = "shortcut"  #: the global one
    MENU = "menu"  #: the shortcut of a message
    HOME = "home"  #: App Home was opened


_KINDS: Mapping[str, Kind] = {
    "block_actions": Kind.CLICK,
    "view_submission": Kind.SUBMIT,
    "block_suggestion": Kind.SUGGEST,
    "shortcut": Kind.SHORTCUT,
    "message_action": Kind.MENU,
    "app_mention": Kind.MENTION,
    "message": Kind.MESSAGE,
    "app_home_opened": Kind.HOME,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """One thing that somebody did with us."""

    id: str  #: the same when Slack delivers it again
    kind: Kind
    requester: Requester
    talk: Conversation | None  #: where; None for App Home, forms and the global shortcut
    data: Json = field(repr=False)  #: all of it, as Slack wrote it
    text: str = field(default="", repr=False)  #: what was typed behind a command or mention, or said to us alone
    said: str = field(default="", repr=False)  #: the same as Slack wrote it, where people stand by their ids
    is_to_us: bool = True  #: whoever wrote it speaks to us, as far as that can be told: not only of us
    command: str = ""  #: without its stroke
    name: str = ""  #: what a click or a shortcut says of itself
    value: str = field(default="", repr=False)  #: what a click or a select says beside that
    trigger: str | None = field(default=None, repr=False)  #: opens a form for three seconds
    response_url: str | None = field(default=None, repr=False)
    view: Json | None = field(default=None, repr=False)  #: the form or App Home that it was done in
    message: str | None = None  #: Slack's `ts` of the message that was clicked
    is_ephemeral: bool = False  #: nobody else sees it

    @property
    def workspace(self) -> str:
        """Return the workspace, as its tenant is called."""
        return self.requester.tenant.id

    @property
    def is_at_home(self) -> bool:
        """Whether it was done in App Home."""
        return self.view is not None and self.view.get("type") == "home"

    def place(self, talk: Conversation | None = None) -> Place:
        """Return where it was done, or another conversation of the same workspace; one of no name where it is none."""
        where = talk or self.talk
        if where is None:
            return Place(tenant=self.requester.tenant, channel="")
        thread = f"/{where.thread}" if where.thread else ""
        return Place(tenant=self.requester.tenant, channel=f"{where.channel}{thread}")

    def spot(self, talk: Conversation | None = None) -> Spot:
        """Return the place as rules see it. No channel of Slack's is marked as for adults: only a rule says that."""
        where = talk or self.talk
        return Spot(
            place=self.place(where),
            thread_of=where.channel if where and where.thread else None,
            is_direct=where is not None and where.is_direct,
        )

    def occasion(self, talk: Conversation | None = None) -> Occasion:
        """Return it as one on which something may be asked."""
        return Occasion(event=f"{self.workspace}/{self.id}", requester=self.requester, spot=self.spot(talk))


def origin_of(body: Json) -> Origin:
    """Read what Slack sent; raises StrangeEvent."""
    try:
        if body.get("type") == "event_callback":
            return _of_event(body)
        return _of_command(body) if "command" in body else _of_interaction(body)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise StrangeEvent(f"{type(error).__name__} in what Slack sent") from error


def _of_command(body: Json) -> Origin:
    workspace = _workspace(body, body.get("enterprise_id"), body.get("team_id"))
    return Origin(
        # Slack draws a trigger_id for each use of a command, and never sends one use twice.
        id=_id(body["trigger_id"]),
        kind=Kind.COMMAND,
        requester=_requester(workspace, body["user_id"], body.get("user_name")),
        talk=Conversation(workspace=workspace, channel=_id(body["channel_id"])),
        data=body,
        text=read(_text(body.get("text"))),
        said=_text(body.get("text")),
        command=_id(body["command"]).removeprefix("/").lower(),
        trigger=_secret(body["trigger_id"]),
        response_url=_secret(body.get("response_url")),
    )


def is_nobodys(body: Json) -> bool:
    """Whether it is something that we hear of and nobody asked of us: of bots, ourselves included, and changes."""
    event = body.get("event")
    if not isinstance(event, dict):
        return False
    is_changed = event.get("type") == "message" and event.get("subtype") not in _WRITTEN
    is_elsewhere = event.get("type") == "message" and event.get("channel_type") != "im"
    return bool(event.get("bot_id")) or is_changed or is_elsewhere or event.get("user") == heard(body).get("user_id")


def heard(body: Json) -> Json:
    """Return which installation hears of an event; the team of a shared channel's event may be another one."""
    found = body.get("authorizations")
    first = found[0] if isinstance(found, list) and found else {}
    return first if isinstance(first, dict) else {}


def workspace_of_event(body: Json) -> str:
    """Return the workspace that hears of an event. Raises ValueError for none at all."""
    ours = heard(body)
    enterprise, team = (ours.get(each) or body.get(each) for each in ("enterprise_id", "team_id"))
    return _workspace(ours, enterprise, team)


def _of_event(body: Json) -> Origin:
    event, workspace = body["event"], workspace_of_event(body)
    kind = _KINDS[event["type"]]
    text, is_to_us = _said(kind, _text(event.get("text")), str(heard(body).get("user_id")))
    return Origin(
        # Delivered again until it is acknowledged, always by this id.
        id=_id(body["event_id"]),
        kind=kind,
        requester=_requester(workspace, event["user"], None),
        talk=None if kind is Kind.HOME else _talk(workspace, event["channel"], event),
        data=event,
        text=read(text),
        said=text,
        is_to_us=is_to_us,
        name=str(event.get("tab") or ""),
    )


def _said(kind: Kind, text: str, us: str) -> tuple[str, bool]:
    behind, is_first = after_mention(text, us)
    # Where nobody else reads nobody else is spoken to: there a mention in the middle is a part of what is said.
    return (behind, is_first) if kind is Kind.MENTION else (behind if is_first else text, True)


def _of_interaction(body: Json) -> Origin:
    kind = _KINDS[body["type"]]
    workspace = _workspace(body, (body.get("enterprise") or {}).get("id"), (body.get("team") or {}).get("id"))
    view: Json | None = body.get("view")
    container: Json = body.get("container") or {}
    action: Json = body["actions"][0] if kind is Kind.CLICK else {}
    user: Json = body["user"]
    return Origin(
        id=_event(kind, body, view),
        kind=kind,
        requester=_requester(workspace, user["id"], user.get("username") or user.get("name")),
        talk=_clicked(workspace, body, container),
        data=body,
        name=str(action.get("action_id") or body.get("callback_id") or body.get("block_id") or ""),
        value=_value(action) or _text(body.get("value")),
        trigger=_secret(body.get("trigger_id")),
        response_url=_secret(body.get("response_url")),
        view=view,
        message=_id(container["message_ts"]) if kind is Kind.CLICK and container.get("message_ts") else None,
        is_ephemeral=bool(container.get("is_ephemeral")),
    )


def _event(kind: Kind, body: Json, view: Json | None) -> str:
    # A form is one wish: whoever sends it anew, since the answer was lost on the way, does not ask for a second job.
    if kind is Kind.SUBMIT and view is not None:
        return _id(view["id"])
    return _id(body.get("trigger_id") or "suggesting")


def _clicked(workspace: str, body: Json, container: Json) -> Conversation | None:
    channel = (body.get("channel") or {}).get("id")
    if channel is None:
        return None
    message: Json = body.get("message") or {}
    return _talk(workspace, channel, {"ts": container.get("message_ts"), **container, **message})


def _talk(workspace: str, channel: object, message: Json) -> Conversation:
    # The message that a thread began with stands in the channel, though it names the thread.
    thread = message.get("thread_ts")
    is_inside = thread is not None and thread != message.get("ts")
    return Conversation(workspace=workspace, channel=_id(channel), thread=_id(thread) if is_inside else None)


def _value(action: Json) -> str:
    chosen = action.get("selected_option")
    found = chosen.get("value") if isinstance(chosen, dict) else action.get("value")
    return _text(found)


def _workspace(body: Json, enterprise: object, team: object) -> str:
    is_enterprise = body.get("is_enterprise_install") in (True, "true")
    known = (str(each) if each else None for each in (enterprise, team))
    return _id(workspace_of(*known, is_enterprise_install=is_enterprise))


def _requester(workspace: str, user: object, name: object) -> Requester:
    shown = str(name or "somebody")[:_LONGEST_NAME]
    return Requester(tenant=Tenant(platform=PLATFORM, id=workspace), id=_id(user), name=shown)


def _id(value: object) -> str:
    text = str(value)
    if not (0 < len(text) <= _LONGEST_ID and text.isascii() and text.isprintable()):
        raise ValueError("no id of Slack's")
    return text


def _text(value: object) -> str:
    return value[:_LONGEST_TEXT] if isinstance(value, str) else ""


def _secret(value: object) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= _LONGEST_SECRET else None
