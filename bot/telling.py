"""What is only to be known, for whoever asks: answers that are the same on every platform."""

from bot.answers import QUEUE, USAGE, Answer, facts, workflows
from bot.desk import Desk
from bot.submissions import Occasion


async def answer_to(desk: Desk, service: str, occasion: Occasion) -> Answer | None:
    """Answer /queue, /usage or /workflows; None for what every platform tells in its own manner. Raises StoreLost."""
    match service:
        case "queue":
            return facts(QUEUE, await desk.queue(occasion.requester))
        case "usage":
            return facts(USAGE, await desk.usage(occasion.requester, occasion.roles))
        case "workflows":
            offered = desk.workflows(occasion.spot)
            return workflows([(name, each.manifest.title, each.manifest.summary) for name, each in offered.items()])
    return None
