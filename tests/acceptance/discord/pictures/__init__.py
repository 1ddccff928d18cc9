"""Draws what the Discord adapter sends as Discord shows it, and takes the pictures of docs/discord.md."""

from pathlib import Path

FOLDER = Path(__file__).parents[4] / "docs" / "images"

REMEMBERED = FOLDER / "discord.json"
"""What each picture showed when it was taken."""
