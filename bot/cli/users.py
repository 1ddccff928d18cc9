"""The `fairbrush users` commands: what the operator does about somebody, in the words of a chat."""

import typer

from bot.cli.verbs import add_verb
from bot.policy.verbs import BY_NAME

app = typer.Typer(
    help="See what somebody used and may use, and change it.", no_args_is_help=True, rich_markup_mode=None
)

OF_USERS = ("show", "quota", "grant", "reset", "tier", "ban", "unban", "clear", "purge", "recent")

for _name in OF_USERS:
    add_verb(app, BY_NAME[_name], _name)
