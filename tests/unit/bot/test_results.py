"""What can be had of a run's results is kept, and said of the rest."""

from uuid import UUID

import pytest

from bot.errors import JobError, NothingProduced, ResultGone, ResultLost
from bot.events import MediaKind, OutputFile, Succeeded
from bot.jobs import JobId
from bot.outcomes import Painted
from bot.results import keep_results
from tests.fakes.memory_files import MemoryFiles
from tests.unit.bot.bench import Kitchen

A, B, C = (OutputFile(node="9", name=f"{name}.bin", kind=MediaKind.OTHER) for name in "abc")
LARGE = ResultLost("The result is larger than 64 MB.")


async def kept(end: Succeeded, **errors: JobError) -> Painted:
    server = Kitchen(fetch_errors={f"{name}.bin": error for name, error in errors.items()})
    return await keep_results(server, MemoryFiles(), end, JobId(UUID(int=7)), policy="none", text="")


async def test_one_result_that_cannot_be_had_does_not_lose_the_others():
    painted = await kept(Succeeded(files=(A, B, C), texts=("A fox.",)), b=LARGE)

    assert [file.name[-5:] for file in painted.files] == ["1.bin", "3.bin"]
    assert painted.texts == ("1 of 3 results is missing. The result is larger than 64 MB.", "A fox.")


async def test_of_several_that_are_missing_the_first_says_why():
    painted = await kept(Succeeded(files=(A, B, C)), a=LARGE, c=ResultGone())

    assert painted.texts == ("2 of 3 results are missing. The result is larger than 64 MB.",)


async def test_where_none_can_be_had_the_job_fails_unless_there_are_words():
    with pytest.raises(ResultLost, match="larger"):
        await kept(Succeeded(files=(A, B)), a=LARGE, b=LARGE)

    painted = await kept(Succeeded(files=(A,), texts=("A fox.",)), a=LARGE)
    assert painted.texts == ("1 of 1 results is missing. The result is larger than 64 MB.", "A fox.")


@pytest.mark.parametrize("text", ["", "\u200b", " \n", "\u2800"])
async def test_words_that_nobody_can_see_are_nothing(text):
    with pytest.raises(NothingProduced):
        await kept(Succeeded(files=(), texts=(text,)))

    assert (await kept(Succeeded(files=(A,), texts=(text,)))).texts == ()
