"""Who may not ask, and what nothing is painted of for now: pure rules over the books."""

from bot.deadlines import spelled
from bot.errors import Banned, Paused
from bot.jobs import Requester
from bot.policy.rulebook import Ban, Books


def ban_of(books: Books, requester: Requester, now_ms: int) -> Ban | None:
    """Return the ban by which somebody may not ask; None when they may."""
    in_force = (ban for ban in books.bans(requester) if ban.until_ms is None or ban.until_ms > now_ms)
    # Of several the longest is told: whoever waited for a shorter one to end would find themselves banned again.
    return max(in_force, key=lambda each: (each.until_ms is None, each.until_ms or 0), default=None)


def refusal_of_ban(books: Books, requester: Requester, now_ms: int) -> Banned | None:
    """Say why somebody may not ask, by the ban that is longest in force; None when they may."""
    ban = ban_of(books, requester, now_ms)
    if ban is None:
        return None
    is_everywhere = ban is books.everywhere.ban(ban.user)
    until = "any more" if ban.until_ms is None else time_left(ban.until_ms, now_ms)
    return Banned(f"{_who(ban, is_everywhere=is_everywhere)} {until}{_why(ban.reason)}")


def time_left(until_ms: int, now_ms: int) -> str:
    """Say how long a ban still holds."""
    return f"for another {spelled(max(1.0, (until_ms - now_ms) / 1000))}"


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


def _why(reason: str) -> str:
    """End a sentence with the words of whoever decided; they stand last, since they may have any form."""
    return f": {reason}" if reason else "."
