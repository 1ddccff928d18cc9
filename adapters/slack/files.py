"""A job's pictures as files of Slack's: sent, completed, waited for, and shown in the message itself.

A file that was completed exists, whether anything shows it or not. So it is written down before that: whoever goes on
after a crash shows the same files, and what can never be shown is deleted.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from adapters.slack.blocks import ALT_TEXT
from adapters.slack.calls import Calls
from adapters.slack.cards import PICTURES, Shown, ShownFile
from adapters.slack.notes import Notes, Uploaded
from adapters.slack.refusals import OUTSIDE, Refusal, Refused
from adapters.slack.text import rich
from bot.cards import unlinked
from bot.contents import content_of
from bot.errors import FileGone
from bot.jobs import Job, StoredFile
from bot.ports import FileStore
from bot.status import StatusCard

_log = logging.getLogger(__name__)

Link = Callable[[StoredFile], str | None]
"""Makes an expiring address of a file; None where nobody outside could open it."""

SHOWABLE = frozenset({"image/png", "image/jpeg", "image/gif"})
"""What a picture in a block may be (https://docs.slack.dev/reference/block-kit/composition-objects/slack-file-object)."""

MOST_BYTES = 64 * 1024 * 1024
"""No larger picture is held to be sent; Slack itself takes 1 GB."""

GIVE_UP_S = 180.0
"""A try that fails so long after the first one is the last: the message then says that its pictures are missing."""

SEND_S = 8.0
"""For so long one try sends; what was sent by then is not sent again. With READY_S below the noticeboard's deadline
(12 s): a try that is broken off by that never gives up."""

READY_S = 3.0
"""For so long one try waits for Slack to look at the files. Others of the workspace wait meanwhile, and Slack goes on
looking while nobody waits."""

LOST_S = 10.0
"""A file that Slack does not know after so long was never completed, and is sent anew."""

_MAY_PASS = frozenset({Refusal.AWAY, Refusal.FILE_GONE, Refusal.INVALID, Refusal.NOT_READY})
"""What one file's try may end in, and another one not."""

_FOR_GOOD = OUTSIDE | {Refusal.NO_FILES}
"""What no later try mends. Said of a file it is no word about the message, which goes on without its pictures."""

_AT_ONCE = 3
_LOOK_S = 0.4  #: with two or three looks at each, 45 pictures a minute stay below what files.info takes


class Pictures:
    """Brings pictures to Slack for all jobs; `now`: the time of day in seconds."""

    def __init__(self, calls: Calls, notes: Notes, files: FileStore, *, link: Link, now: Callable[[], float]) -> None:
        self._calls, self._notes, self._files, self._link, self._now = calls, notes, files, link, now

    async def shown(self, job: Job, card: StatusCard, remarks: Sequence[str] = ()) -> Shown:
        """Return what accompanies a card, its pictures ready to be shown. Raises Refused when they are not yet."""
        pictures = [*islice(filter(_is_showable, card.files), PICTURES)]
        alt = card.prompt or card.title
        try:
            ids = await self._ready(job, pictures, rich(alt, ALT_TEXT)) if pictures else {}
        except Refused as refused:
            if not await self._is_hopeless(job, refused):
                raise
            _log.info("job %s: no pictures in Slack: %s", job.id, refused.detail)
            return await self.without(job, card, remarks)
        return self._told(card, {key: ShownFile(id=number, alt=alt) for key, number in ids.items()}, remarks)

    async def without(self, job: Job, card: StatusCard, remarks: Sequence[str] = ()) -> Shown:
        """Return what accompanies a card when Slack does not take its pictures, and take back those it has."""
        if any(map(_is_showable, card.files)):
            await self._notes.note_uploaded(job.id, Uploaded(since_s=0.0, ids=await self._take_back(job)))
        return self._told(card, {}, remarks)

    async def is_last_try(self, job: Job) -> bool:
        """Whether the pictures were first tried so long ago that a try which fails now is the last."""
        uploaded = await self._notes.uploaded(job.id)
        return uploaded is not None and self._now() - uploaded.since_s > GIVE_UP_S

    async def forget(self, job: Job) -> None:
        """Delete every file of a job's that Slack lets us delete; raises Refused."""
        if not await self._take_back(job):
            await self._notes.forget_uploaded(job.id)

    async def _take_back(self, job: Job) -> dict[str, str]:
        """Delete the files; returns those that Slack does not let us delete, by the pictures' keys. Raises Refused."""
        uploaded, left = await self._notes.uploaded(job.id), dict[str, str]()
        for key, number in uploaded.ids.items() if uploaded else ():
            try:
                await self._calls.ask(job.place.tenant.id, "files.delete", {"file": number})
            except Refused as refused:
                if refused.refusal in _FOR_GOOD:
                    left[key] = number
                elif refused.refusal is not Refusal.FILE_GONE:
                    raise
        return left

    async def _is_hopeless(self, job: Job, refused: Refused) -> bool:
        if refused.refusal not in _MAY_PASS:
            return refused.refusal in _FOR_GOOD
        return await self.is_last_try(job)

    # ---- Bringing them there ----

    async def _ready(self, job: Job, pictures: Sequence[StoredFile], alt: str) -> dict[str, str]:
        """Return the files by the pictures' keys; raises Refused."""
        uploaded = await self._notes.uploaded(job.id)
        if uploaded is None:
            uploaded = Uploaded(since_s=self._now())
            await self._notes.note_uploaded(job.id, uploaded)
        # By their keys: two pictures with one content are one file, as they are with us.
        missing = [*{picture.key: picture for picture in pictures if picture.key not in uploaded.ids}.values()]
        if missing:
            uploaded = await self._send(job, uploaded, missing, alt)
            await asyncio.sleep(_LOOK_S)
        # Of what was sent just now one is looked at: files.info takes 100 a minute, and Slack says when it is not all.
        looked_at = [missing[-1].key] if len(missing) == len(uploaded.ids) else [*uploaded.ids]
        await self._wait(job, uploaded, looked_at)
        return dict(uploaded.ids)

    async def _send(self, job: Job, uploaded: Uploaded, pictures: Sequence[StoredFile], alt: str) -> Uploaded:
        """Send a few at a time: what is slow goes on from there when it is tried again."""
        try:
            async with asyncio.timeout(SEND_S):
                for first in range(0, len(pictures), _AT_ONCE):
                    uploaded = await self._send_some(job, uploaded, pictures[first : first + _AT_ONCE], alt)
        except TimeoutError as error:
            raise Refused(Refusal.NOT_READY, detail="sending the pictures takes long") from error
        return uploaded

    async def _send_some(self, job: Job, uploaded: Uploaded, pictures: Sequence[StoredFile], alt: str) -> Uploaded:
        async with asyncio.TaskGroup() as tasks:
            sending = [tasks.create_task(self._sent(job, picture, alt)) for picture in pictures]
        sent = {picture.key: task.result() for picture, task in zip(pictures, sending, strict=True)}
        for each in sent.values():
            if isinstance(each, Refused):
                raise each
        ids = {key: number for key, number in sent.items() if isinstance(number, str)}
        if not ids:
            return uploaded
        more = replace(uploaded, ids={**uploaded.ids, **ids})
        await self._notes.note_uploaded(job.id, more)
        try:
            files = [{"id": ids[each.key], "title": each.name} for each in pictures if each.key in ids]
            await self._complete(job, files)
        except Refused:
            await self._notes.note_uploaded(job.id, uploaded)  # they are certainly not whole: others are sent
            raise
        return more

    async def _sent(self, job: Job, picture: StoredFile, alt: str) -> str | Refused | None:
        """Return the file that a picture was sent as; None when it is not kept any more."""
        try:
            content = await self._read(picture)
            if content is None:
                return None
            args = {"filename": picture.name, "length": len(content), "alt_txt": alt or None}
            link = await self._calls.ask(job.place.tenant.id, "files.getUploadURLExternal", args)
            await self._calls.upload(str(link.get("upload_url", "")), content)
        except Refused as refused:
            return refused  # not raised: the others of the group are not to be broken off
        return str(link.get("file_id", ""))

    async def _complete(self, job: Job, files: Sequence[dict[str, str]]) -> None:
        try:
            await self._calls.ask(job.place.tenant.id, "files.completeUploadExternal", {"files": [*files]})
        except Refused as refused:
            # Asked again after a lost answer, Slack knows no such upload any more: nothing is done twice, since it is
            # shared nowhere. Whether it was done is seen by looking at the files, which comes next.
            if not refused.may_be_done and refused.refusal is not Refusal.FILE_GONE:
                raise

    async def _read(self, picture: StoredFile) -> bytes | None:
        try:
            return await content_of(self._files, picture, MOST_BYTES)
        except FileGone:
            return None

    # ---- Waiting for them ----

    async def _wait(self, job: Job, uploaded: Uploaded, keys: Sequence[str]) -> None:
        """Return when these can be shown; raises Refused. What was never completed is sent anew the next time."""
        lost: set[str] = set()
        try:
            async with asyncio.timeout(READY_S):
                for key in keys:
                    if number := uploaded.ids.get(key):  # none of a picture that is not kept any more
                        await self._wait_for(job, number, lost)
        except TimeoutError as error:
            if lost and self._now() - uploaded.since_s > LOST_S:
                left = {key: number for key, number in uploaded.ids.items() if number not in lost}
                await self._notes.note_uploaded(job.id, replace(uploaded, ids=left))
            raise Refused(Refusal.NOT_READY, detail="Slack still looks at the pictures") from error

    async def _wait_for(self, job: Job, number: str, lost: set[str]) -> None:
        while True:
            try:
                is_ready = await is_looked_at(self._calls, job.place.tenant.id, number)
            except Refused as refused:
                if refused.refusal is not Refusal.FILE_GONE:
                    raise
                lost.add(number)
            else:
                lost.discard(number)
                if is_ready:
                    return
            await asyncio.sleep(_LOOK_S)

    # ---- What is said of them ----

    def _told(self, card: StatusCard, ready: dict[str, ShownFile], remarks: Sequence[str]) -> Shown:
        rest = [file for file in card.files if file.key not in ready]
        links = [(file.name, address) for file in rest if (address := self._link(file))]
        missing = len(rest) - len(links)
        return Shown(
            files=tuple(ready[file.key] for file in card.files if file.key in ready),
            links=tuple(links),
            remarks=(*remarks, *_remarks(rest), *([unlinked(missing)] if missing else [])),
        )


async def is_looked_at(calls: Calls, workspace: str, number: str) -> bool:
    """Return whether Slack is done with a file, and shows it in messages; raises Refused."""
    told = (await calls.ask(workspace, "files.info", {"file": number})).get("file")
    # Until Slack has looked at a file it tells no type of it.
    return isinstance(told, dict) and bool(told.get("mimetype"))


def _is_showable(file: StoredFile) -> bool:
    return file.media_type in SHOWABLE and file.bytes <= MOST_BYTES


def _remarks(rest: Sequence[StoredFile]) -> Iterator[str]:
    kinds = {
        "Slack does not show files of every kind in a message.": [
            each for each in rest if each.media_type not in SHOWABLE
        ],
        "Not every picture could be shown here.": [each for each in rest if each.media_type in SHOWABLE],
    }
    yield from (remark for remark, files in kinds.items() if files)
