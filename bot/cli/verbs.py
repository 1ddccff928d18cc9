"""Commands that are made of the table of verbs, so that a terminal takes the words of a chat."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.flags import AsJson
from bot.policy.verbs import Verb

Community = Annotated[
    str | None,
    typer.Option("--in", metavar="PLATFORM/ID", help="In which community, such as discord/1001; otherwise everywhere."),
]
State = Annotated[
    Path | None, typer.Option("--state", metavar="DIR", help="Where jobs are kept, if a service was told.")
]


def add_verb(app: typer.Typer, verb: Verb, name: str) -> None:
    """Add a verb to a group of commands, by this name there."""
    words = verb.usage.removeprefix(verb.name).strip().replace("@user", "USER")
    # What begins with a dash may be the grammar's, or a word of somebody's.
    settings = {"ignore_unknown_options": True}
    run = _with_words(verb, words) if verb.fields else _alone(verb)
    app.command(name, help=verb.help, context_settings=settings)(run)


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
