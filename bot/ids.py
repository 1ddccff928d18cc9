"""What settings and measures may call things by: a word of the operator's own, or an id of a platform's. Pure.

A platform's names change and are not unique: whoever writes one down is told how to copy the id instead, since a name
would be taken, and hold nowhere.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, StringConstraints

from bot.servers import WORD
from workflows.faults import shown

PLATFORMS = ("discord", "slack", "web")
"""Where somebody can be."""


class IdKind(StrEnum):
    """What an id is of."""

    COMMUNITY = "community"
    CHANNEL = "channel"
    ROLE = "role"
    USER = "user"


def _word(text: str) -> str:
    if not WORD.fullmatch(text):
        raise ValueError("takes a word of small letters, digits, - and _, with 32 at most")
    return text


def _text(value: object) -> object:
    """Take an id that was written as a number, which in TOML holds every digit of it."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


_SNOWFLAKE = "[0-9]{15,20}"

Word = Annotated[str, AfterValidator(_word)]
"""The name of a server or a tier, or a label."""

Snowflake = Annotated[str, BeforeValidator(_text), StringConstraints(pattern=f"^{_SNOWFLAKE}$")]
"""An id of Discord's, as *Copy Server ID* gives it."""

Id = Annotated[str, BeforeValidator(_text), StringConstraints(pattern=r"^[\w.-]{1,100}$")]
"""Whatever a platform calls a community, a channel, a role or a person."""

_COPIED: Mapping[tuple[str, IdKind], tuple[str, str]] = {
    ("discord", IdKind.COMMUNITY): (f"{_SNOWFLAKE}|dm", "right-click the server, Copy Server ID; or dm"),
    ("discord", IdKind.CHANNEL): (_SNOWFLAKE, "right-click the channel, Copy Channel ID"),
    ("discord", IdKind.ROLE): (_SNOWFLAKE, "in Server Settings, Roles, right-click the role, Copy Role ID"),
    ("discord", IdKind.USER): (
        _SNOWFLAKE,
        "right-click the person, Copy User ID; on Discord that is a number of 17 to 20 digits",
    ),
    ("slack", IdKind.COMMUNITY): (
        "[TE][A-Z0-9]{5,30}",
        "open Slack in a browser: its address has it after /client/, T…",
    ),
    ("slack", IdKind.CHANNEL): (
        "[CGD][A-Z0-9]{5,30}",
        "open the channel in a browser: it ends the address, C…",
    ),
    ("slack", IdKind.ROLE): (
        "guest|S[A-Z0-9]{5,30}",
        "open the user group, its three dots, Copy group ID, S…; or guest",
    ),
    ("slack", IdKind.USER): (
        "[UW][A-Z0-9]{5,30}",
        "open their profile, the three dots, Copy member ID; on Slack that is U… or W…, in capitals",
    ),
    ("web", IdKind.ROLE): ("(?!)", "the page has no roles"),
}
"""By platform and kind: how an id looks, and how somebody gets at one."""


def fault_of_id(platform: str, kind: IdKind, text: str) -> str | None:
    """Say why a text is no id, and how to copy one; None for an id, and for ids of which nothing is known."""
    pattern, how = _COPIED.get((platform, kind), ("", ""))
    return None if not pattern or re.fullmatch(pattern, text) else f"{text!r} is no id: {how}"


_ON_THE_PAGE = re.compile(r"(?!@)[^\s/]+")


def fault_of_person(platform: str, text: str) -> str | None:
    """Say why nobody can be meant by a text on a platform, and how to copy an id; None where somebody can."""
    # The page makes ids of names, in small letters. Settings may have others there: they hold for nobody, as ever.
    if platform == "web" and not (_ON_THE_PAGE.fullmatch(text) and text == text.lower()):
        return f"{text!r} is no id: on the page that is a name in small letters, as People in the console has it"
    return fault_of_id(platform, IdKind.USER, text)


def fault_of_platform(name: str) -> str | None:
    """Say that there is no such platform, and which there are; None for one."""
    return None if name in PLATFORMS else f"There is no platform {shown(name)}. There is {', '.join(PLATFORMS)}"
