"""What the documents say is so."""

import re
import tomllib
from pathlib import Path

import pytest

from bot.blocks import CommunitySettings, OperatorSettings, PlaceSettings, TierSettings, UsualQuotaSettings
from bot.cli.init import template
from bot.cli.main import app
from bot.cli.signals import TERMINATED
from bot.cli.terminal import DONE, FAILED, WRONG
from bot.settings import DiscordSettings, ServerSettings, Settings, SlackSettings
from tests.unit.house import HOUSE, text_of

DOCUMENTS = sorted([*HOUSE.glob("*.md"), *(HOUSE / "docs").rglob("*.md")])

WORDS = """
Workflow Graph prompt Parameter Binding Vocabulary Submission Job Run Lease Server Pool Slot Lane Charge Requester
Tenant Place MessageRef StatusCard share weight usage enqueue claim renew complete fail cancel requeue rescue
Order number place line seat tag clock bill rota slack requirement route Tenancy tend
Desk Intake Receipt Hold Worker Bench Shelf Guest Notice Noticeboard Bucket Budget Editor Newsroom Tier
Measure Actor Rank Rulebook Entry Ban Pause Quota Refill Allowance Grant Ceiling Zone Meter Span Blocklist Ruling Pace
"""
SECRETS = (
    "redis_url", "key", "discord_token", "slack_token", "slack_app_token", "slack_signing_secret",
    "slack_client_secret",
)  # fmt: skip
MODELS = {
    "setting": Settings,
    "of Discord": DiscordSettings,
    "of Slack": SlackSettings,
    "of a place": PlaceSettings,
    "of a server": ServerSettings,
    "of a tier": TierSettings,
    "of a quota": UsualQuotaSettings,
    "of a community": CommunitySettings,
    "of an operator": OperatorSettings,
}
"""What each of the README's tables of settings is about, by its first heading."""
NEVER = "template pipeline prompt request task pop get backend class ctx View priority"


def set_up_commands() -> list[str]:
    """Return the lines of the README's blocks that are marked `sh`; examples have another mark."""
    return "".join(re.findall(r"^```sh\n(.*?)^```$", text_of("README.md"), re.MULTILINE | re.DOTALL)).splitlines()


def rows(text: str) -> list[list[str]]:
    """Return the cells of every table row."""
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]


def section(name: str, heading: str) -> str:
    """Return what stands under a heading, up to the next one."""
    return text_of(name).split(f"\n## {heading}\n")[1].split("\n## ")[0]


def test_two_commands_do_all_the_set_up():
    paint, test = set_up_commands()

    assert re.search(r"fairbrush imagine .* --out lighthouse\.png$", paint)
    assert "uv run pytest" in test


def test_continuous_integration_takes_its_commands_from_the_readme():
    script = text_of(".ci/run")

    assert "README.md" in script
    assert "imagine" not in script
    assert "pytest" not in script


def written(default: object) -> str:
    """Return a default as the file has it."""
    return str(default).lower() if isinstance(default, bool) else str(default).removesuffix(".0")


@pytest.mark.parametrize("heading", MODELS)
def test_the_readme_names_every_setting_with_its_default(heading):
    table = section("README.md", "Settings").split(f"\n| {heading} |")[1].split("\n\n")[0]
    shown = {row[0].strip("`"): row[1].strip("`") for row in rows(table) if row[0].startswith("`")}
    words = {None: "–", (): "–", DiscordSettings(): "–", SlackSettings(): "–"}
    defaults = {
        name: "needed" if field.is_required() else words.get(field.default) or written(field.default)
        for name, field in MODELS[heading].model_fields.items()
    }

    assert shown == defaults


def test_the_settings_file_that_init_writes_shows_every_setting():
    shown = template().decode()
    secret = {name: f"FAIRBRUSH_{name.upper()}" for name in SECRETS}  # never in the file, but said where they go
    wanted = [secret.get(name, name) for model in MODELS.values() for name in model.model_fields]

    assert [name for name in wanted if name not in shown] == []
    assert tomllib.loads(shown) == {}


def test_the_readme_names_every_exit_code():
    shown = [row[0] for row in rows(section("README.md", "The command line"))[2:]]

    assert shown == [str(code) for code in (DONE, FAILED, WRONG, 130, TERMINATED)]


def test_the_readme_shows_every_command():
    shown = section("README.md", "The command line")
    commands = [str(command.name or command.callback.__name__) for command in app.registered_commands]  # type: ignore[union-attr]
    below = [
        f"{group.name} {command.name or command.callback.__name__}"  # type: ignore[union-attr]
        for group in app.registered_groups
        for command in group.typer_instance.registered_commands  # type: ignore[union-attr]
    ]

    assert [command for command in commands + below if f"fairbrush {command}" not in shown] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(HOUSE)))
def test_relative_links_lead_somewhere(document):
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8"))
    relative = [link for link in links if "://" not in link]

    assert [link for link in relative if not (document.parent / link).exists()] == []


def test_the_glossary_has_every_word():
    glossary = rows(text_of("docs/glossary.md"))
    explained = {word for row in glossary for word in re.split(r"[ ,◦]+", row[0])}
    avoided = {word.strip() for row in glossary if len(row) > 2 for word in row[2].split(",")}

    assert set(WORDS.split()) <= explained
    assert set(NEVER.split()) <= avoided


def test_the_glossary_has_no_word_twice():
    words = [
        word for row in rows(text_of("docs/glossary.md")) for word in re.split(r"[ ,◦]+", row[0]) if word.isalpha()
    ]

    assert sorted(word for word in set(words) - {"word"} if words.count(word) > 1) == []


def test_contributing_names_every_benchmark():
    shown = section("CONTRIBUTING.md", "Benchmarks")
    modules = [path.stem for path in (HOUSE / "benchmarks").glob("[a-z]*.py")]

    assert [name for name in modules if f"`{name}`" not in shown] == []


def test_no_picture_in_the_documents_is_heavy():
    heavy = [path for path in Path(HOUSE / "docs").rglob("*.png") if path.stat().st_size > 400_000]

    assert heavy == []
