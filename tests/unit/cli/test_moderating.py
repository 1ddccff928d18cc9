"""`fairbrush users`, `policy` and `audit`: the words of a chat, as the operator, in a store that lasts."""

import io
import json
from pathlib import Path

import pytest

from bot.cli import policy, users
from bot.cli.moderating import Where, at_home, entries, operator, say_entries, say_held, show_audit, show_policy, take
from bot.cli.terminal import WRONG, tell
from bot.cli.verbs import insist
from bot.errors import SubmissionError
from bot.holds import Held
from bot.jobs import Tenant
from bot.policy.audit import AuditEntry, Author
from bot.policy.measures import BanUser, Rank, ShowAudit, ShowReports
from bot.policy.verbs import BY_NAME
from tests.fakes.memory_books import MemoryAudit
from workflows.faults import InvalidValues

GUILD = Tenant(platform="discord", id="41771983423143937")
ADA = "80351110224678912"
EVIL = AuditEntry(
    author=Author(platform="discord", id="7", name="Moe [bold]\x1b[31m"),
    measure="ban",
    tenant=GUILD,
    user="8",
    why="spam\x1b[2J\nmore",
)


@pytest.fixture
def where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Where:
    monkeypatch.chdir(tmp_path)
    return Where(community="discord/41771983423143937", state=tmp_path)


def test_what_is_done_lasts_and_is_told_with_where_it_comes_from(where, capsys):
    take(["quota", ADA, "40", "pictures/day"], where, as_json=False)
    assert capsys.readouterr().out == (
        f"The quota of {ADA} is 40 pictures/day.\nIf it is for another time than before, it begins afresh.\n"
    )

    show_policy(f"discord/{ADA}", where, (), as_json=True)
    rows = {each["name"]: each for each in json.loads(capsys.readouterr().out)}
    assert rows["Quota"] == {"name": "Quota", "value": "40 pictures/day", "source": "the operator"}

    show_audit(ADA, where, 0, as_json=True)
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(each["measure"], each["user"], each["author"]["platform"]) for each in told] == [
        ("show", ADA, "local"),
        ("quota", ADA, "local"),
    ]


def test_what_cannot_be_read_or_done_is_told_and_fails(where, capsys):
    with pytest.raises(InvalidValues) as unread:
        take(["ban"], where, as_json=False)
    assert tell(unread.value, as_json=False) == WRONG
    with pytest.raises(SubmissionError) as refused:
        take(["unban", "7"], where, as_json=False)
    assert tell(refused.value, as_json=False) == WRONG
    assert "They are not banned here." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("user", "community", "told"),
    [
        ("Dmitri", "discord/41771983423143937", "'Dmitri' is no id: right-click .* 17 to 20 digits"),
        ("@dmitri", "discord/41771983423143937", "'dmitri' is no id"),
        ("discord/dmitri", "discord/41771983423143937", "'dmitri' is no id"),
        ("slack/U0ACME123", "discord/41771983423143937", "'slack/U0ACME123' is no id: right-click"),
        ("80351110224678912", "slack/T0ACME123", "open their profile, .* U… or W…"),
        ("Ben", "web/local", "'Ben' is no id: on the page .* small letters"),
        ("discord/dmitri", None, "'dmitri' is no id"),
        ("disocrd/80351110224678912", None, "no platform “disocrd”. There is discord, slack, web"),
    ],
)
def test_who_can_be_nobody_is_refused_whatever_is_asked_and_nothing_is_done(user, community, told, tmp_path, capsys):
    where = Where(community=community, state=tmp_path)
    for words in (["ban", user, "7d", "spam"], ["show", user], ["recent", user], ["quota", user, "none"]):
        with pytest.raises(SubmissionError, match=told):
            take(words, where, as_json=False)
    with pytest.raises(SubmissionError, match=told):
        show_policy(user, where, (), as_json=False)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("community", "told"),
    [
        *((name, "named with its platform") for name in ("1001", "/1001", "discord/")),
        ("slakc/T0123456A", "There is discord, slack, web"),
        ("slack/T1", "'T1' is no id"),
        ("discord/1001", "Copy Server ID"),
    ],
)
def test_a_community_is_named_as_its_platform_does(community, told):
    with pytest.raises(SubmissionError, match=told):
        Where(community=community, state=None).tenant  # noqa: B018 - it is read


def test_in_their_community_somebody_has_no_platform():
    assert at_home(BanUser(user="discord/7", reason=""), GUILD) == BanUser(user="7", reason="")
    assert at_home(BanUser(user="7", reason=""), GUILD) == BanUser(user="7", reason="")
    assert at_home(BanUser(user="discord/7", reason=""), None) == BanUser(user="discord/7", reason="")
    assert at_home(ShowAudit(user="discord/7"), GUILD) == ShowAudit(user="7")
    assert at_home(ShowAudit(), GUILD) == ShowAudit()
    assert at_home(ShowReports(), GUILD) == ShowReports()


def test_whoever_has_the_command_line_is_the_operator():
    actor = operator()

    assert (actor.rank, actor.platform, actor.tenant) == (Rank.OPERATOR, "local", None)
    assert actor.name


def test_what_people_wrote_steers_no_terminal_and_breaks_no_line(capsys):
    say_entries([EVIL], as_json=False)
    say_entries([EVIL], as_json=True)
    say_held([Held(name="Banned", value="x\x1b[31m[bold]", source="y")], as_json=False)

    told = capsys.readouterr().out
    assert told.startswith("when (UTC), who")
    assert "\x1b" not in told
    assert "[bold]" in told
    [line] = [line for line in told.splitlines() if line.startswith("{")]
    assert json.loads(line)["why"] == EVIL.why


def test_an_empty_audit_says_so(capsys):
    say_entries([], as_json=False)

    assert capsys.readouterr().out == "Nothing was done yet.\n"


async def test_an_export_has_every_page():
    audit = MemoryAudit(clock=lambda: 1)
    for _ in range(450):
        await audit.add(EVIL)

    assert len(await entries(audit, GUILD, None, 0)) == 450
    assert len(await entries(audit, GUILD, None, 250)) == 250


def test_every_verb_is_a_command_somewhere():
    listed = {*users.OF_USERS, *policy.OF_POLICY, *(f"blocklist {name}" for name in policy.OF_BLOCKLIST)}

    # Who did what, what was reported, the GPUs and the console are commands of their own.
    assert set(BY_NAME) - listed == {"audit", "console", "reports", "servers", "server drain", "server resume"}


@pytest.mark.parametrize("words", [["purge", "7", "1h"], ["clear-all"]], ids=" ".join)
def test_what_cannot_be_taken_back_is_asked_first_and_without_a_terminal_refused(words, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))

    with pytest.raises(SubmissionError, match="--yes"):
        insist(words, is_meant=False)
    insist(words, is_meant=True)
    insist([*words, "now"], is_meant=False)


def test_what_cannot_be_read_is_told_before_anything_is_asked():
    with pytest.raises(InvalidValues):
        insist(["purge"], is_meant=False)


def test_whose_audit_is_meant_is_named_with_a_platform_or_a_community(tmp_path):
    with pytest.raises(SubmissionError, match="--in discord/41771983423143937, or on which platform: discord/157"):
        show_audit("157", Where(community=None, state=tmp_path), 50, as_json=False)
