"""Puts the bot in Discord together: of what it is given, nothing is opened before it runs."""

from adapters.discord.asking import Asking
from adapters.discord.cdn import Cdn
from adapters.discord.chat import DiscordChat
from adapters.discord.clicking import Clicking
from adapters.discord.client import GatewayOptions
from adapters.discord.delivery import Delivery
from adapters.discord.forming import Forming
from adapters.discord.front import DiscordFront
from adapters.discord.given import DiscordOptions
from adapters.discord.greeting import Greeting
from adapters.discord.moderating import Moderating
from adapters.discord.origins import PLATFORM
from adapters.discord.registering import Registering
from adapters.discord.reimagining import Reimagining, read, written
from adapters.discord.replies import Replies
from adapters.discord.rest import Rest
from adapters.discord.routing import Routes
from adapters.discord.sending import Sending
from adapters.discord.showing import Showing
from adapters.discord.submitting import Submitting
from adapters.discord.telling import Telling
from adapters.discord.vouching import Discords
from bot.asides import Asides
from bot.backing import Backing
from bot.beginning import Beginning
from bot.jobs import Tenant
from bot.ports import TextStore


def front_of(options: DiscordOptions, backing: Backing, remembered: TextStore) -> DiscordFront:
    """Return the bot; `remembered`: what was last registered."""
    rest, replies = Rest(options.token), Replies(backing.secrets)
    sending = Sending(Delivery(backing.files, backing.live, link=options.link, spoilers=options.spoilers))
    chat = DiscordChat(rest, replies, sending, now=options.now)
    return DiscordFront(
        platform=chat,
        rest=rest,
        routes=_routes(options, backing, replies, sending, chat),
        registering=Registering(
            desk=backing.desk, rest=rest, remembered=remembered, guilds=options.guilds, sleep=options.sleep
        ),
        greeting=Greeting(rest=rest),
        voucher=Discords(desk=backing.desk, rest=rest, now=options.now),
        gateway=GatewayOptions(
            token=options.token,
            shard_ids=options.shard_ids or None,
            shard_count=options.shard_count or None,
            heartbeat_timeout_s=options.heartbeat_timeout_s,
            named=lambda guild, name: backing.named(Tenant(platform=PLATFORM, id=guild), name),
        ),
    )


def _routes(options: DiscordOptions, backing: Backing, replies: Replies, sending: Sending, chat: DiscordChat) -> Routes:
    desk, cdn = backing.desk, Cdn(origins=options.origins)
    submitting = Submitting(desk=desk, replies=replies, cdn=cdn, card=backing.card)
    telling = Telling(desk=desk)
    asides = Asides(secrets=backing.secrets)
    beginning = Beginning(desk=desk, asides=asides, write=written, read=read)
    reimagining = Reimagining(desk=desk, submitting=submitting, beginning=beginning)
    forming = Forming(desk=desk, submitting=submitting, reimagining=reimagining, asides=asides)
    return Routes(
        asking=Asking(desk=desk, submitting=submitting),
        clicking=Clicking(
            desk=desk,
            submitting=submitting,
            showing=Showing(card=backing.card, sending=sending),
            chat=chat,
            telling=telling,
            forming=forming,
            reimagining=reimagining,
        ),
        forming=forming,
        reimagining=reimagining,
        telling=telling,
        moderating=Moderating(desk=desk),
    )
