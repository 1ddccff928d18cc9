"""Answers, as they are printed."""

from bot.answers import Answer, Section
from bot.cli.terminal import say, say_json, say_table


def say_answer(answer: Answer, *, as_json: bool) -> None:
    """Print an answer: headlines and sentences as lines, rows as a table; or as data."""
    if as_json:
        say_json({"sections": [_as_data(each) for each in answer.sections]})
        return
    for section in answer.sections:
        for line in (section.headline, "".join(section.sentence)):
            if line:
                say(line)
        say_table(section.rows)


def _as_data(section: Section) -> dict[str, object]:
    return {
        "headline": section.headline,
        "sentence": "".join(section.sentence),
        "rows": [{"name": name, "value": value} for name, value in section.rows],
    }
