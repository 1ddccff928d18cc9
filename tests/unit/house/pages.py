"""How the page of a chat platform is held to the code: its tables, and what people are said to read."""

import re

from tests.unit.house import HOUSE, text_of
from tests.unit.house.test_documents import rows

SOURCES = "\n".join(path.read_text() for folder in ("adapters", "bot") for path in (HOUSE / folder).rglob("*.py"))


class Page:
    """One of docs/."""

    def __init__(self, name: str) -> None:
        self.text = text_of(f"docs/{name}.md")

    def table(self, heading: str, first: str) -> dict[str, list[str]]:
        """Return the rows of the table under a heading whose first column is called so, by their first cells."""
        below = self.text.split(f"\n## {heading}\n")[1].split("\n## ")[0]
        found = below.split(f"| {first} |")[1].split("\n\n")[0]
        return {row[0].strip("`"): row[1:] for row in rows(f"| {first} |{found}")[2:]}

    def settings(self) -> set[str]:
        """Return the variables of ours that it names, without FAIRBRUSH_ and in small letters."""
        return {name.lower() for name in re.findall(r"FAIRBRUSH_([A-Z_]+)", self.text)}

    def commands(self) -> set[str]:
        """Return the commands that it names."""
        return set(re.findall(r"`/(\w+)", self.text))


def unsaid(words: str, *, of_others: set[str]) -> list[str]:
    """Return what a text says in *slanted* letters that neither we say nor those others."""
    quoted = [each.strip(".") for each in re.findall(r"(?<!\*)\*([^*]+)\*(?!\*)", words)]
    return [each for each in quoted if each not in of_others and each not in SOURCES]
