"""Many at once in one workspace: nobody is left out, no limit is reached, and ends come before progress."""

import asyncio

from tests.fakes.headlines import PAINTED, PAINTING
from tests.integration.slack.whole import clean, pictures, whole

CROWD_S = 60.0


async def test_thirty_people_in_one_workspace_all_get_their_pictures_and_slack_never_says_too_many(tmp_path):
    async with whole(tmp_path, gpus=2) as scene:
        people = [scene.team.member(f"user{number}") for number in range(30)]
        rooms = [scene.team.channel(f"room{number}") for number in range(5)]
        for each in rooms:
            each.members |= {one.id for one in people}
        asked = await asyncio.gather(
            *(
                each.slash(rooms[number % 5], "/imagine", f"the fox of {each.user.name}. steps:3")
                for number, each in enumerate(people)
            )
        )
        messages = await asyncio.gather(
            *(
                each.shows(PAINTED, f"the fox of {one.user.name}.", within_s=CROWD_S)
                for each, one in zip(asked, people, strict=True)
            )
        )
        await scene.ended(30)

        assert len({each.ts for each in messages}) == 30 == sum(len(scene.shown(each)) for each in rooms)
        assert [pictures(each) for each in messages] == [1] * 30
        assert scene.runs() == 30
        assert clean(scene)


async def test_when_edits_are_scarce_ends_are_told_at_once_and_progress_thins_out(tmp_path):
    async with whole(tmp_path, gpus=4) as scene:
        people = [scene.team.member(f"user{number}") for number in range(8)]
        scene.slow(20)
        asked = await asyncio.gather(
            *(each.slash(scene.general, "/imagine", f"the fox of {each.user.name}. steps:20") for each in people)
        )
        await scene.slack.until(lambda: sum(PAINTING in each.text for each in scene.shown()) >= 4, CROWD_S)
        before = len(scene.slack.record.of("chat.update"))
        scene.gpus[0].faults.slow_down(0.01)
        async with asyncio.timeout(CROWD_S):
            while not (done := [each for each in await scene.jobs() if each.state.is_final]):  # noqa: ASYNC110 - nobody tells us
                await asyncio.sleep(0.01)
        await scene.slack.until(lambda: any(PAINTED in each.text for each in scene.shown()), CROWD_S)
        between = len(scene.slack.record.of("chat.update")) - before
        scene.quick()
        for each, one in zip(asked, people, strict=True):
            await each.shows(PAINTED, f"the fox of {one.user.name}.", within_s=CROWD_S)
        await scene.ended(8)

        assert done
        # Four GPUs report some fifty steps a second; what is told of them keeps to Slack's minute.
        assert between <= 45
        assert clean(scene)


async def test_two_processes_serve_one_workspace_and_nothing_is_done_twice(tmp_path):
    async with whole(tmp_path, gpus=2) as scene:
        await scene.start()
        await scene.opened(sessions=2)
        people = [scene.team.member(f"user{number}") for number in range(8)]
        asked = await asyncio.gather(
            *(each.slash(scene.general, "/imagine", f"the fox of {each.user.name}. steps:5") for each in people)
        )
        for each, one in zip(asked, people, strict=True):
            await each.shows(PAINTED, f"the fox of {one.user.name}.", within_s=CROWD_S)
        await scene.ended(8)

        assert scene.runs() == 8 == len(scene.shown())
        assert clean(scene)
