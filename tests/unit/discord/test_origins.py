"""Who did what, where, and what may be done there: read from the event alone."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.discord.origins import Kind, Origin, Right, StrangeEvent, origin_of
from bot.jobs import Tenant

GUILD, CHANNEL, ADA = "900", "901", "17"
POSTING = Right.VIEW_CHANNEL | Right.SEND_MESSAGES | Right.SEND_MESSAGES_IN_THREADS | Right.ATTACH_FILES


def event(**changes: Any) -> dict[str, Any]:
    """An event of a slash command in a guild, as Discord documents it."""
    user = {"id": ADA, "username": "ada", "global_name": "Ada L."}
    known: dict[str, Any] = {
        "id": "1",
        "application_id": "2",
        "type": 2,
        "token": "aW50ZXJhY3Rpb24.x",
        "data": {"name": "imagine"},
        "channel_id": CHANNEL,
        "channel": {"id": CHANNEL, "type": 0, "nsfw": False},
        "guild_id": GUILD,
        "member": {"user": user, "nick": None, "permissions": "0"},
        "app_permissions": str(int(POSTING)),
        "authorizing_integration_owners": {"0": GUILD},
        "context": 0,
        "attachment_size_limit": 25 * 1024 * 1024,
    }
    return {name: value for name, value in {**known, **changes}.items() if value is not None}


def in_private(**changes: Any) -> Origin:
    user = {"id": ADA, "username": "ada", "global_name": None}
    changed = {"guild_id": None, "member": None, "user": user, "app_permissions": "32768", "context": 1, **changes}
    return origin_of(event(**{"authorizing_integration_owners": {"0": "0"}, **changed}))


def test_a_member_of_a_guild_belongs_to_the_guild_and_is_shown_as_the_guild_knows_them() -> None:
    origin = origin_of(event())
    assert origin.requester.tenant == origin.place.tenant == Tenant(platform="discord", id=GUILD)
    assert (origin.requester.id, origin.requester.name, origin.place.channel) == (ADA, "Ada L.", CHANNEL)
    assert (origin.kind, origin.is_only_token, origin.within_s, origin.missing) == (Kind.COMMAND, False, None, ())
    nicked = event()
    nicked["member"]["nick"] = "The Countess"
    assert origin_of(nicked).requester.name == "The Countess"


@pytest.mark.parametrize(
    ("origin", "tenant", "private", "only_token"),
    [
        (origin_of(event()), GUILD, False, False),
        (origin_of(event(authorizing_integration_owners={"0": GUILD, "1": ADA})), GUILD, False, False),
        (origin_of(event(authorizing_integration_owners={"1": ADA})), "dm", False, True),
        (origin_of(event(authorizing_integration_owners={"0": "555", "1": ADA})), "dm", False, True),
        (in_private(), "dm", True, False),
        (in_private(authorizing_integration_owners={"1": ADA}), "dm", True, False),
        (in_private(context=2), "dm", False, True),
    ],
    ids=["guild", "both", "own install", "another guild's install", "dm", "dm by own install", "group dm"],
)
def test_whose_community_it_is_and_whether_the_bot_is_there(
    origin: Origin, tenant: str, private: bool, only_token: bool
) -> None:
    assert (origin.place.tenant.id, origin.is_private, origin.is_only_token) == (tenant, private, only_token)
    assert (origin.within_s is not None) is only_token


@pytest.mark.parametrize(
    ("channel", "rights", "missing"),
    [
        (0, POSTING, ()),
        (0, Right.ADMINISTRATOR, ()),
        (0, Right(0), ("View Channel", "Send Messages", "Attach Files")),
        (0, POSTING & ~Right.SEND_MESSAGES_IN_THREADS, ()),
        (11, POSTING & ~Right.SEND_MESSAGES_IN_THREADS, ("Send Messages in Threads",)),
        (11, POSTING & ~Right.SEND_MESSAGES, ()),
        (0, POSTING & ~Right.ATTACH_FILES, ("Attach Files",)),
    ],
)
def test_what_is_missing_is_named_as_discords_settings_name_it(
    channel: int, rights: Right, missing: tuple[str, ...]
) -> None:
    origin = origin_of(event(channel={"id": CHANNEL, "type": channel}, app_permissions=str(int(rights))))
    assert origin.missing == missing


def test_where_only_the_token_writes_nothing_but_files_can_be_forbidden() -> None:
    assert origin_of(event(authorizing_integration_owners={"1": ADA}, app_permissions="32768")).missing == ()
    assert origin_of(event(authorizing_integration_owners={"1": ADA}, app_permissions="0")).missing == ("Attach Files",)
    assert in_private().missing == ()


def test_a_thread_is_for_adults_when_its_channel_is() -> None:
    thread = {"id": CHANNEL, "type": 11, "parent_id": "77"}
    assert origin_of(event(channel=thread), restricts={"77"}.__contains__).is_restricted
    assert (origin_of(event(channel=thread)).thread_of, origin_of(event()).thread_of) == ("77", None)
    assert not origin_of(event(channel=thread), restricts={CHANNEL}.__contains__).is_restricted
    assert origin_of(event(channel={"id": CHANNEL, "type": 0, "nsfw": True})).is_adults_only
    assert origin_of(event(), restricts={CHANNEL}.__contains__).is_adults_only
    assert not origin_of(event()).is_adults_only


def test_a_moderator_is_one_only_in_the_guild_that_has_us() -> None:
    member = {"user": {"id": ADA, "username": "ada"}, "permissions": str(int(Right.MANAGE_MESSAGES))}
    assert origin_of(event(member=member)).moderates
    assert not origin_of(event(member=member, authorizing_integration_owners={"1": ADA})).moderates
    assert not origin_of(event()).moderates
    assert not in_private().moderates


@pytest.mark.parametrize("right", [Right.MANAGE_GUILD, Right.MODERATE_MEMBERS, Right.ADMINISTRATOR])
def test_whoever_may_manage_the_guild_or_time_members_out_governs_it(right: Right) -> None:
    member = {"user": {"id": ADA, "username": "ada"}, "permissions": str(int(right))}
    assert origin_of(event(member=member)).governs
    assert not origin_of(event(member=member, authorizing_integration_owners={"1": ADA})).governs


def test_whoever_may_only_delete_messages_of_one_channel_does_not() -> None:
    member = {"user": {"id": ADA, "username": "ada"}, "permissions": str(int(Right.MANAGE_MESSAGES))}
    assert not origin_of(event(member=member)).governs


def test_a_members_roles_come_along_and_nobody_has_any_in_private() -> None:
    member = {"user": {"id": ADA, "username": "ada"}, "permissions": "0", "roles": ["700", "701"]}

    assert origin_of(event(member=member)).occasion.roles == ("700", "701")
    assert origin_of(event(member={**member, "roles": [str(each) for each in range(700, 1100)]})).roles[-1] == "949"
    assert origin_of(event()).occasion.roles == in_private().occasion.roles == ()


@pytest.mark.parametrize("roles", [["guest"], ["7 0"], [None], "700", {"700": 1}, 700])
def test_a_role_that_is_no_id_of_discords_is_no_role(roles: object) -> None:
    member = {"user": {"id": ADA, "username": "ada"}, "permissions": "0", "roles": roles}

    with pytest.raises(StrangeEvent):
        origin_of(event(member=member))


def test_an_id_says_when_it_was_made() -> None:
    assert origin_of(event(id="175928847299117063")).made_at == 1462015105.796  # the example of Discord's documentation


def test_a_click_names_its_message() -> None:
    message = {"id": "31", "interaction_metadata": {"id": "30", "type": 2, "user": {"id": "18"}}}
    origin = origin_of(event(type=3, message=message, data={"custom_id": "x"}))
    assert (origin.kind, origin.message, origin.asker) == (Kind.COMPONENT, "31", "18")
    assert origin_of(event(type=3, message={"id": "31"})).asker is None


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "1/../../webhooks"},
        {"id": 10**30},
        {"type": 99},
        {"token": "a/b"},
        {"token": "x" * 4000},
        {"token": "a b\n"},
        {"member": {"user": {"id": "-4"}}},
        {"member": {"user": []}},
        {"channel": [], "channel_id": None},
        {"channel_id": "١"},
        {"data": 7},
        {"app_permissions": "many"},
        {"authorizing_integration_owners": []},
        {"context": "guild"},
    ],
)
def test_a_strange_event_is_refused_whole(changes: dict[str, Any]) -> None:
    known = event(**changes)
    if changes.get("authorizing_integration_owners") == []:
        assert origin_of(known).place.tenant.id == "dm"  # nothing is said: then we are nowhere
        return
    with pytest.raises(StrangeEvent):
        origin_of(known)


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from([*event(), "message", "user"]), ANY)
def test_whatever_an_event_holds_it_is_read_or_refused(name: str, value: Any) -> None:
    with suppress(StrangeEvent):
        origin = origin_of({**event(), name: value})
        assert origin.id.isdecimal()
        assert origin.place.channel.isdecimal()


@given(ANY)
def test_what_is_no_event_is_refused(value: Any) -> None:
    with pytest.raises(StrangeEvent):
        origin_of(value)


def test_names_and_sizes_have_bounds() -> None:
    loud = event(attachment_size_limit=10**15)
    loud["member"]["nick"] = "x" * 5000
    origin = origin_of(loud)
    assert len(origin.requester.name) == 80
    assert origin.attachment_limit == 500 * 1024 * 1024
    assert origin_of(event(attachment_size_limit=None)).attachment_limit == 8 * 1024 * 1024


def test_a_token_stands_in_no_repr() -> None:
    assert "aW50ZXJhY3Rpb24" not in repr(origin_of(event()))
