"""A moderator's words on Slack: people by their ids, and nobody's prompt taken for one."""

import pytest

from adapters.slack.moderating import called, misnamed, words_of
from adapters.slack.origins import Origin, origin_of

US = "U0BOT"


def command(text: str, name: str = "/fairbrush") -> Origin:
    return origin_of(
        {"command": name, "text": text, "trigger_id": "1.2", "team_id": "T1", "user_id": "U1", "channel_id": "C1"}
    )


def mention(text: str, kind: str = "app_mention") -> Origin:
    event = {"type": kind, "user": "U1", "channel": "C1", "ts": "1.1", "thread_ts": "1.0", "text": text}
    heard = [{"team_id": "T1", "user_id": US}]
    return origin_of({"type": "event_callback", "event_id": "E1", "event": event, "authorizations": heard})


@pytest.mark.parametrize(
    ("origin", "words"),
    [
        (command("mod ban <@U2|ben hur> 2d spam"), "ban U2 2d spam"),
        (command("MOD ban <@W2> a &lt; b"), "ban W2 a < b"),
        (command("mod"), ""),
        (command("modern art"), None),
        (command("a cat mod"), None),
        (command("mod ban <@U2>", "/imagine"), None),
        (mention(f"<@{US}> mod unban <@U2>"), "unban U2"),
        (mention(f"<@{US}> mod bann <@U2>"), "bann U2"),
        (mention(f"<@{US}> mod"), ""),
        (mention("mod audit", "message"), "audit"),
        (mention(f"<@{US}> mod fashion, 1966"), None),
        (mention(f"I said <@{US}> mod audit"), None),
        (mention(f"<@{US}> a cat"), None),
    ],
)
def test_what_is_a_moderators_is_known_by_its_first_words(origin: Origin, words: str | None) -> None:
    assert words_of(origin) == words


def test_everybody_who_is_mentioned_has_the_name_that_slack_says_with_their_own_id() -> None:
    said = command("mod ban U0123 2d because of <@U9|Ada> and <@U8|b &amp; c>, not <@U7>")

    assert called(said) == {"U9": "Ada", "U8": "b & c"}


@pytest.mark.parametrize(
    ("name", "is_id"), [("U0ACME123", True), ("@W0ACME123", True), ("dmitri", False), ("C0ACME123", False)]
)
def test_somebody_is_named_by_an_id_and_whoever_typed_a_name_reads_how(name: str, is_id: bool) -> None:
    told = misnamed(name)
    assert told == ("" if is_id else "is nobody's id. Begin with @ and choose them from Slack's list.")
