"""From what Discord says was asked to what is ordered. Pure; all of it is foreign JSON, so everything has a limit.

Values are intake's to judge. What cannot be read at all comes of a command that was registered before an upgrade.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from math import isfinite

from adapters.discord.options import MOST_OPTIONS, MOST_SAID, MOST_TEXT, SAFE, OptionKind
from adapters.discord.shapes import Json, is_id
from bot.bundles import promise
from bot.commands import IMAGINE
from bot.errors import SubmissionError
from bot.jobs import is_taken
from bot.submissions import Plain, Promised
from bot.suggesting import sent_for
from workflows.catalog import Catalog
from workflows.command import PROMPT, WORKFLOW
from workflows.parameters import Choice
from workflows.text import folded
from workflows.vocabulary import Vocabulary

MOST_PICTURES = 10
"""Of one message: as many as Discord lets anybody attach."""

_NAME_MAX = 32
_ADDRESS_MAX = 2048
_FILE_NAME_MAX = 260
_TYPE_MAX = 100
_SIDE_MAX = 1_000_000
_BYTES_MAX = 10 * 2**30
_PARTS_MAX = 200
_DEPTH_MAX = 4

_BUTTON, _THUMBNAIL, _GALLERY = 2, 11, 12

UNREAD = "Discord and I do not agree on this command: it has changed lately. Try it again in a few minutes."


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file at Discord, as Discord describes it; nobody has looked at its bytes."""

    id: str
    url: str = field(repr=False)  #: whoever has it may fetch the file for a day
    size: int  #: bytes; 0 where Discord does not tell
    content_type: str | None = None
    width: int | None = None
    height: int | None = None
    filename: str = ""

    @property
    def is_picture(self) -> bool:
        """Whether it can be begun with, by what Discord takes it for."""
        return is_taken(self.content_type or "")

    def promised(self) -> Promised:
        """Return it as far as Discord tells of it."""
        known = self.content_type or "", self.width or 0, self.height or 0
        return promise(media_type=known[0], width=known[1], height=known[2], size=self.size)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a slash command orders, unchecked."""

    workflow: str | None  #: None: what the text names, else the default
    text: str = ""  #: of the prompt's option, in the grammar of commands
    raw: Mapping[str, Plain] = field(default_factory=dict)  #: the other options, by parameter
    files: Mapping[str, Attachment] = field(default_factory=dict)  #: by parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The message that an entry of its menu was used on."""

    message: str
    author: str  #: user id
    pictures: tuple[Attachment, ...] = ()
    custom_ids: tuple[str, ...] = ()  #: of its buttons: what they say counts only if the author is we


def read_order(data: Json, catalog: Catalog, vocabulary: Vocabulary) -> Order:
    """Read a slash command's data; raises SubmissionError when it has another form than was registered."""
    given = dict(_options(data))
    files = {name: _attached(data, value) for name, (kind, value) in given.items() if kind == OptionKind.ATTACHMENT}
    plain = {name: _plain(kind, value) for name, (kind, value) in given.items() if kind != OptionKind.ATTACHMENT}
    raw = {name: _whole(name, value, catalog, vocabulary) for name, value in plain.items()}
    workflow: Plain | None = _text(data.get("name"), _NAME_MAX)
    if workflow == IMAGINE:
        workflow = raw.pop(WORKFLOW, None)
    return Order(
        workflow=None if workflow is None else folded(str(workflow)),
        text=str(raw.pop(PROMPT, "")),
        raw=raw,
        files=files,
    )


def read_text(data: Json, option: str) -> str:
    """Return what was typed for an option of our own commands; empty where nothing was. Raises SubmissionError."""
    given = dict(_options(data))
    kind, value = given.get(option, (OptionKind.STRING, ""))
    return str(_plain(kind, value))


def read_name(data: Json, user: str) -> str:
    """Return what somebody is called there who was chosen for an option; empty where Discord does not say."""
    # Absent where nobody was chosen; of somebody who has left there is a user, and no member.
    resolved = _object(data.get("resolved") or {})
    member = _object(_object(resolved.get("members") or {}).get(user) or {})
    person = _object(_object(resolved.get("users") or {}).get(user) or {})
    names = (member.get("nick"), person.get("global_name"), person.get("username"))
    return next((name for name in names if isinstance(name, str) and name), "")[:_NAME_MAX]


def read_target(data: Json) -> Target:
    """Read the data of a menu's entry; raises SubmissionError when the message is not there."""
    number = _id(data.get("target_id"))
    message = _object(_object(_object(data.get("resolved")).get("messages")).get(number))
    parts = [*_parts(message.get("components"))]
    return Target(
        message=number,
        author=_id(_object(message.get("author")).get("id")),
        pictures=tuple({each.id: each for each in [*_pictures(message), *_shown(parts)]}.values())[:MOST_PICTURES],
        custom_ids=tuple(_custom_ids(parts)),
    )


def _options(data: Json) -> Iterator[tuple[str, tuple[int, object]]]:
    for each in _listed(data.get("options"), MOST_OPTIONS):
        option = _object(each)
        yield _text(option.get("name"), _NAME_MAX), (_number(option.get("type")), option.get("value"))


def _plain(kind: int, value: object) -> Plain:
    match kind, value:
        case OptionKind.STRING, str() if len(value) <= MOST_TEXT:
            return value
        case OptionKind.USER, str() if is_id(value):
            return value
        case OptionKind.BOOLEAN, bool():
            return value
        case OptionKind.INTEGER, int() if not isinstance(value, bool) and abs(value) <= SAFE + 1:
            return value
        case OptionKind.NUMBER, int() | float() if not isinstance(value, bool) and _is_small(value):
            return value
    raise SubmissionError(UNREAD, detail=f"an option of type {kind} has a {type(value).__name__}")


def _is_small(value: float) -> bool:
    return abs(value) <= SAFE + 1 and isfinite(value)


def _whole(name: str, value: Plain, catalog: Catalog, vocabulary: Vocabulary) -> Plain:
    """Return the choice that a shortened value stands for; any other value as it is."""
    if not isinstance(value, str):
        return value
    same = [each.manifest.parameters.get(name) for each in catalog.workflows.values()]
    offered = (each.offered(vocabulary) or () for each in same if isinstance(each, Choice))
    return sent_for(value, chain.from_iterable(offered), MOST_SAID)


def _attached(data: Json, number: object) -> Attachment:
    known = _object(_object(data.get("resolved")).get("attachments"))
    return _attachment(_object(known.get(_id(number))))


def _attachment(found: Json) -> Attachment:
    return Attachment(
        id=_id(found.get("id")),
        url=_text(found.get("url"), _ADDRESS_MAX),
        size=_amount(found.get("size"), _BYTES_MAX) or 0,
        content_type=str(found.get("content_type") or "")[:_TYPE_MAX].lower() or None,
        width=_amount(found.get("width"), _SIDE_MAX),
        height=_amount(found.get("height"), _SIDE_MAX),
        filename=str(found.get("filename") or "")[:_FILE_NAME_MAX],
    )


def _pictures(message: Json) -> Iterator[Attachment]:
    """Iterate over what is attached to a message, or to the one that it passes on."""
    passed_on = [_object(_object(each).get("message")) for each in _listed(message.get("message_snapshots"), 1)]
    for one in (message, *passed_on):
        for each in _listed(one.get("attachments"), MOST_PICTURES):
            attachment = _attachment(_object(each))
            if attachment.is_picture:
                yield attachment


def _shown(parts: list[Json]) -> Iterator[Attachment]:
    for part in parts:
        items = [part] if part.get("type") == _THUMBNAIL else _listed(part.get("items"), MOST_PICTURES)
        for item in items if part.get("type") in (_THUMBNAIL, _GALLERY) else ():
            media = _object(_object(item).get("media"))
            number = media.get("attachment_id") or media.get("id")
            picture = _attachment({**media, "id": number}) if number else None
            if picture and picture.is_picture:
                yield picture


def _custom_ids(parts: list[Json]) -> Iterator[str]:
    for part in parts:
        custom_id = part.get("custom_id")
        if part.get("type") == _BUTTON and isinstance(custom_id, str):
            yield custom_id[:100]


def _parts(components: object, depth: int = 0) -> Iterator[Json]:
    """Iterate over a message's components and all that stands in them."""
    for each in _listed(components, _PARTS_MAX) if depth < _DEPTH_MAX else ():
        part = _object(each)
        yield part
        yield from _parts(part.get("components"), depth + 1)
        yield from _parts([part["accessory"]] if "accessory" in part else None, depth + 1)


def _object(value: object) -> Json:
    if isinstance(value, dict):
        return value
    raise SubmissionError(UNREAD, detail=f"an object is a {type(value).__name__}")


def _listed(value: object, most: int) -> list[object]:
    if value is None:
        return []
    if isinstance(value, list):
        return value[:most]
    raise SubmissionError(UNREAD, detail=f"a list is a {type(value).__name__}")


def _text(value: object, most: int) -> str:
    if isinstance(value, str) and 0 < len(value) <= most:
        return value
    raise SubmissionError(UNREAD, detail="a text is missing or too long")


def _id(value: object) -> str:
    if isinstance(value, str) and is_id(value):
        return value
    raise SubmissionError(UNREAD, detail="an id is no number")


def _number(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise SubmissionError(UNREAD, detail=f"a number is a {type(value).__name__}")


def _amount(value: object, most: int) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most else None
