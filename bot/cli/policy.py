"""The `fairbrush policy` commands, and `fairbrush audit`: what holds, from where, and who said so."""

from typing import Annotated

import typer

from bot.cli.flags import AsJson
from bot.cli.verbs import Community, State, add_verb
from bot.policy.verbs import BY_NAME

app = typer.Typer(
    help="See which rules hold for whom, and change them while it works.", no_args_is_help=True, rich_markup_mode=None
)
_blocklist = typer.Typer(help="What texts may not have.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(_blocklist, name="blocklist")

OF_POLICY = (
    "pause",
    "resume",
    "zone",
    "ceiling",
    "ban-community",
    "unban-community",
    "cancel",
    "clear-all",
    "communities",
    "reviews",
    "pass",
    "reject",
)
OF_BLOCKLIST = ("add", "remove", "list", "test")

for _name in OF_POLICY:
    add_verb(app, BY_NAME[_name], _name)
for _name in OF_BLOCKLIST:
    add_verb(_blocklist, BY_NAME[f"blocklist {_name}"], _name)


@app.command()
def show(
    user: Annotated[str, typer.Argument(metavar="USER", help="Their id; everywhere with the platform: discord/80351.")],
    *,
    community: Community = None,
    role: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="A role that they have there; give it again for more.")
    ] = None,
    state: State = None,
    as_json: AsJson = False,
) -> None:
    """Show what holds for somebody, and from where each value comes."""
    from bot.cli.moderating import Where, show_policy

    show_policy(user, Where(community=community, state=state), role or (), as_json=as_json)


def audit(
    *,
    user: Annotated[
        str | None, typer.Option(metavar="USER", help="Only what they did or what was done to them.")
    ] = None,
    community: Community = None,
    limit: Annotated[int, typer.Option(min=0, help="How many to list; 0 lists all.")] = 50,
    state: State = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a line of JSON for each entry.")] = False,
) -> None:
    """Show who did what to whom, when and why, the newest first."""
    from bot.cli.moderating import Where, show_audit

    show_audit(user, Where(community=community, state=state), limit, as_json=as_json)
