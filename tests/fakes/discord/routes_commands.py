"""Registered commands, everywhere and per guild."""

from . import payloads
from .asks import DONE, Answer, Ask
from .refusals import must_be, refused
from .shapes import Json
from .shapes_commands import COMMAND, SLASH, commands
from .state import Command


def _scope(ask: Ask) -> int:
    if ask.number("application_id") != ask.world.application:
        raise refused(10002)
    if "guild_id" not in ask.params:
        return 0
    guild = ask.world.guilds.get(ask.number("guild_id"))
    if guild is None or not guild.has_bot:
        raise refused(50001)
    return guild.id


def _in(ask: Ask, scope: int) -> list[Command]:
    return [each for each in ask.world.commands.values() if each.guild == scope]


def _key(shape: Json) -> tuple[str, int]:
    return shape["name"], shape.get("type") or SLASH


def _put(ask: Ask, scope: int, shape: Json) -> Command:
    """Store a command under the id of its namesake."""
    world = ask.world
    old = next((each for each in _in(ask, scope) if _key(each.shape) == _key(shape)), None)
    if old is not None and old.shape == shape:
        return old
    number = old.id if old else world.clock.snowflake()
    world.commands[number] = Command(id=number, guild=scope, version=world.clock.snowflake(), shape=shape)
    return world.commands[number]


def _count_creates(ask: Ask, scope: int, new: int) -> None:
    made = ask.world.commands_created.setdefault(scope, [])
    now = ask.world.clock.now()
    if sum(at > now - 86_400 for at in made) + new > ask.world.limits.command_creates:
        raise refused(30034)
    made.extend([now] * new)


async def list_them(ask: Ask) -> Answer:
    """GET all of a scope."""
    return Answer(200, [payloads.command(ask.world, each) for each in _in(ask, _scope(ask))])


async def replace(ask: Ask) -> Answer:
    """PUT all of a scope: what is not named is gone."""
    scope = _scope(ask)
    must_be(commands, ask.body)
    known = {_key(each.shape) for each in _in(ask, scope)}
    wanted = {_key(shape) for shape in ask.body}
    _count_creates(ask, scope, len(wanted - known))
    for each in _in(ask, scope):
        if _key(each.shape) not in wanted:
            del ask.world.commands[each.id]
    put = [_put(ask, scope, shape) for shape in ask.body]
    return Answer(200, [payloads.command(ask.world, each) for each in put])


async def create(ask: Ask) -> Answer:
    """POST one; its namesake is overwritten."""
    scope = _scope(ask)
    must_be(COMMAND, ask.body)
    others = [each.shape for each in _in(ask, scope) if _key(each.shape) != _key(ask.body)]
    must_be(commands, [*others, ask.body])
    is_new = _key(ask.body) not in {_key(each.shape) for each in _in(ask, scope)}
    _count_creates(ask, scope, int(is_new))
    put = _put(ask, scope, ask.body)
    return Answer(201 if is_new else 200, payloads.command(ask.world, put))


def _one(ask: Ask) -> Command:
    found = ask.world.commands.get(ask.number("command_id"))
    if found is None or found.guild != _scope(ask):
        raise refused(10063)
    return found


async def fetch(ask: Ask) -> Answer:
    """GET one."""
    return Answer(200, payloads.command(ask.world, _one(ask)))


async def update(ask: Ask) -> Answer:
    """PATCH one."""
    one = _one(ask)
    shape = {**one.shape, **(ask.body or {})}
    must_be(commands, [each.shape for each in _in(ask, one.guild) if each is not one] + [shape])
    one.shape, one.version = shape, ask.world.clock.snowflake()
    return Answer(200, payloads.command(ask.world, one))


async def delete(ask: Ask) -> Answer:
    """DELETE one."""
    del ask.world.commands[_one(ask).id]
    return DONE
