"""A submission whose pictures the platform still has: promised first, so that all can be checked, and fetched then."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Generic, Protocol, TypeVar

from bot.images import Admitted
from bot.submissions import Promised, Submission
from workflows.values import FileHandle

NOT_TO_BE_HAD = "That picture cannot be had. Attach it again."
"""What is said where a platform has it no longer, or does not show it to us."""


def not_kept_by(platform: str) -> str:
    """Say that a picture is elsewhere: only what a platform keeps itself is fetched."""
    return f"That picture is not kept by {platform}. Attach the file itself."


def not_handed_over(platform: str) -> str:
    """Say that a picture did not come just now."""
    return f"{platform} did not hand the picture over. Try again."


class Attachment(Protocol):
    """A picture that somebody sent, as its platform tells of it; nobody has looked at its bytes."""

    def promised(self) -> Promised:
        """Return it as far as it is known, for checking what was asked."""
        ...


A = TypeVar("A", bound=Attachment)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle(Generic[A]):
    """What somebody asks for; its pictures are promised in the submission, and named here."""

    submission: Submission
    attached: Mapping[str, A] = field(default_factory=dict)  #: by parameter
    loose: tuple[A, ...] = ()  #: those that no parameter names


def bundle_of(
    submission: Submission, attached: Mapping[str, A] = MappingProxyType({}), loose: Sequence[A] = ()
) -> Bundle[A]:
    """Bundle a submission with its pictures, which are promised in it."""
    pictures = {**submission.pictures, **{name: each.promised() for name, each in attached.items()}}
    attachments = (*submission.attachments, *(each.promised() for each in loose))
    promised = replace(submission, pictures=pictures, attachments=attachments)
    return Bundle(submission=promised, attached=attached, loose=tuple(loose))


async def handed_in(bundle: Bundle[A], admit: Callable[[A], Awaitable[Admitted]]) -> Submission:
    """Return the submission with its pictures in place of what was promised; raises what `admit` raises."""
    # One after the other: of what was sent, which may be large, one at a time is held.
    admitted = {name: await admit(each) for name, each in bundle.attached.items()}
    loose = [await admit(each) for each in bundle.loose]
    kept = bundle.submission.attachments[: len(bundle.submission.attachments) - len(bundle.loose)]
    pictures = {**bundle.submission.pictures, **admitted}
    return replace(bundle.submission, pictures=pictures, attachments=(*kept, *loose))


def promise(*, media_type: str, width: int, height: int, size: int) -> Promised:
    """Promise a picture of which that is known; what is unknown is empty or 0."""
    handle = FileHandle(key="promised", media_type=media_type, width=width, height=height, bytes=size)
    return Promised(handle=handle)
