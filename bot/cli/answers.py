"""Answers, as they are printed."""

from bot.answers import Answer, Link, Section
from bot.cli.terminal import say, say_json, say_table


def say_answer(answer: Answer, *, as_json: bool) -> None:
    """Print an answer: headlines and sentences as lines, rows as a table; or as data."""
    if as_json:
        say_json({"sections": [_as_data(each) for each in answer.sections]})
        return
    for section in answer.sections:
        for line in (section.headline, _sentence(section)):
            if line:
                say(line)
        say_table(section.rows)


def _as_data(section: Section) -> dict[str, object]:
    return {
        "headline": section.headline,
        "sentence": _sentence(section),
        "rows": [{"name": name, "value": value} for name, value in section.rows],
    }


def _sentence(section: Section) -> str:
    """Return a sentence whose links show where they lead: a terminal has nothing to click."""
    return "".join(f"{each}: {each.address}" if isinstance(each, Link) else each for each in section.sentence)
