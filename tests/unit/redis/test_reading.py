"""However many jobs somebody has, no script reads so many of them that all others wait for it."""

from adapters.redis.reading import AT_ONCE, records_of


class Engine:
    """Keeps no job, and remembers for how many it was asked at a time."""

    def __init__(self):
        self.asked = []

    async def run(self, script, *names):
        self.asked.append((script, names))
        return []


async def test_many_jobs_are_read_by_several_scripts_each_once():
    engine, names = Engine(), [f"{number}" for number in range(2 * AT_ONCE + 1)]

    assert await records_of(engine, names) == []
    assert [len(some) for _, some in engine.asked] == [AT_ONCE, AT_ONCE, 1]
    assert [name for _, some in engine.asked for name in some] == names


async def test_for_no_job_nobody_is_asked():
    engine = Engine()

    assert await records_of(engine, []) == []
    assert engine.asked == []
