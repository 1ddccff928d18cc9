"""A submission whose pictures its platform still has."""

from dataclasses import dataclass

from bot.bundles import bundle_of, handed_in, promise
from bot.images import Admitted
from bot.submissions import InputOf, Promised, Submission
from tests.unit.bot.bench import ALICE, PLACE, occasion
from tests.unit.bot.test_clicking import JOB
from workflows.values import FileHandle

KEPT = InputOf(job_id=JOB, parameter="mask")
ASKED = Submission(occasion=occasion("1", ALICE, PLACE), text="a cat", pictures={"mask": KEPT})


@dataclass(frozen=True)
class File:
    """A picture at a platform."""

    side: int

    def promised(self) -> Promised:
        return promise(media_type="image/png", width=self.side, height=self.side, size=9)


def _admitted(side: int) -> Admitted:
    handle = FileHandle(key=f"{side}", media_type="image/png", width=side, height=side, bytes=9)
    return Admitted(handle=handle, content=b"")


async def test_pictures_are_promised_first_and_stand_in_their_places_then() -> None:
    fetched: list[int] = []

    async def admit(file: File) -> Admitted:
        fetched.append(file.side)
        return _admitted(file.side)

    bundle = bundle_of(ASKED, {"image": File(64)}, [File(32), File(16)])
    first, *loose = [bundle.submission.pictures["image"], *bundle.submission.attachments]
    done = await handed_in(bundle, admit)

    assert isinstance(first, Promised)
    assert (first.handle.width, [each.handle.width for each in loose]) == (64, [32, 16])
    assert done.pictures == {"mask": KEPT, "image": _admitted(64)}
    assert done.attachments == (_admitted(32), _admitted(16))
    assert fetched == [64, 32, 16]


async def test_a_submission_without_pictures_stays_as_it_is() -> None:
    async def admit(file: File) -> Admitted:
        raise AssertionError(file)

    assert await handed_in(bundle_of(ASKED), admit) == ASKED
