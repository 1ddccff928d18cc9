"""Who may not ask, and what nothing is painted of for now: pure rules over the books."""

from bot.deadlines import spelled
from bot.errors import Banned, Paused
from bot.jobs import Requester
from bot.policy.rulebook import Ban, Books


def refusal_of_ban(books: Books, requester: Requester, now_ms: int) -> Banned | None:
    """Say why somebody may not ask, by the ban that is longest in force; None when they may."""
    in_force = [ban for ban in books.bans(requester) if ban.until_ms is None or ban.until_ms > now_ms]
    if not in_force:
        return None
    # Of several the longest is told: whoever waited for a shorter one to end would find themselves banned again.
    ban = max(in_force, key=lambda each: (each.until_ms is None, each.until_ms or 0))
    is_everywhere = ban is books.everywhere.ban(ban.user)
    return Banned(f"{_who(ban, is_everywhere=is_everywhere)} {_until(ban, now_ms)}{_why(ban.reason)}")


def refusal_of_pause(books: Books, workflow: str) -> Paused | None:
    """Say why nothing is painted of a workflow for now; None when it is."""
    pause = next(iter(books.pauses(workflow)), None)
    if pause is None:
        return None
    what = f"{pause.workflow} is" if pause.workflow else "Everything is"
    return Paused(f"{what} paused at the moment{_why(pause.message)}")


def _who(ban: Ban, *, is_everywhere: bool) -> str:
    if ban.user is None:
        return "This community may not ask for pictures"
    return f"You may not ask for pictures {'here or anywhere else' if is_everywhere else 'in this community'}"


def _until(ban: Ban, now_ms: int) -> str:
    return "any more" if ban.until_ms is None else f"for another {spelled(max(1.0, (ban.until_ms - now_ms) / 1000))}"


def _why(reason: str) -> str:
    """End a sentence with the words of whoever decided; they stand last, since they may have any form."""
    return f": {reason}" if reason else "."
