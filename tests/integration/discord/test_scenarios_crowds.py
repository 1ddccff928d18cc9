"""Many at once, and several processes at once: nobody is answered twice, nobody too late, and no limit is reached."""

import asyncio
from collections import Counter

from tests.fakes.headlines import PAINTED
from tests.fakes.waiting import PATIENCE_S
from tests.integration.discord.whole import edits_by_token, painted, whole


async def test_thirty_people_in_one_channel_all_get_their_pictures_and_discord_never_says_too_many(tmp_path):
    async with whole(tmp_path, gpus=2, max_waiting_per_person=5) as scene:
        people = [scene.member(f"user{number}") for number in range(30)]

        asked = await asyncio.gather(
            *(each.slash(scene.general, "imagine", prompt=f"fox {each.user.name}", steps=3) for each in people)
        )
        messages = await asyncio.gather(*(painted(each, PATIENCE_S) for each in asked))
        await scene.ended(30)

        assert scene.discord.record.too_many == []
        assert scene.discord.record.refused == []
        assert len({each.id for each in messages}) == 30 == len(scene.shown())
        for each, message in zip(people, messages, strict=True):
            assert f"fox {each.user.name}" in message.text
            assert len(message.files) == 1
        assert scene.runs() == 30


async def test_when_tokens_have_died_everybody_in_a_channel_shares_one_budget(tmp_path):
    async with whole(tmp_path, gpus=1, max_waiting_per_person=5) as scene:
        scene.slow(80)
        people = [scene.member(f"user{number}") for number in range(6)]
        asked = await asyncio.gather(
            *(each.slash(scene.general, "imagine", prompt=f"fox {each.user.name}", steps=4) for each in people)
        )
        await scene.discord.until(lambda: len(edits_by_token(scene)) >= len(people))
        scene.later(1000)
        scene.quick()
        await asyncio.gather(*(painted(each, PATIENCE_S) for each in asked))
        await scene.ended(6)

        assert scene.discord.record.too_many == []
        assert len(scene.shown()) == 6
        assert all(PAINTED in each.text for each in scene.shown())


async def test_two_processes_serve_one_application_and_nothing_is_done_twice(tmp_path):
    async with whole(tmp_path, gpus=2) as scene:
        await scene.start()
        await scene.opened(sessions=2)
        people = [scene.member(f"user{number}") for number in range(8)]

        asked = await asyncio.gather(
            *(each.slash(scene.general, "imagine", prompt=f"fox {each.user.name}", steps=5) for each in people)
        )
        await asyncio.gather(*(painted(each) for each in asked))
        records = await scene.ended(8)

        assert len(records) == 8 == scene.runs()
        assert len(scene.shown()) == 8
        for message in scene.shown():
            shown = Counter(each.text for each in message.versions)
            assert [each for each, times in shown.items() if times > 1 and PAINTED in each] == []
        assert scene.discord.record.too_many == []
        assert {each.code for each in scene.discord.record.refused} <= {40060}


async def test_an_event_that_is_delivered_twice_is_one_job_and_one_message(tmp_path):
    async with whole(tmp_path) as scene:
        asked = await scene.member("ada").slash(scene.general, "imagine", prompt="a fox", steps=3)
        scene.again(asked)
        await painted(asked)
        scene.again(asked)
        await scene.discord.until(lambda: len(scene.calls("POST", "/callback")) == 3)
        await scene.ended()

        assert scene.runs() == 1
        assert len(scene.shown()) == 1
        assert len(asked.messages) == 1
