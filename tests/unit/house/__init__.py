"""What the house promises about itself: its contracts, its packaging, its documents."""

import tomllib
from pathlib import Path

HOUSE = Path(__file__).parents[3]
PACKAGES = ("workflows", "bot", "adapters")


def text_of(name: str) -> str:
    """Read a file of the checkout."""
    return (HOUSE / name).read_text(encoding="utf-8")


def pyproject() -> dict[str, object]:
    """Read the project's own description."""
    return tomllib.loads(text_of("pyproject.toml"))
