"""What moderators say with `/fairbrush mod …` and `@fairbrush mod …`: seen by them alone, wherever they say it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from adapters.slack import answers
from adapters.slack.answering import Answering
from adapters.slack.manifest import FAIRBRUSH
from adapters.slack.origins import Kind, Origin
from adapters.slack.persons import Persons
from adapters.slack.text import read
from bot.commands import split_command
from bot.desk import Desk
from bot.ids import fault_of_person
from bot.policy.measures import Actor
from bot.presiding import MOD, Presiding, actor_of, is_meant

_MENTION = re.compile(r"<@(\w{1,32})(?:\|([^<>\n]{0,200}))?>")
_MISNAMED = "is nobody's id. Begin with @ and choose them from Slack's list."


@dataclass(frozen=True, slots=True, kw_only=True)
class Moderating:
    """Takes measures."""

    desk: Desk
    persons: Persons

    async def moderate(self, answering: Answering) -> None:
        """Do what a moderator says. Raises what they have to be told."""
        origin = answering.origin
        presiding = Presiding(bench=self.desk, command=f"/{FAIRBRUSH} {MOD}", misnamed=misnamed)
        answer = await presiding.hear(await self._actor(origin), words_of(origin) or "", called=called(origin))
        await answering.whisper(answers.answered(answer))

    async def _actor(self, origin: Origin) -> Actor:
        rights = await self.persons.rights(origin.workspace, origin.requester.id)
        # Where Slack does not say it, the audit has the name that came along, and their id.
        requester = replace(origin.requester, name=rights.name or origin.requester.name)
        return actor_of(requester, self.desk.rank(requester, rights.roles, moderates=rights.moderates))


def words_of(origin: Origin) -> str | None:
    """Return what a moderator says, people by their ids; None where somebody says anything else."""
    # As Slack wrote it: what is read for a prompt has people's names, and a name is nobody's id.
    said = read(_MENTION.sub(r"\1", origin.said)).strip()
    command, rest = split_command(f"/{said}")
    names = _MENTION.search(origin.said) is not None
    match origin.kind:
        case Kind.COMMAND:
            return rest if command == MOD and origin.command == FAIRBRUSH else None
        case Kind.MENTION | Kind.MESSAGE:
            return rest if command == MOD and origin.is_to_us and (is_meant(rest) or names) else None
    return None


def called(origin: Origin) -> Mapping[str, str]:
    """Return what Slack calls those who are mentioned, by their ids, where it says so."""
    return {mention[1]: read(mention[2]) for mention in _MENTION.finditer(origin.said) if mention[2]}


def misnamed(name: str) -> str:
    """Say that a name is no id of Slack's, and how somebody is named there; empty: it is one."""
    return _MISNAMED if fault_of_person("slack", name.removeprefix("@")) else ""
