"""The application commands: one per workflow, /imagine, our own, and the entries of a message's menu. Pure.

They depend on the catalog alone: what servers offer is completed while somebody types, so that a new checkpoint
registers nothing anew. What Discord cannot take is left out and said, never lost in silence.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256
from urllib.parse import urlencode

from adapters.discord.imagining import imagine_options
from adapters.discord.options import MOST_OPTIONS, MOST_SAID, OptionKind, described, option_of, ordered
from adapters.discord.origins import Right
from adapters.discord.shapes import Json
from adapters.discord.verbs import mod_command
from bot.commands import FORGET_ME, IMAGINE, SERVICES, LeftOut, command_names
from bot.inert import label
from bot.policy.verbs import NOW
from bot.presiding import MOD
from bot.reimagining import MENUS, menu_action
from workflows.catalog import Catalog
from workflows.command import WORKFLOW
from workflows.workflow import Workflow

CANCEL = "cancel"
JOB = "job"
"""The option of /cancel."""

OWN: Mapping[str, str] = {CANCEL: "Stops a job of yours that waits or runs.", **SERVICES}
"""Our own commands that paint nothing, with what they do."""

PERMISSIONS: Mapping[Right, str] = {
    Right.VIEW_CHANNEL: "to know the channel that somebody asks in, and to edit our message there after 15 minutes",
    Right.SEND_MESSAGES: "to post a result whose first message can no longer be edited, and to greet a server that "
    "lets the bot in",
    Right.SEND_MESSAGES_IN_THREADS: "the same in threads",
    Right.ATTACH_FILES: "to post pictures",
}
"""What the bot asks for when it is invited, and why. No Administrator, no privileged intent."""

MOST_COMMANDS = 100
MOST_CHARACTERS = 8000
"""Of one command in all: names, descriptions, choices."""

_NAME = re.compile(r"[-_'\w]{1,32}")
_GUILD, _BOT_DM, _OTHERS_DM = 0, 1, 2
_GUILD_INSTALL, _USER_INSTALL = 0, 1


class CommandKind(IntEnum):
    """Where a command is found, as Discord numbers it."""

    SLASH = 1
    MESSAGE_MENU = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """All commands of a scope, and what is missing among them."""

    commands: tuple[Json, ...]
    left_out: tuple[LeftOut, ...] = ()

    @property
    def digest(self) -> str:
        """Return a digest over everything that is sent."""
        return digest_of(self.commands)


def commands_of(catalog: Catalog, default: str) -> Registration:
    """Return what to register; `default` is the operator's own default workflow, which gives /imagine its options."""
    left_out: list[LeftOut] = []
    has_default = default in catalog.workflows
    commands = [_imagine(catalog, default, left_out)] if has_default else []
    commands += [_slash(name, does, _options_of_own(name)) for name, does in OWN.items()]
    commands.append(mod_command())
    commands += _workflow_commands(catalog, MOST_COMMANDS - 2 - len(OWN), left_out)
    commands += _menus(catalog, default, left_out)
    if not has_default:
        left_out.append(LeftOut(what=f"/{IMAGINE}", reason=f"there is no default workflow {default!r}."))
    return Registration(commands=tuple(map(_within_limit, commands)), left_out=tuple(left_out))


def digest_of(commands: Sequence[Json]) -> str:
    """Return a digest that is the same in every process, and another one after any change."""
    return sha256(json.dumps(list(commands), sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def invite_url(application_id: str) -> str:
    """Return the link by which a moderator adds the bot to a guild, with the least permissions."""
    return _authorize(application_id, _GUILD_INSTALL, "bot applications.commands", permissions=sum(PERMISSIONS))


def install_url(application_id: str) -> str:
    """Return the link by which somebody takes the commands along wherever they are."""
    return _authorize(application_id, _USER_INSTALL, "applications.commands")


def _imagine(catalog: Catalog, default: str, left_out: list[LeftOut]) -> Json:
    options = _kept(IMAGINE, imagine_options(catalog, default), left_out)
    return _slash(IMAGINE, command_names(catalog)[IMAGINE], options)


def _workflow_commands(catalog: Catalog, most: int, left_out: list[LeftOut]) -> list[Json]:
    legal = {name: each for name, each in catalog.workflows.items() if not _objection(name)}
    left_out += [LeftOut(what=f"/{name}", reason=_objection(name)) for name in catalog.workflows if name not in legal]
    reason = f"Discord takes {MOST_COMMANDS} commands; it can be had by /{IMAGINE} {WORKFLOW}:NAME."
    left_out += [LeftOut(what=f"/{name}", reason=reason) for name in [*legal][most:]]
    return [_workflow_command(name, legal[name], left_out) for name in [*legal][:most]]


def _workflow_command(name: str, workflow: Workflow, left_out: list[LeftOut]) -> Json:
    manifest = workflow.manifest
    options = ordered(option_of(each, parameter) for each, parameter in manifest.parameters.items())
    does = label(manifest.summary, MOST_SAID) or label(manifest.title, MOST_SAID) or name
    return _slash(name, does, _kept(name, options, left_out), nsfw=manifest.nsfw)


def _objection(name: str) -> str:
    if name in (IMAGINE, MOD, *OWN):
        return "Fairbrush has a command of that name: rename the workflow's folder."
    if not _NAME.fullmatch(name) or name != name.lower():
        return "Discord takes names of 1 to 32 lower-case letters, digits, - and _: rename the workflow's folder."
    return ""


def _kept(name: str, options: list[Json], left_out: list[LeftOut]) -> list[Json]:
    reason = f"Discord takes {MOST_OPTIONS} options; it can be written in the prompt, and stands in Edit & rerun."
    left_out += [LeftOut(what=f"/{name} {each['name']}", reason=reason) for each in options[MOST_OPTIONS:]]
    return [described(each) for each in options[:MOST_OPTIONS]]


def _menus(catalog: Catalog, default: str, left_out: list[LeftOut]) -> Iterator[Json]:
    for menu in MENUS:
        action = menu_action(menu, catalog, default)
        if action:
            target = catalog.workflows[action.workflow]
            yield _command(CommandKind.MESSAGE_MENU, menu, nsfw=target.manifest.nsfw)
        else:
            left_out.append(LeftOut(what=menu, reason="the default workflow has no action for it."))


def _options_of_own(name: str) -> list[Json]:
    if name == FORGET_ME:
        means = {"name": NOW, "value": NOW}
        does = "It cannot be taken back: it is done once this is chosen."
        return [{"name": NOW, "description": does, "type": OptionKind.STRING, "choices": [means]}]
    if name != CANCEL:
        return []
    does = "Which one: your jobs are listed while you type."
    job: Json = {"name": JOB, "description": does, "type": OptionKind.STRING, "autocomplete": True, "required": True}
    return [job]


def _slash(name: str, does: str, options: list[Json], *, nsfw: bool = False) -> Json:
    command = _command(CommandKind.SLASH, name, nsfw=nsfw)
    return {**command, "description": label(does, MOST_SAID), "options": options}


def _command(kind: CommandKind, name: str, *, nsfw: bool) -> Json:
    return {
        "type": kind,
        "name": name,
        "default_member_permissions": None,
        "contexts": [_GUILD, _BOT_DM, _OTHERS_DM],
        "integration_types": [_GUILD_INSTALL, _USER_INSTALL],
        "nsfw": nsfw,
    }


def _within_limit(command: Json) -> Json:
    """Complete while typing what would make a command too large: its longest lists of choices first."""
    options: list[Json] = command.get("options", [])
    while _characters({**command, "options": options}) > MOST_CHARACTERS:
        longest = max(options, key=_characters)
        plain = {key: value for key, value in longest.items() if key != "choices"}
        options = [{**plain, "autocomplete": True} if each is longest else each for each in options]
    return {**command, "options": options} if options else command


def _characters(part: Json) -> int:
    own = len(part["name"]) + len(part.get("description", ""))
    own += sum(len(each["name"]) + len(each["value"]) for each in part.get("choices", ()))
    return own + sum(map(_characters, part.get("options", ())))


def _authorize(application_id: str, installed: int, scope: str, **more: int) -> str:
    asked = {"client_id": application_id, "integration_type": installed, "scope": scope, **more}
    return f"https://discord.com/oauth2/authorize?{urlencode(asked)}"
