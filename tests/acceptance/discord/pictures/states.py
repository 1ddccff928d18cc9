"""Every picture of docs/discord.md: the frames in it, from what the adapter would send at that moment."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from adapters.discord.cards import Shown, ShownFile, card_message
from bot.status import StatusCard
from tests.acceptance.discord.pictures import jobs
from tests.acceptance.discord.pictures.frames import Frame, Spoken, page_of

WIDTH = 660

Paint = Callable[[str, int, str], str]
"""Returns the address of a picture: of a prompt, a seed, and "", or "preview" for an unfinished one."""

LIGHTHOUSE = "a lighthouse at dusk, oil on canvas"
NAMES = {jobs.ADA: "Ada"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture, before it is taken."""

    frames: Sequence[Frame]
    width: int = WIDTH

    def page(self) -> str:
        """Return the page that it is taken of."""
        return page_of(self.frames, self.width)

    def digest(self) -> str:
        """Name what it shows: another payload, or another way to draw it, has another name."""
        return sha256(self.page().encode()).hexdigest()[:16]


def shown(card: StatusCard, paint: Paint, *, spoiler: bool = False, shown: Shown | None = None, at: str = "") -> Spoken:
    """Return a job's message in the channel, with its pictures."""
    prompt, seed = card.prompt, int(dict(card.facts)["seed"])
    along = shown or _along(card, spoiler=spoiler)
    files = {file.name: paint(prompt, seed + number, "") for number, file in enumerate(along.files)}
    if along.preview:
        files[along.preview] = paint(prompt, seed, "preview")
    body = card_message(card, along)
    return Spoken(body=body, asked=f"{card.requester} used /imagine", names=NAMES, files=files)


def _along(card: StatusCard, *, spoiler: bool) -> Shown:
    files = tuple(ShownFile(name=file.name, alt=card.prompt, spoiler=spoiler) for file in card.files)
    return Shown(files=files, preview="preview.jpg" if card.preview else None)


def waiting(paint: Paint) -> Picture:
    """A job that waits, and one whose model is being loaded."""
    order = jobs.job(LIGHTHOUSE, 42)
    cards = (jobs.queued(order, 3, 40.0), jobs.loading(order))
    return Picture(frames=[shown(card, paint) for card in cards])


def running(paint: Paint) -> Picture:
    """A job that is being painted."""
    return Picture(frames=[shown(jobs.painting(jobs.job(LIGHTHOUSE, 42), 12), paint)])


def done(paint: Paint) -> Picture:
    """A finished picture."""
    return Picture(frames=[shown(jobs.painted(jobs.job(LIGHTHOUSE, 42)), paint)])


def several(paint: Paint) -> Picture:
    """Four pictures in one message."""
    order = jobs.job("a forest in the morning mist", 7, count=4)
    return Picture(frames=[shown(jobs.painted(order, 4), paint)])


def ended(paint: Paint) -> Picture:
    """A job that failed, and one that was cancelled."""
    large = jobs.job("paper boats on a canal", 5, width=2048, height=2048)
    sentence = "The GPU ran out of memory. Lower the size (now 2048x2048)."
    cards = (jobs.failed(large, "out_of_memory", sentence), jobs.cancelled(jobs.job(LIGHTHOUSE, 42)))
    return Picture(frames=[shown(card, paint) for card in cards])


def spoiler(paint: Paint) -> Picture:
    """A picture behind a click."""
    return Picture(
        frames=[shown(jobs.painted(jobs.job("a castle on a hill at night", 9), nsfw=True), paint, spoiler=True)]
    )


PICTURES: Mapping[str, Callable[[Paint], Picture]] = {
    "waiting": waiting,
    "running": running,
    "done": done,
    "several": several,
    "ended": ended,
    "spoiler": spoiler,
}


def digests() -> dict[str, str]:
    """Name what every picture shows today, without painting anything."""
    return {name: make(_unpainted).digest() for name, make in PICTURES.items()}


def _unpainted(prompt: str, seed: int, kind: str) -> str:
    return f"{prompt}/{seed}/{kind}"
