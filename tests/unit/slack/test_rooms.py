"""Who may ask, and where a picture could be shown, as Slack tells of people and channels."""

from typing import Any

import pytest

from adapters.fetching import trusted
from adapters.slack.outside import FILES, HOOKS
from adapters.slack.persons import person_of
from adapters.slack.rooms import NotThere, check_room
from bot.errors import SubmissionError


@pytest.mark.parametrize(
    "room",
    [{"is_im": True}, {"is_mpim": True}, {"is_member": True}, {"is_member": True, "is_private": True}],
)
def test_where_we_are_we_can_post(room: dict[str, Any]):
    check_room(room)


@pytest.mark.parametrize("room", [{}, {"is_member": False}, {"is_member": False, "is_read_only": True}])
def test_where_we_are_not_somebody_can_let_us_in(room: dict[str, Any]):
    with pytest.raises(NotThere):
        check_room(room)


@pytest.mark.parametrize("what", ["is_archived", "is_read_only"])
def test_where_nobody_lets_us_post_no_invitation_is_asked_for(what: str):
    with pytest.raises(SubmissionError) as told:
        check_room({"is_member": True, what: True})

    assert not isinstance(told.value, NotThere)


@pytest.mark.parametrize(
    "user",
    [
        {"team_id": "T1", "is_restricted": True},
        {"team_id": "T1", "is_ultra_restricted": True},
        {"team_id": "T1", "is_stranger": True},
        {"team_id": "T2"},
        {"team_id": "T2", "enterprise_user": {"enterprise_id": "E2", "teams": ["T2", "T3"]}},
    ],
)
def test_a_guest_is_whoever_is_not_quite_of_the_workspace(user: dict[str, Any]):
    assert person_of(user, "T1").is_guest


@pytest.mark.parametrize(
    ("user", "workspace"),
    [
        ({"team_id": "T1"}, "T1"),
        ({"team_id": "T2", "enterprise_user": {"enterprise_id": "E1", "teams": ["T1", "T2"]}}, "T1"),
        ({"team_id": "T2", "enterprise_user": {"enterprise_id": "E1", "teams": ["T2"]}}, "E1"),
    ],
)
def test_whoever_is_of_the_workspace_or_its_enterprise_is_no_guest(user: dict[str, Any], workspace: str):
    assert not person_of(user, workspace).is_guest


def test_an_administrator_of_another_organisation_moderates_nothing():
    assert person_of({"team_id": "T1", "is_admin": True}, "T1").moderates
    assert not person_of({"team_id": "T2", "is_admin": True}, "T1").moderates


@pytest.mark.parametrize(
    "address",
    [
        "http://files.slack.com/a.png",
        "https://files.slack.com.evil.example/a.png",
        "https://files.slack.com@evil.example/a.png",
        "https://me@files.slack.com/a.png",
        "https://files.slack.com:444/a.png",
        "https://hooks.slack.com/a.png",
        "//files.slack.com/a.png",
        "",
    ],
)
def test_a_token_goes_to_no_host_but_slacks_own(address: str):
    assert trusted(address, FILES) is None


def test_slacks_own_addresses_are_asked():
    assert trusted("https://files.slack.com/files-pri/T1-F1/download/a.png", FILES) is not None
    assert trusted("https://hooks.slack.com/actions/T1/1/abc", HOOKS) is not None
