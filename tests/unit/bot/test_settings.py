"""Settings: file, environment, and every problem at once."""

import pytest

from bot.cli.init import template
from bot.errors import ConfigError
from bot.policy.places import PlaceRule
from bot.servers import ServerSpec
from bot.settings import MAX_FILE_BYTES, Settings, address, read_settings, revealed

SECRETS = (
    "redis_url", "key", "discord_token", "slack_token", "slack_app_token", "slack_signing_secret",
    "slack_client_secret",
)  # fmt: skip


def _problems(text: bytes) -> str:
    with pytest.raises(ConfigError) as raised:
        read_settings(text)
    return str(raised.value)


def test_without_a_file_the_defaults_hold() -> None:
    assert read_settings(None) == Settings()


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRBRUSH_RUN_DEADLINE_S", "5")

    assert read_settings(b"run_deadline_s = 7\nmax_result_mb = 9").run_deadline_s == 5
    assert read_settings(b"run_deadline_s = 7\nmax_result_mb = 9").max_result_mb == 9


def test_every_problem_is_named_at_once() -> None:
    problems = _problems(b'nope = 1\nrun_deadline_s = "soon"\n[[servers]]\nname = "A b"\nurl = "http://x"\nport = 1')

    for part in ("nope: there is no such setting", "run_deadline_s", "servers.0.name", "servers.0.port"):
        assert part in problems


def test_two_servers_of_one_name_are_refused() -> None:
    server = b'[[servers]]\nname = "gpu"\nurl = "http://x"\n'

    assert "'gpu'" in _problems(server * 2)


def test_what_is_said_of_a_server_becomes_plain_data() -> None:
    text = b"""[[servers]]
name = "a"
url = "http://x"
slots = 2
labels = ["slow", "big", "big"]
memory_gb = 24.5"""

    [server] = read_settings(text).servers
    assert server.spec == ServerSpec(name="a", url="http://x", slots=2, labels=("big", "slow"), memory_gb=24.5)


@pytest.mark.parametrize("line", ["slots = 0", "slots = 33", 'labels = ["Two words"]', "memory_gb = -1"])
def test_what_no_server_can_be_is_a_sentence(line: str) -> None:
    said = _problems(f'[[servers]]\nname = "a"\nurl = "http://x"\n{line}'.encode())

    assert line.partition(" ")[0] in said


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b"max_waiting = 0", "max_waiting: input should be greater than or equal to 1"),
        (b"max_waiting_per_member = -1", "max_waiting_per_member: input should be greater than or equal to 0"),
        (b"max_running_per_person = 1.5", "max_running_per_person"),
        (b'community_shares = "fair"', "community_shares: input should be 'equal' or 'by_members'"),
        (b"affinity_s = inf", "affinity_s"),
        (b"affinity_s = -1", "affinity_s: input should be greater than or equal to 0"),
        (b"affinity_s = 601", "affinity_s: input should be less than or equal to 600"),
    ],
)
def test_a_limit_that_cannot_be_is_a_sentence(line: bytes, says: str) -> None:
    assert says in _problems(line)


@pytest.mark.parametrize("text", [b"x =", b"\xff\xfe", b"#" * (MAX_FILE_BYTES + 1), b'_env_file = "x"'])
def test_a_file_that_cannot_be_read_is_a_sentence(text: bytes) -> None:
    assert _problems(text)


def test_a_variable_that_holds_no_json_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRBRUSH_SERVERS", "not json")

    assert "servers" in _problems(b"")


def test_the_file_that_init_writes_holds_the_defaults_and_every_setting_can_be_uncommented() -> None:
    text = template().decode()
    shown = [line for line in text.splitlines() if line.startswith("# ")]
    settings = [line for line in shown if " = " in line or line.startswith("# [")]
    live = "\n".join(line.removeprefix("# ") for line in settings)

    assert read_settings(template()) == Settings()
    read = read_settings(live.encode())
    assert read.servers[0].credential_env == "GPU1_TOKEN"
    assert read.discord.dev_guilds == ("123456789012345678",)
    assert read.places[0].workflows == ("txt2img", "upscale")
    assert read.tiers[0].name == "patrons"
    in_the_environment_only = set(SECRETS)
    assert {name for name in Settings.model_fields if name not in live} <= in_the_environment_only
    assert read.run_deadline_s == Settings().run_deadline_s
    assert read.max_result_mb == Settings().max_result_mb


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_is_taken_from_the_environment_only_and_shown_nowhere(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert f"FAIRBRUSH_{name.upper()}" in _problems(f'{name} = "s3cret"'.encode())

    monkeypatch.setenv(f"FAIRBRUSH_{name.upper()}", "s3cret")
    assert "s3cret" not in repr(read_settings(None))


@pytest.mark.parametrize("name", [name for name in SECRETS if name.startswith(("discord", "slack"))])
def test_a_secret_in_the_table_of_its_platform_is_told_where_it_belongs(name: str) -> None:
    platform, _, key = name.partition("_")
    said = _problems(f'[{platform}]\n{key} = "s3cret"'.encode())

    assert f"FAIRBRUSH_{name.upper()}" in said
    assert "s3cret" not in said


def test_a_client_id_is_no_secret_and_may_stand_in_the_file() -> None:
    assert read_settings(b'slack_client_id = "1.2"').slack_client_id == "1.2"
    assert read_settings(b"[slack]\nguests = true").slack.guests


@pytest.mark.parametrize(
    ("given", "read"),
    [
        *(("", None), ("  ", None), ('""', None), ("t0ken\n", "t0ken")),
        *(('"t0ken"', "t0ken"), ("Bot t0ken", "t0ken"), (" ' bot  t0ken '\n", "t0ken")),
        ("Bearer xoxb-1", "xoxb-1"),
    ],
)
def test_an_empty_token_is_none_and_what_pasting_puts_around_one_is_dropped(
    given: str, read: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAIRBRUSH_DISCORD_TOKEN", given)
    monkeypatch.setenv("FAIRBRUSH_SLACK_TOKEN", given)
    settings = read_settings(None)

    assert [*map(revealed, (settings.discord_token, settings.slack_token))] == [read] * 2


@pytest.mark.parametrize("given", ["https://p.example.org", " https://p.example.org/ "])
def test_a_public_address_is_kept_without_its_last_slash(given: str) -> None:
    assert read_settings(f'public_url = "{given}"'.encode()).public_url == "https://p.example.org"


@pytest.mark.parametrize(("given", "reached"), [("https://p.example", "https://p.example"), ("http://p.example", None)])
def test_only_what_begins_with_https_leads_to_what_must_not_be_overheard(given: str, reached: str | None) -> None:
    assert address(Settings(public_url=given)) == reached
    assert address(Settings()) is None


@pytest.mark.parametrize(
    "given",
    [
        "pictures.example.org", "ftp://x", "https://", "https://x/files", "https://x?a=b", "https://x#a", "http://[::1",
        "https://me:pass@x", "https://x:99999", "",
    ],
)  # fmt: skip
def test_a_public_address_is_a_bare_one(given: str) -> None:
    said = _problems(f'public_url = "{given}"'.encode())

    assert said.startswith("public_url: takes an address such as")
    assert "pass" not in said


def test_ids_may_be_written_as_numbers() -> None:
    text = b"""[discord]
dev_guilds = [123456789012345678]
[[places]]
community = 123456789012345678
channel = 234567890123456789"""

    read = read_settings(text)
    assert read.discord.dev_guilds == (read.places[0].community,) == ("123456789012345678",)


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ("dev_guilds = ['my server']", "discord.dev_guilds.0"),
        ("spoilers = 'sometimes'", "discord.spoilers"),
        ("shard_ids = [0]", "shard_ids needs shard_count"),
        ("shard_ids = [2]\nshard_count = 2", "there is no shard 2 among 2"),
        ("shard_ids = [1, 1]\nshard_count = 2", "a shard is named twice"),
    ],
)
def test_what_is_wrong_about_discord_is_a_sentence(lines: str, says: str) -> None:
    assert says in _problems(f"[discord]\n{lines}".encode())


PLACE = '[[places]]\ncommunity = "123456789012345678"\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (PLACE * 2, "123456789012345678 of discord is described twice"),
        (f'{PLACE}channel = "234567890123456789"\n' * 2, "234567890123456789 of discord is described twice"),
        ('[[places]]\nchannel = "234567890123456789"', "places.0.community"),
        (f'{PLACE}workflows = ["a"]\ndefault_workflow = "b"', "'b' is none of this place's workflows"),
        (f'{PLACE}platform = "irc"', "places.0.platform"),
        ('[[places]]\ncommunity = "abc"', "'abc' is no id: right-click the server, Copy Server ID; or dm"),
        (f'{PLACE}channel = "general"', "'general' is no id: right-click the channel, Copy Channel ID"),
    ],
)
def test_what_is_wrong_about_places_is_a_sentence(text: str, says: str) -> None:
    assert says in _problems(text.encode())


SLACK = '[[places]]\nplatform = "slack"\ncommunity = "T0ACME123"\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (SLACK.replace("T0ACME123", "acme"), "'acme' is no id: open Slack in a browser"),
        (f'{SLACK}channel = "general"', "'general' is no id: open the channel in a browser"),
        (f"{PLACE}adults_only = true", "adults_only: is for Slack"),
        ('[[places]]\nplatform = "web"\ncommunity = "local"\nadults_only = true', "adults_only: is for Slack"),
    ],
)
def test_what_is_wrong_about_places_of_slack_is_a_sentence(text: str, says: str) -> None:
    assert says in _problems(text.encode())


def test_a_workspace_an_organisation_and_direct_messages_are_communities_of_slack() -> None:
    others = [SLACK.replace("T0ACME123", community) for community in ("E0ACME123", "dm")]
    text = f'{SLACK}channel = "C0CATS123"\nadults_only = true\n{"".join(others)}'

    cats, organisation, direct = read_settings(text.encode()).places
    assert cats.rule == PlaceRule(platform="slack", community="T0ACME123", channel="C0CATS123", adults_only=True)
    assert (organisation.community, direct.community) == ("E0ACME123", "dm")


def test_the_same_community_may_be_described_once_for_each_channel() -> None:
    text = (
        f'{PLACE}{PLACE}channel = "234567890123456789"\n{PLACE}channel = "345678901234567890"\n{PLACE}platform = "web"'
    )

    assert len(read_settings(text.encode()).places) == 4


def test_direct_messages_are_a_community_of_discord_and_the_page_calls_its_own_as_it_likes() -> None:
    text = '[[places]]\ncommunity = "dm"\n[[places]]\nplatform = "web"\ncommunity = "local"\nchannel = "studio"'

    assert [each.community for each in read_settings(text.encode()).places] == ["dm", "local"]


def test_what_is_said_of_a_place_becomes_a_rule() -> None:
    [place] = read_settings(f'{PLACE}channel = 234567890123456789\nworkflows = ["flux"]'.encode()).places

    assert place.rule == PlaceRule(
        platform="discord", community="123456789012345678", channel="234567890123456789", workflows=("flux",)
    )


TIER = '[[tiers]]\nname = "patrons"\nplatform = "discord"\n'
ROLE = 'roles = ["345678901234567890"]\n'
GUESTS = '[[tiers]]\nname = "guests"\nroles = ["guest"]\n'


def test_a_tier_is_of_ids_which_may_be_written_as_numbers() -> None:
    text = (
        f"{TIER}community = 123456789012345678\nroles = [345678901234567890]\nusers = [456789012345678901]\nweight = 2"
    )

    [tier] = read_settings(text.encode()).tiers
    assert (tier.community, tier.roles, tier.users) == (
        *("123456789012345678", ("345678901234567890",), ("456789012345678901",)),
    )
    assert (tier.weight, tier.max_waiting, tier.max_running) == (2.0, None, None)


@pytest.mark.parametrize(
    "text",
    [
        GUESTS,
        f'{GUESTS}platform = "slack"\ncommunity = "T0123ABCD"',
        '[[tiers]]\nname = "us"\nplatform = "slack"\ncommunity = "E0123ABCD"\nusers = ["U0123ABCD", "W0123ABCD"]',
        '[[tiers]]\nname = "us"\nplatform = "web"\ncommunity = "local"\nusers = ["ada"]',
        f'{TIER}community = "dm"\nusers = ["456789012345678901"]',
        f'{TIER}community = "123456789012345678"\n{ROLE}{TIER}community = "223456789012345678"\n{ROLE}',
        f'{TIER}{ROLE}[[tiers]]\nname = "patrons"\nplatform = "slack"\nusers = ["U0123ABCD"]',
    ],
)
def test_a_tier_is_for_guests_or_for_people_of_one_platform(text: str) -> None:
    assert read_settings(text.encode()).tiers


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (TIER, "roles or users: say whom it is for"),
        ('[[tiers]]\nname = "Our Patrons"\nroles = ["guest"]', "takes a word of small letters"),
        (
            f'{TIER}roles = ["Patron"]',
            "role: 'Patron' is no id: in Server Settings, Roles, right-click the role, Copy Role",
        ),
        (f'{TIER}roles = ["guest"]', "role: 'guest' is no id"),
        (f'{TIER}users = ["ada"]', "user: 'ada' is no id: right-click the person, Copy User ID"),
        (f'{TIER}{ROLE}community = "Our server"', "tiers.0.community"),
        (
            f'{TIER}{ROLE}community = "ours"',
            "community: 'ours' is no id: right-click the server, Copy Server ID; or dm",
        ),
        (f'[[tiers]]\nname = "a"\n{ROLE}', "platform: say whose id 345678901234567890 is"),
        (f'{GUESTS}community = "T0123ABCD"', "platform: say whose id T0123ABCD is: discord, slack or web"),
        (
            '[[tiers]]\nname = "a"\nplatform = "slack"\nroles = ["admins"]',
            "open the user group, its three dots, Copy group ID",
        ),
        ('[[tiers]]\nname = "a"\nplatform = "slack"\nusers = ["@ada"]', "tiers.0.users.0"),
        ('[[tiers]]\nname = "a"\nplatform = "slack"\nusers = ["ada"]', "user: 'ada' is no id: open their profile"),
        ('[[tiers]]\nname = "a"\nplatform = "web"\nroles = ["guest"]', "the page has no roles"),
        (f"{GUESTS}weight = 0", "weight: input should be greater than or equal to 0.01"),
        (f"{GUESTS}weight = 101", "weight: input should be less than or equal to 100"),
        (f"{GUESTS}weight = nan", "tiers.0.weight"),
        (f"{GUESTS}max_waiting = -1", "max_waiting: input should be greater than or equal to 0"),
        (GUESTS * 2, "the name 'guests' is given to two tiers that hold in the same place"),
        (f'{TIER}{ROLE}{TIER}{ROLE}community = "123456789012345678"', "'patrons' is given to two tiers"),
    ],
)
def test_what_is_wrong_about_tiers_is_a_sentence(text: str, says: str) -> None:
    assert says in _problems(text.encode())
