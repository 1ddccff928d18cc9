"""Commands that are made of the table of verbs, so that a terminal takes the words of a chat."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.flags import AsJson
from bot.errors import SubmissionError
from bot.measuring import read_fields, read_words
from bot.policy.verbs import NOW, Verb

Community = Annotated[
    str | None,
    typer.Option(
        "--in",
        metavar="PLATFORM/ID",
        help="In which community, such as discord/41771983423143937; otherwise everywhere.",
    ),
]
State = Annotated[
    Path | None, typer.Option("--state", metavar="DIR", help="Where jobs are kept, if a service was told.")
]


Meant = Annotated[bool, typer.Option("--yes", help="Do it without asking back.")]

_NOTHING_DONE = (
    "Nothing was done: what {} does cannot be taken back. Say the same once more, with --yes or with {} at its end."
)


def add_verb(app: typer.Typer, verb: Verb, name: str) -> None:
    """Add a verb to a group of commands, by this name there."""
    words = verb.usage.removeprefix(verb.name).strip().replace("@user", "USER")
    # What begins with a dash may be the grammar's, or a word of somebody's.
    settings = {"ignore_unknown_options": True}
    run = _asked_back(verb, words) if verb.is_asked_back else _with_words(verb, words) if verb.fields else _alone(verb)
    app.command(name, help=verb.help, context_settings=settings)(run)


def _asked_back(verb: Verb, words: str) -> Callable[..., None]:
    def run(
        said: Annotated[list[str], typer.Argument(metavar=words)] = [],  # noqa: B006 - typer makes a new one each time
        *,
        is_meant: Meant = False,
        community: Community = None,
        state: State = None,
        as_json: AsJson = False,
    ) -> None:
        from bot.cli.moderating import Where, take

        insist([verb.name, *said], is_meant=is_meant)
        take([verb.name, *said], Where(community=community, state=state), as_json=as_json)

    return run


def insist(words: Sequence[str], *, is_meant: bool) -> None:
    """Ask back where something cannot be taken back; raises what is wrong with the words, and SubmissionError for no.

    Where nobody sits at a terminal nobody is asked.
    """
    verb, raw = read_words(" ".join(words))
    read_fields(verb, raw)
    if is_meant or raw.get(NOW):
        return
    if not sys.stdin.isatty() or not typer.confirm(f"{verb.help} It cannot be taken back. Go on?", err=True):
        raise SubmissionError(_NOTHING_DONE.format(verb.name, NOW))


def _with_words(verb: Verb, words: str) -> Callable[..., None]:
    def run(
        said: Annotated[list[str], typer.Argument(metavar=words)] = [],  # noqa: B006 - typer makes a new one each time
        *,
        community: Community = None,
        state: State = None,
        as_json: AsJson = False,
    ) -> None:
        from bot.cli.moderating import Where, take

        take([verb.name, *said], Where(community=community, state=state), as_json=as_json)

    return run


def _alone(verb: Verb) -> Callable[..., None]:
    def run(*, community: Community = None, state: State = None, as_json: AsJson = False) -> None:
        from bot.cli.moderating import Where, take

        take([verb.name], Where(community=community, state=state), as_json=as_json)

    return run
