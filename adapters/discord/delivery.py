"""What goes along with a card: the latest preview, or the results in the manner in which they fit.

A preview is sent anew whenever its card is. To keep the one that a message has, somebody would have to remember under
which number Discord stored it, in every process that may edit next; a preview is small, and almost every edit of a
running job brings a new one anyway. What is not sent again is taken away, so no message ends with a preview in it.
"""

import asyncio
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from adapters.discord.calls import Upload
from adapters.discord.cards import ALT_TEXT, Shown, ShownFile
from bot.cards import unlinked
from bot.contents import content_of
from bot.copies import USUAL_SPOILERS, Manner, Part, Plan, Spoilers, Why, plan, told
from bot.errors import FileGone
from bot.events import MediaKind
from bot.images import smaller
from bot.inert import label
from bot.jobs import JobId, StoredFile
from bot.media import recognise
from bot.ports import FileStore, LiveBoard
from bot.status import StatusCard

Link = Callable[[StoredFile], str | None]
"""Makes an expiring address of a file; None where nobody outside could open it."""

MESSAGE_BYTES = 25 * 1024 * 1024
"""What Discord takes in one request (reference of its API: "25 MiB"), unless one file alone may have more."""

MOST_BYTES = 100 * 1024 * 1024
"""No more than this is held for one message, wherever a larger file may be attached."""

MOST_COPIED = 64 * 1024 * 1024
"""Nothing larger is read to make a copy of it."""

MOST_PREVIEW = 1024 * 1024
"""A preview is some 30 KB; one that is larger is not worth an upload every second."""

_BODY_BYTES = 64 * 1024
_COPIES_AT_ONCE = 2
_IN_GALLERIES = frozenset({MediaKind.IMAGE, MediaKind.ANIMATION, MediaKind.VIDEO})
_UNSAFE = re.compile(r"[^A-Za-z0-9.-]+")
_ENDINGS = {"image/webp": ".webp", "image/jpeg": ".jpg", "image/png": ".png"}
_MOST_NAME = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """The files of one message, and how its card refers to them."""

    uploads: tuple[Upload, ...]
    shown: Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sent:
    """What became of one part of a plan."""

    part: Part
    upload: Upload | None = None
    why: Why | None = None  #: where the file itself is not there

    @property
    def wants_link(self) -> bool:
        """Whether there is an original that this message does not have."""
        return self.why is not Why.GONE and (self.upload is None or self.part.manner is not Manner.WHOLE)


class Delivery:
    """Packs what goes along with cards."""

    def __init__(
        self,
        files: FileStore,
        live: LiveBoard,
        *,
        link: Link = lambda _: None,
        spoilers: Spoilers = USUAL_SPOILERS,
    ) -> None:
        self._files, self._live, self._link, self._spoilers = files, live, link, spoilers
        self._copying = asyncio.Semaphore(_COPIES_AT_ONCE)

    async def parcel(self, card: StatusCard, *, limit: int, tightened: int, remarks: Sequence[str] = ()) -> Parcel:
        """Pack for a card; `limit`: bytes of one file there, `tightened`: how often Discord found it too much."""
        if card.files:
            per_file = min(limit, MOST_BYTES)
            per_message = max(per_file, MESSAGE_BYTES - _BODY_BYTES)
            planned = plan(card.files, per_file=per_file, per_message=per_message, refusals=tightened)
            return await self._results(card, planned, per_file, remarks)
        preview = None if card.preview is None or tightened else await self._preview(card.job_id, card.preview)
        hides = None if self._spoilers == "nsfw" else self._hides(card)
        shown = Shown(preview=preview.name if preview else None, remarks=tuple(remarks), hides_preview=hides)
        return Parcel(uploads=(preview,) if preview else (), shown=shown)

    def _hides(self, card: StatusCard) -> bool:
        return self._spoilers == "always" or (self._spoilers == "nsfw" and card.nsfw)

    async def _preview(self, job_id: JobId, name: str) -> Upload | None:
        content = await self._live.preview(job_id)
        if content is None or len(content) > MOST_PREVIEW:
            return None
        ending = _ENDINGS.get(recognise(content).type, ".jpg")
        return Upload(name=f"preview-{_safe(name)}{ending}", content=content)

    # ---- Results ----

    async def _results(self, card: StatusCard, planned: Plan, per_file: int, remarks: Sequence[str]) -> Parcel:
        sent = [await self._send(card, number, part) for number, part in enumerate(planned.parts, start=1)]
        uploads = [(each.part.file.kind, each.upload) for each in sent if each.upload is not None]
        return Parcel(
            uploads=tuple(upload for _, upload in uploads),
            shown=Shown(
                files=tuple(
                    ShownFile(
                        name=upload.name,
                        alt=upload.description,
                        is_picture=kind in _IN_GALLERIES,
                        spoiler=upload.spoiler,
                    )
                    for kind, upload in uploads
                ),
                links=tuple(self._links(sent)),
                remarks=(*remarks, *self._remarks(sent, per_file)),
            ),
        )

    async def _send(self, card: StatusCard, number: int, part: Part) -> _Sent:
        if part.manner is Manner.LEFT_OUT:
            return _Sent(part=part, why=part.why)
        try:
            content = await self._content(part)
        except FileGone:
            return _Sent(part=part, why=Why.GONE)
        if content is None:
            return _Sent(part=part, why=Why.NO_COPY)
        upload = Upload(
            name=_name(number, part.file, content),
            content=content,
            description=label(card.prompt or card.title, ALT_TEXT),
            spoiler=self._hides(card),
        )
        return _Sent(part=part, upload=upload, why=part.why)

    async def _content(self, part: Part) -> bytes | None:
        if part.manner is not Manner.SMALLER:
            return await content_of(self._files, part.file, part.most)
        # A decoded picture takes many times its file, and whoever needs no copy does not wait for one.
        async with self._copying:
            content = await content_of(self._files, part.file, MOST_COPIED)
            return None if content is None else await asyncio.to_thread(smaller, content, part.most)

    def _links(self, sent: Sequence[_Sent]) -> Iterator[tuple[str, str]]:
        for each in sent:
            if each.wants_link and (address := self._link(each.part.file)):
                what = "Original of " if each.upload is not None else "Open "
                yield label(f"{what}{each.part.file.name}", _MOST_NAME), address

    def _remarks(self, sent: Sequence[_Sent], per_file: int) -> Iterator[str]:
        found = [(each.part.file, each.why) for each in sent if each.why is not None]
        yield from told(found, per_file=per_file, platform="Discord")
        if missing := sum(each.wants_link and self._link(each.part.file) is None for each in sent):
            yield unlinked(missing)


def _name(number: int, file: StoredFile, content: bytes) -> str:
    """Name an attachment so that no two of a message are alike, and Discord keeps the name as it is."""
    stem, dot, ending = file.name.rpartition(".")
    told = _ENDINGS.get(recognise(content).type) if file.kind is MediaKind.IMAGE else None
    return f"{number}-{_safe(stem or ending)[-_MOST_NAME:]}{told or f'.{_safe(ending)}' * bool(dot)}"


def _safe(text: str) -> str:
    return _UNSAFE.sub("-", text).strip("-.") or "file"
