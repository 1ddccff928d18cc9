"""The console of a service: what it shows, and who is let in."""

from adapters.web.console.serving import ConsoleParts
from bot.desk import Desk
from bot.service.core import Core
from bot.settings import address
from bot.watching import Watching


def console_of(core: Core, desk: Desk) -> ConsoleParts | None:
    """Return what the console is made of: it does what it does on the desk's bench; None where nobody moderates."""
    bench, pool = desk.bench, core.pool
    if bench is None or bench.signing_in is None:
        return None
    watching = Watching(
        overview=pool.overview,
        store=pool.store,
        servers=pool.servers,
        lanes=pool.lanes,
        hours=pool.usage,
        overseeing=bench.overseeing,
        community_names=pool.communities,
        seeds=core.options.servers,
    )
    return ConsoleParts(signing=bench.signing_in, watching=watching, public_url=address(core.options.settings))
