"""Who may ask, and who may end, delete and report what others asked for."""

import pytest

from bot.jobs import Tenant
from tests.integration.slack.whole import WAYS, clean, painted, whole

REFUSED = "members of this workspace"


def guest(scene):
    gus = scene.team.member("gus")
    gus.user.is_guest = True
    return gus


@pytest.mark.parametrize("way", WAYS)
async def test_guests_are_refused_in_words_however_they_ask(tmp_path, way):
    async with whole(tmp_path, way=way) as scene:
        gus, message = guest(scene), await painted(await scene.ada.slash(scene.general, "/imagine", "a fox steps:2"))
        for asked in (
            await gus.slash(scene.general, "/imagine", "a cat"),
            await gus.slash(scene.general, "/imagine"),
            await gus.tell(scene.general, "imagine a cat"),
            await gus.click(message, "🎲 Reroll"),
            await gus.click(message, "✏️ Edit &amp; rerun"),
        ):
            told = await asked.shows(REFUSED)
            assert told.is_ephemeral
        assert len(await scene.ended()) == 1


async def test_somebody_of_another_organisation_is_refused_in_a_shared_channel(tmp_path):
    async with whole(tmp_path) as scene:
        shared = scene.team.channel("shared", is_shared=True)
        eve = scene.team.stranger("eve", "T0ELSEWHERE")
        shared.members.add(eve.id)
        told = await (await eve.tell(shared, "imagine a cat")).shows(REFUSED)

        assert told.is_ephemeral
        assert await scene.jobs() == []


async def test_guests_and_strangers_are_served_where_the_operator_lets_them(tmp_path):
    async with whole(tmp_path, slack={"guests": True}) as scene:
        shared = scene.team.channel("shared", is_shared=True)
        eve = scene.team.stranger("eve", "T0ELSEWHERE")
        shared.members.add(eve.id)
        await painted(await guest(scene).slash(scene.general, "/imagine", "a cat steps:2"))
        await painted(await eve.tell(shared, "imagine a dog steps:2"))
        jobs = await scene.ended(2)

        assert {each.job.requester.tenant.id for each in jobs} == {scene.team.id}


async def test_only_whoever_asked_or_runs_the_workspace_ends_and_deletes_a_job(tmp_path):
    async with whole(tmp_path) as scene:
        boss = scene.team.member("boss")
        boss.user.is_admin = True
        message = (await scene.mid_run()).message
        assert (await (await scene.ben.click(message, "Cancel")).shows("somebody else's")).is_ephemeral
        await (await boss.click(message, "Cancel")).shows("Cancelled")
        scene.quick()
        picture = await (await scene.ada.slash(scene.general, "/imagine", "a hare steps:2")).shows("Painted", "a hare")
        await scene.ended(2)
        assert (await (await scene.ben.click(picture, "Delete")).shows("somebody else's")).is_ephemeral
        await boss.click(picture, "Delete")
        await scene.slack.until(lambda: picture.deleted_at is not None)
        await scene.slack.until(lambda: not scene.slack.orphans())

        assert len(await scene.jobs()) == 1


async def test_anybody_who_sees_a_picture_reports_it_and_the_operator_reads_why(tmp_path):
    async with whole(tmp_path) as scene:
        message = await painted(await scene.ada.slash(scene.general, "/imagine", "a fox steps:2"))
        form = await (await scene.ben.click(message, "Report")).opens("What is wrong with it?")
        await (await scene.ben.submit(form, reason="This is no fox.")).opens("Thank you")
        [report] = await scene.store.reports.newest(Tenant(platform="slack", id=scene.team.id), limit=10)

        assert (report.reason, report.reporter.id) == ("This is no fox.", scene.ben.id)


async def test_a_wish_that_is_one_too_many_is_refused_before_anybody_sees_it(tmp_path):
    async with whole(tmp_path, max_waiting_per_person=1) as scene:
        await scene.mid_run("one steps:60")
        await (await scene.ada.slash(scene.general, "/imagine", "two steps:2")).shows("two", "next in line")
        third = await scene.ada.slash(scene.general, "/imagine", "three")
        await scene.slack.until(lambda: bool(third.ephemerals))
        scene.quick()
        await scene.ended(2)

        assert "1" in third.ephemerals[0].text
        assert len(scene.shown()) == 2


async def test_a_running_job_that_is_cancelled_in_app_home_is_gone_from_there_once_it_has_ended(tmp_path):
    async with whole(tmp_path) as scene:
        await scene.mid_run()
        view = await scene.ada.home("a red fox", "on a GPU now")
        await scene.ada.click(view, "Cancel")
        await scene.slack.until(lambda: "None is waiting or running" in str(view.shape))
        [record] = await scene.ended()

        assert record.state.value == "cancelled"
        assert clean(scene)
