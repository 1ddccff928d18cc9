"""Somebody asks for a picture and gets it: the whole path, through every way of asking."""

import pytest

from tests.fakes.headlines import CANCELLED
from tests.fakes.slack.orders import Picture
from tests.integration.slack.stage import png
from tests.integration.slack.whole import WAYS, headlines, painted, pictures, whole

CAT = Picture(name="cat.png", content=png("teal"))


@pytest.mark.parametrize("way", WAYS)
async def test_one_message_tells_of_a_job_from_the_queue_over_every_step_to_its_pictures(tmp_path, way):
    async with whole(tmp_path, way=way) as scene:
        asked = await scene.mid_run("a lighthouse at dusk steps:30 seed:42 count:2")
        message = asked.message
        await scene.slack.until(lambda: "of 30" in message.text)
        scene.quick()
        await painted(asked)
        [record] = await scene.ended()

        told = headlines(message)
        assert all("a lighthouse at dusk" in each for each in told), told
        assert any("of 30" in each and "%" in each for each in told), told
        assert scene.shown() == [message]
        assert pictures(message) == 2 == len(record.files)
        assert scene.slack.orphans() == []
        assert (record.job.values["steps"], record.job.values["seed"]) == (30, 42)
        for word in ("seed 42", "asked by ada"):
            assert word in message.text, message.text
        assert scene.slack.record.refused == []
        assert scene.slack.record.too_many == []
        assert not message.is_ephemeral
        assert message.pings == set()
