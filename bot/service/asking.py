"""Where all chat platforms ask, and where their cards come from: one desk for them all."""

from bot.desk import Desk
from bot.houserules import HouseRules
from bot.intake import Intake, Knowledge
from bot.limits import limits_of
from bot.noticeboard import Sources
from bot.service.core import Core


def desk_of(core: Core) -> Desk:
    """Return where people ask, whatever platform they use."""
    pool, shared, limits = core.pool, core.shared, limits_of(core.options.settings)
    rules = [place.rule for place in core.options.settings.places]
    knowledge = Knowledge(
        catalog=lambda: shared.catalog,
        vocabulary=lambda: shared.vocabulary,
        usual=lambda: shared.default,
        rules=lambda: rules,
    )
    intake = Intake(
        queue=pool.queue,
        store=pool.store,
        files=core.files,
        estimates=core.estimates,
        knowledge=knowledge,
        lanes=shared.lanes,
        limits=limits,
        rules=rules_of(core),
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
        gpus=shared.lanes.gpus,
        awaited=shared.lanes.awaited,
    )


def rules_of(core: Core) -> HouseRules:
    """Return what is read for whoever asks: the settings, and what moderators said since."""
    return HouseRules(books=core.pool.books, audit=core.pool.audit, limits=limits_of(core.options.settings))


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
