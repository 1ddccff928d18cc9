"""Several workspaces have the app: what belongs to one is nothing to another, and who leaves takes it along."""

import pytest

from adapters.redis.retention import Retention
from tests.fakes.slack.members import Member
from tests.fakes.slack.walking import controls
from tests.fakes.slack.workspaces import Workspace
from tests.integration.slack.whole import WAYS, Whole, clean, painted, pictures, whole

FEW = 6
"""Refused calls of a workspace that threw the app out."""


async def twins(scene: Whole) -> tuple[Workspace, Member]:
    """Return another workspace, and somebody there whom Slack calls as it calls Ada here."""
    zeta = scene.slack.team("Zeta")
    zoe = zeta.member("zoe", number=scene.ada.id)
    await scene.install(zeta)
    return zeta, zoe


@pytest.mark.parametrize("way", WAYS)
async def test_two_people_with_one_id_in_two_workspaces_share_nothing(tmp_path, way):
    async with whole(tmp_path, way=way, many=True, max_waiting_per_person=1) as scene:
        zeta, zoe = await twins(scene)
        there = zeta.channel("general")
        await scene.mid_run("a red fox steps:60")
        await (await scene.ada.slash(scene.general, "/imagine", "a hare steps:2")).shows("a hare", "next in line")
        theirs = await (await zoe.slash(there, "/imagine", "an owl steps:2")).shows("an owl")
        history = await zoe.slash(there, "/fairbrush", "history")
        assert "fox" not in (await history.shows("an owl")).text
        assert "fox" not in (await (await zoe.slash(there, "/fairbrush", "queue")).shows("an owl")).text
        home = await zoe.home("an owl")
        assert "fox" not in str(home.shape)
        scene.quick()
        await scene.ended(2)
        await scene.slack.until(lambda: pictures(theirs) == 1)

        [record] = await scene.jobs(zeta)
        assert record.job.requester.tenant.id == zeta.id
        assert len(scene.shown()) == 2
        assert clean(scene)


async def test_a_click_in_one_workspace_on_a_job_of_another_grants_nothing(tmp_path):
    async with whole(tmp_path, many=True) as scene:
        zeta, zoe = await twins(scene)
        mine = await painted(await scene.ada.slash(scene.general, "/imagine", "a red fox steps:2"))
        theirs = await painted(await zoe.slash(zeta.channel("general"), "/imagine", "an owl steps:2"))
        await scene.ended()
        zoe.user.is_admin = True
        for ours, forged in zip(controls([*mine.now.blocks]), controls([*theirs.now.blocks]), strict=True):
            forged["action_id"] = ours["action_id"]
        runs = scene.runs()
        for each in theirs.controls:
            clicked = await zoe.click(theirs, each["action_id"])
            await scene.slack.until(lambda asked=clicked: bool(asked.ephemerals))
            [told] = clicked.ephemerals
            assert "not kept any more" in told.text or "somebody else's" in told.text
            assert "fox" not in told.text

        assert mine.deleted_at is None
        assert scene.runs() == runs
        assert len(await scene.jobs()) == 1 == len(await scene.jobs(zeta))


@pytest.mark.parametrize("way", WAYS)
async def test_an_app_that_is_installed_for_a_whole_enterprise_is_one_tenant(tmp_path, way):
    async with whole(tmp_path, way=way, many=True, start=False) as scene:
        scene.team.state.enterprise = "E0ACME"
        await scene.start()
        await scene.opened()
        await scene.install(scene.team)
        start = scene.ben.say(scene.general, "foxes?")
        message = await painted(await scene.ada.slash(scene.general, "/imagine", "a fox steps:2"))
        await (await scene.ada.tell(scene.general, "imagine a hare steps:2", thread=start)).shows("Painted", "a hare")
        await scene.ben.click(message, "🎲 Reroll")
        await scene.slack.until(lambda: len(scene.shown()) == 3)
        jobs = await scene.ended(3)

        assert {each.job.place.tenant.id for each in jobs} == {"E0ACME"}
        assert clean(scene)


@pytest.mark.parametrize("way", WAYS)
async def test_a_workspace_that_throws_the_app_out_in_mid_run_takes_its_jobs_along_and_may_come_back(tmp_path, way):
    async with whole(tmp_path, way=way, many=True) as scene:
        zeta, zoe = await twins(scene)
        await scene.mid_run("a red fox steps:60")
        await scene.ben.slash(scene.general, "/imagine", "a hare steps:60")
        theirs = await (await zoe.slash(zeta.channel("general"), "/imagine", "an owl steps:2")).shows("an owl")
        scene.team.uninstall()
        records = await scene.ended(2)
        scene.quick()
        await scene.slack.until(lambda: pictures(theirs) == 1)

        assert {each.state.value for each in records} == {"cancelled"}
        assert len(scene.slack.record.refused) <= FEW
        assert await scene.token(scene.team) is None
        assert await scene.token(zeta) == zeta.token

        scene.team.reinstall()
        await scene.install(scene.team)
        await (await scene.ada.slash(scene.general, "/imagine", "a lynx steps:2")).shows("Painted", "a lynx")
        await scene.ended(3)
        await scene.store.retention.sweep(Retention(days=0))
        assert await scene.jobs() == []
