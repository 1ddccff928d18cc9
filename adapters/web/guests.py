"""Who a browser may speak as, and in which channel: a session binds it to one guest."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from hmac import compare_digest
from secrets import token_urlsafe

from adapters.web.seal import Seal
from bot.jobs import JobRecord, Place, Requester
from bot.policy.places import Spot
from bot.submissions import may_see

_SESSION = "session"


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """What whoever opens the page with an invitation may do; without an invitation the door is open to this machine."""

    id: str  #: stands in the cookie; no secret
    place: Place
    people: tuple[Requester, ...]  #: more than one only in the demo, where a page speaks as any of them
    invitation: str = field(default="", repr=False)

    @property
    def spot(self) -> Spot:
        """Return the channel as rules see it; it shows what is for adults, too: the operator chose whom to invite."""
        return Spot(place=self.place, adults_only=True)

    def speaker(self, person: str) -> Requester | None:
        """Return the person of this id, if this guest may speak as them."""
        return next((each for each in self.people if each.id == person), None)

    def sees(self, record: JobRecord) -> bool:
        """Tell whether any of these people may see a job from this channel."""
        return self.onlooker(record) is not None

    def onlooker(self, record: JobRecord) -> Requester | None:
        """Return the first of these people who may see a job from this channel."""
        return next((person for person in self.people if may_see(record, person, self.place)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One browser."""

    id: str
    guest: Guest


class Door:
    """Lets browsers in and knows them again by their cookie."""

    def __init__(self, guests: Iterable[Guest], seal: Seal) -> None:
        self._guests = {guest.id: guest for guest in guests}
        self._seal = seal

    def invited(self, invitation: str) -> Session | None:
        """Begin a session for whoever holds this invitation; the empty one opens an open door."""
        for guest in self._guests.values():
            if compare_digest(guest.invitation.encode(), invitation.encode()):
                return Session(id=token_urlsafe(18), guest=guest)
        return None

    def cookie(self, session: Session) -> str:
        """Write a session down for the browser to keep."""
        return self._seal.close(_SESSION, f"{session.id} {session.guest.id}")

    def known(self, cookie: str) -> Session | None:
        """Read a cookie of ours; None for anybody else's, and for guests that are no more."""
        session_id, _, guest_id = (self._seal.open(_SESSION, cookie) or "").partition(" ")
        guest = self._guests.get(guest_id)
        return Session(id=session_id, guest=guest) if guest else None
