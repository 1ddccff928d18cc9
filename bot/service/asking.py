"""Where all chat platforms ask, and where their cards come from: one desk for them all."""

from adapters.redis.opening import RedisPool
from bot.belongings import Belongings
from bot.desk import Desk
from bot.houserules import HouseRules
from bot.intake import Intake, Knowledge
from bot.limits import limits_of, ranks_of, standard_of
from bot.moderation import Moderation
from bot.noticeboard import Sources
from bot.operating import Operating
from bot.overseeing import Overseeing
from bot.removing import Removing
from bot.reviewing import Reviewing
from bot.service.core import Core
from bot.settings import Settings, address
from bot.signing_in import SigningIn


def desk_of(core: Core) -> Desk:
    """Return where people ask, whatever platform they use."""
    pool, shared = core.pool, core.shared
    rules = [place.rule for place in core.options.settings.places]
    knowledge = Knowledge(
        catalog=lambda: shared.catalog,
        vocabulary=lambda: shared.vocabulary,
        usual=lambda: shared.default,
        rules=lambda: rules,
    )
    bench = moderation_of(pool, core.options.settings, knowledge)
    limits = bench.overseeing.rules.limits
    intake = Intake(
        queue=pool.queue,
        store=pool.store,
        files=core.files,
        estimates=core.estimates,
        knowledge=knowledge,
        lanes=shared.lanes,
        limits=limits,
        rules=bench.overseeing.rules,
    )
    return Desk(
        intake=intake,
        job_queue=pool.queue,
        store=pool.store,
        live=pool.live,
        notices=pool.notices,
        reports=pool.reports,
        knowledge=knowledge,
        limits=limits,
        bench=bench,
        own=Belongings(removing=bench.removing, hours=pool.usage),
        ranks=ranks_of(core.options.settings),
        gpus=shared.lanes.gpus,
        awaited=shared.lanes.awaited,
    )


def moderation_of(pool: RedisPool, settings: Settings, knowledge: Knowledge) -> Moderation:
    """Return the bench of moderation, for a chat and for the command line."""
    rules = HouseRules(books=pool.books, audit=pool.audit, limits=limits_of(settings), standard=standard_of(settings))
    removing = Removing(
        queue=pool.queue,
        store=pool.store,
        notices=pool.notices,
        reports=pool.reports,
        census=pool.census,
        doomed=pool.doomed,
    )
    overseeing = Overseeing(
        rules=rules,
        counters=pool.counters,
        census=pool.census,
        reports=pool.reports,
        reviewing=Reviewing(reviews=pool.reviews, reports=pool.reports),
        places=knowledge.rules,
    )
    operating = Operating(
        servers=pool.servers,
        store=pool.store,
        overview=pool.overview,
        rules=rules,
        names=pool.communities,
        seeds={each.name: each.spec for each in settings.servers},
        known=[each.tenant for each in settings.communities],
    )
    return Moderation(
        overseeing=overseeing,
        removing=removing,
        counters=pool.counters,
        signing_in=SigningIn(sessions=pool.sessions, public_url=address(settings)),
        knowledge=knowledge,
        operating=operating,
    )


def sources_of(core: Core, desk: Desk) -> Sources:
    """Return what every card is made of."""
    pool, shared = core.pool, core.shared
    return Sources(
        jobs=pool.store,
        queue=pool.queue,
        live=pool.live,
        notices=pool.notices,
        describe=shared.describe,
        quote=desk.quote_s,
        awaited=shared.lanes.awaited,
    )
