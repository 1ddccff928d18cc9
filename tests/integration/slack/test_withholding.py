"""What Slack's buttons do not show or open: what is for adults, and what is not there any more."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.policy.places import PlaceRule
from tests.integration.slack.stage import Stage, running, staged
from workflows.catalog import Catalog


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as here, running(here):
        yield here
    assert here.office.slack.record.too_many == []
    assert here.office.slack.record.refused == []


async def _shown(stage: Stage) -> str:
    history = await (await stage.ada.slash(stage.general, "/fairbrush", "history")).shows("a lighthouse at dusk")
    return str((await (await stage.ada.click(history, "Show")).shows("a lighthouse at dusk", "Parameters")).now.blocks)


async def test_a_picture_for_adults_is_shown_only_where_a_rule_allows_it(stage: Stage) -> None:
    await stage.picture()
    stage.mark_for_adults("txt2img")
    withheld = await _shown(stage)
    stage.rules.append(PlaceRule(platform="slack", community=stage.office.tenant.id, adults_only=True))

    assert "for adults only" in withheld
    assert "slack_file" not in withheld
    assert "slack_file" in await _shown(stage)


async def test_app_home_shows_no_picture_for_adults(stage: Stage) -> None:
    await stage.picture()
    stage.mark_for_adults("txt2img")

    assert "slack_file" not in str((await stage.ada.home("a lighthouse at dusk")).shape)


async def test_a_job_whose_workflow_is_gone_says_so_in_place_of_a_form(stage: Stage) -> None:
    message = await stage.picture()
    stage.shelf[0] = Catalog()

    assert (await (await stage.ada.click(message, "✏️ Edit &amp; rerun")).shows("no longer here")).is_ephemeral


async def test_of_a_forgotten_job_no_form_of_a_report_is_opened(stage: Stage) -> None:
    message = await stage.picture()
    await stage.store.forget(stage.desk.submissions[0].job_id)

    assert (await (await stage.ada.click(message, "Report")).shows("nothing can be reported")).is_ephemeral


async def test_a_message_whose_job_is_forgotten_goes_if_a_moderator_says_so(stage: Stage) -> None:
    message = await stage.picture()
    await stage.store.forget(stage.desk.submissions[0].job_id)
    boss = stage.office.team.member("boss")
    await (await boss.click(message, "Delete")).shows("Only whoever asked")
    assert message.deleted_at is None
    admin = stage.office.team.member("admin")
    admin.user.is_admin = True
    await admin.click(message, "Delete")

    await stage.office.slack.until(lambda: message.deleted_at is not None)


async def test_a_job_deleted_under_a_history_takes_both_messages_with_it(stage: Stage) -> None:
    message = await stage.picture()
    history = await (await stage.ada.slash(stage.general, "/fairbrush", "history")).shows("a lighthouse at dusk")
    shown = await (await stage.ada.click(history, "Show")).shows("Parameters")
    await stage.ada.click(shown, "Delete")

    await stage.office.slack.until(lambda: message.deleted_at is not None and shown.deleted_at is not None)
    assert await stage.store.read(stage.desk.submissions[0].job_id) is None


async def test_a_cancel_where_no_card_shows_it_is_said(stage: Stage) -> None:
    await stage.ada.slash(stage.general, "/imagine", "a cat")
    await stage.until_asked()
    await stage.job()
    listed = await (await stage.ada.slash(stage.general, "/fairbrush", "cancel")).shows("a cat")

    await (await stage.ada.click(listed, "Cancel")).shows("Cancelled.")
