"""What is installed, with what, and by which two commands."""

import re
from importlib.metadata import entry_points, version

from bot.cli.main import main
from tests.unit.house import HOUSE, PACKAGES, pyproject, text_of

PROJECT = pyproject()
ADDRESS = re.compile(r"https?://|--(extra-)?index|--find-links|file:")


def locked() -> dict[str, str]:
    """Return version by package of requirements.lock; every line has to be understood."""
    pins: dict[str, str] = {}
    for block in text_of("requirements.lock").replace(" \\\n    ", " ").splitlines():
        pin, *hashes = block.split(" ")
        name, pinned = pin.split("==")
        assert hashes, f"{name} has no hash"
        assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", each) for each in hashes), name
        pins[name] = pinned
    return pins


def constraints() -> dict[str, str]:
    lines: list[str] = PROJECT["tool"]["uv"]["constraint-dependencies"]  # type: ignore[index]
    return dict(line.split("==") for line in lines)


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[<>=!~\[ ;]", line)[0] for line in requirements}


def runtime() -> set[str]:
    return names(PROJECT["project"]["dependencies"])  # type: ignore[index]


def test_the_lock_pins_every_line_by_hash_and_names_no_index():
    assert locked()
    assert not ADDRESS.search(text_of("requirements.lock"))


def test_the_lock_holds_every_runtime_dependency_in_the_version_that_is_developed_with():
    pins, pinned = locked(), constraints()

    assert runtime() <= pins.keys()
    assert {name: pins[name] for name in runtime()} == {name: pinned[name] for name in runtime()}


def test_no_tool_of_development_is_in_the_lock():
    tools = names(PROJECT["dependency-groups"]["dev"])  # type: ignore[index]

    assert not tools & locked().keys()


def test_everything_that_is_named_is_pinned_for_development():
    tools = names(PROJECT["dependency-groups"]["dev"])  # type: ignore[index]

    assert constraints().keys() == runtime() | tools


def test_every_dependency_has_a_lower_and_an_upper_bound():
    for line in PROJECT["project"]["dependencies"]:  # type: ignore[index]
        assert re.fullmatch(r"[a-z0-9-]+>=[\d.]+,<\d+(\.\d+)?(; .+)?", line), line


def test_nobody_uploads_three_generic_names_by_accident():
    assert "Private :: Do Not Upload" in PROJECT["project"]["classifiers"]  # type: ignore[index]


def test_the_console_script_is_the_command_line():
    [script] = entry_points(group="console_scripts", name="fairbrush")

    assert script.load() is main


def test_the_version_is_the_newest_of_the_changelog():
    headings = re.findall(r"^## \[(.+?)\]", text_of("CHANGELOG.md"), re.MULTILINE)
    declared = PROJECT["project"]["version"]  # type: ignore[index]

    assert headings[0] == "Unreleased"
    assert headings[1:2] in ([declared], [])
    assert version("fairbrush") == declared


def test_the_types_are_checked_strictly_in_every_package():
    mypy = PROJECT["tool"]["mypy"]  # type: ignore[index]

    assert mypy["strict"] is True
    assert set(mypy["packages"]) == {*PACKAGES, "benchmarks"}
    assert "overrides" not in mypy


def test_every_ignored_rule_has_its_reason_on_its_line():
    text = text_of("pyproject.toml")
    section = text[text.index("[tool.ruff.lint]") : text.index("[tool.ruff.lint.mccabe]")]
    ignored = [line for line in section[section.index("ignore = [") :].splitlines() if line.startswith('    "')]

    assert ignored
    assert [line for line in ignored if "#" not in line] == []


def test_what_the_tests_run_under_is_strict():
    options = PROJECT["tool"]["pytest"]["ini_options"]  # type: ignore[index]

    assert options["filterwarnings"] == ["error"]
    assert {"--strict-markers", "--strict-config"} <= set(options["addopts"])
    assert options["xfail_strict"] is True
    assert PROJECT["tool"]["coverage"]["run"]["branch"] is True  # type: ignore[index]


def test_no_class_is_called_by_a_word_that_says_nothing():
    vague = re.compile(r"^class (\w*(?:Manager|Helper|Util|Utils|Base|Data))\b", re.MULTILINE)
    found = [
        name
        for package in PACKAGES
        for path in (HOUSE / package).rglob("*.py")
        for name in vague.findall(path.read_text())
    ]

    assert found == []


def test_no_module_is_longer_than_400_lines():
    lengths = {
        str(path.relative_to(HOUSE)): len(path.read_text().splitlines())
        for package in PACKAGES
        for path in (HOUSE / package).rglob("*.py")
    }

    assert {name: length for name, length in lengths.items() if length > 400} == {}
