"""What check says of settings that are well formed and do not fit together."""

import pytest

from bot.cli.check_settings import settings_findings
from bot.cli.terminal import DONE, WRONG
from bot.settings import read_settings
from workflows.catalog import LIBRARY, load_catalog

CATALOG = load_catalog(LIBRARY)


def found(text: str = "") -> list[tuple[str, str, int]]:
    return [
        (each.subject, each.text, each.exit_code) for each in settings_findings(read_settings(text.encode()), CATALOG)
    ]


def test_defaults_have_nothing_to_be_said_of_them() -> None:
    assert found() == []


def test_processes_on_one_redis_are_told_that_they_need_one_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRBRUSH_REDIS_URL", "redis://127.0.0.1:1")
    [(subject, text, code)] = found()
    assert (subject, code) == ("key", DONE)
    assert "the same FAIRBRUSH_KEY" in text

    monkeypatch.setenv("FAIRBRUSH_KEY", "k" * 32)
    assert found() == [("key", "set", DONE)]

    monkeypatch.setenv("FAIRBRUSH_KEY", "short")
    assert [code for *_, code in found()] == [WRONG]


@pytest.mark.parametrize(
    ("url", "words", "code"),
    [
        ("https://p.example.org", "https://p.example.org/files/ has to lead", DONE),
        ("http://p.example.org", "without https", DONE),
        ("http://127.0.0.1:8800", "only this machine", WRONG),
        ("http://localhost:8800", "only this machine", WRONG),
        ("http://[::1]", "only this machine", WRONG),
        ("http://0.0.0.0", "only this machine", WRONG),
    ],
)
def test_a_public_address_that_only_this_machine_reaches_is_wrong(url: str, words: str, code: int) -> None:
    [(_, text, found_code)] = found(f'public_url = "{url}"')

    assert words in text
    assert found_code == code


def test_a_place_that_names_a_workflow_that_is_not_there_is_wrong() -> None:
    place = '[[places]]\ncommunity = "123456789012345678"\n'

    assert found(f'{place}workflows = ["txt2img", "gone"]') == [
        ("discord 123456789012345678", "there is no workflow gone", WRONG)
    ]
    assert (
        found(f'{place}channel = "234567890123456789"\ndefault_workflow = "gone"')[0][0]
        == "discord 123456789012345678, channel 234567890123456789"
    )
    assert found(f'{place}workflows = ["txt2img"]') == [("discord 123456789012345678", "only txt2img", DONE)]
    assert found(f"{place}workflows = []") == [
        ("discord 123456789012345678", "nothing may be asked for: workflows = []", DONE)
    ]
    assert found(place) == []


def test_a_tier_that_names_what_is_not_there_is_wrong() -> None:
    tier = '[[tiers]]\nname = "free"\nplatform = "slack"\nusers = ["U0123ABCD"]\n'

    assert found(f'{tier}workflows = ["txt2img", "gone"]\nmax = {{ step = 30, steps = 30 }}') == [
        ("tier free", "there is no workflow gone", WRONG),
        ("tier free", "max: no workflow has a parameter step", WRONG),
    ]
    assert found(f'{tier}workflows = ["txt2img"]\nmax = {{ steps = 30 }}') == []
