"""Every picture of docs/slack.md: the frames in it, from what the adapter would send at that moment."""

from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import bot.answers
from adapters.slack import answers
from adapters.slack.cards import Shown, ShownFile, card_message
from adapters.slack.elsewhere import Elsewhere
from adapters.slack.filled import faults_in_form
from adapters.slack.histories import history
from adapters.slack.home import home
from adapters.slack.manifest import FAIRBRUSH, manifest_of
from adapters.slack.origins import Origin, origin_of
from adapters.slack.persons import Rights
from adapters.slack.rooms import NotThere
from adapters.slack.shapes import Json
from adapters.slack.telling import HELP, Telling
from adapters.slack.views import Memo, edit_form, paint_form
from bot.answers import QUEUE, Tone
from bot.commands import Service
from bot.desk import queue_row
from bot.errors import QueueFull
from bot.jobs import JobState, Place, Requester, Tenant
from bot.limits import Limits, explained
from bot.meanings import EditForm, Pick
from bot.policy.measures import Rank
from bot.policy.places import Spot
from bot.repeating import command_of
from bot.status import Button, StatusCard
from tests.acceptance.pictures import subjects
from tests.acceptance.pictures.album import Album, Paint, Picture
from tests.acceptance.pictures.subjects import CATALOG, DEFAULT, FOREST, LIGHTHOUSE, OFFERED, Ada
from tests.acceptance.slack.pictures.blocks import Drawing
from tests.acceptance.slack.pictures.frames import STYLE, Home, Modal, Posted, Said, Thread, Typing
from workflows.catalog import Catalog
from workflows.workflow import Workflow

OFFICE = Tenant(platform="slack", id="T012AB3C4")
CHANNEL, BOT = "C012AB3CD", "U0BOT1234"
ADA = Ada(requester=Requester(tenant=OFFICE, id="U012A3CDE", name="Ada"), place=Place(tenant=OFFICE, channel=CHANNEL))
NAMES = {ADA.requester.id: "Ada", BOT: "Fairbrush"}
TXT2IMG = CATALOG.workflows[DEFAULT]
FORM = 552
USED = (("Waiting", "1 of 10"), ("Painted lately", "5 pictures in 3 jobs"), ("GPU time", "47 s"))


# ---- A job's message ---------------------------------------------------------------------------------------------


def shown(card: StatusCard, paint: Paint) -> Posted:
    """Return a job's message in the channel, with its pictures."""
    prompt, seed = card.prompt, int(dict(card.facts)["seed"])
    files = {f"F{number}": paint(prompt, seed + number, "") for number, _ in enumerate(card.files)}
    along = Shown(files=tuple(ShownFile(id=number, alt=prompt) for number in files))
    return Posted(body=card_message(card, along), drawing=Drawing(names=NAMES, files=files))


def waiting(paint: Paint) -> Picture:
    """A job that waits, and one whose model is being loaded."""
    order = ADA.job(LIGHTHOUSE, 42)
    cards = (subjects.queued(order, 40.0), subjects.loading(order))
    return Picture(frames=[shown(card, paint) for card in cards])


def running(paint: Paint) -> Picture:
    """A job that is being painted. The adapter sends no previews: each would be a file of the workspace's."""
    return Picture(frames=[shown(subjects.painting(ADA.job(LIGHTHOUSE, 42), 12), paint)])


def done(paint: Paint) -> Picture:
    """A finished picture."""
    return Picture(frames=[shown(subjects.painted(ADA.job(LIGHTHOUSE, 42)), paint)])


def several(paint: Paint) -> Picture:
    """Two pictures in one message."""
    return Picture(frames=[shown(subjects.painted(ADA.job(FOREST, 7, count=2), 2), paint)])


def ended(paint: Paint) -> Picture:
    """A job that failed, and one that was cancelled."""
    cards = (ADA.too_large(), subjects.cancelled(ADA.job(LIGHTHOUSE, 42)))
    return Picture(frames=[shown(card, paint) for card in cards])


def thread(paint: Paint) -> Picture:
    """A picture that was asked for in a thread, where Slack has no commands."""
    asked = f'<span class="mention">@Fairbrush</span> {LIGHTHOUSE} steps:30'
    result = shown(subjects.painted(ADA.job(LIGHTHOUSE, 42)), paint)
    begins = Said(who="Brian", words="What do we put on the poster for the harbour festival?", at="4:51 PM")
    return Picture(frames=[Thread(channel="posters", begins=begins, replies=[Said(who="Ada", words=asked), result])])


# ---- What one person sees ----------------------------------------------------------------------------------------


def _whispered(body: Json) -> Posted:
    return Posted(body=body, drawing=Drawing(names=NAMES), alone=True)


def note(paint: Paint) -> Picture:
    """What is wrong with an order, all of it at once, and a full queue."""
    full = answers.note(str(explained(QueueFull(counter="person", retry_after_s=40), Limits())), tone=Tone.BAD)
    return Picture(
        frames=[_whispered(answers.answered(bot.answers.faults(subjects.faults_of(subjects.WRONG)))), _whispered(full)]
    )


def parameters(paint: Paint) -> Picture:
    """Which picture is meant, and the parameters to copy."""
    order = ADA.job(FOREST, 7)
    which = answers.picker(Pick(button=Button.UPSCALE, job_id=order.id), range(4))
    words = answers.parameters(*command_of(subjects.record(order), TXT2IMG, OFFERED))
    return Picture(frames=[_whispered(which), _whispered(words)])


def past(paint: Paint) -> Picture:
    """Somebody's own queue and history."""
    row = queue_row(subjects.record(ADA.job(LIGHTHOUSE, 42)), subjects.AHEAD, 40.0)
    return Picture(
        frames=[_whispered(answers.answered(bot.answers.facts(QUEUE, [row]))), _whispered(history(ADA.history()))]
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """Whoever is answered."""

    origin: Origin
    heard: list[Json] = field(default_factory=list)

    async def whisper(self, message: Json) -> None:
        self.heard.append(message)


class Crowd:
    """Nobody in it has any rights."""

    async def rights(self, workspace: str, user: str) -> Rights:
        return Rights()


class Desk:
    """What is on offer, everywhere."""

    def catalog(self) -> Catalog:
        return CATALOG

    def workflows(self, spot: Spot) -> Mapping[str, Workflow]:
        return CATALOG.workflows

    def rank(self, requester: object, roles: object, *, moderates: bool) -> Rank:
        return Rank.MEMBER


class Drawer:
    """Keeps nothing, and says where."""

    async def keep(self, occasion: object, about: object) -> str:
        return "kept"


def _listening(command: str, text: str = "") -> Listener:
    body = {
        "command": command, "text": text, "trigger_id": "1.2.3", "team_id": OFFICE.id, "channel_id": CHANNEL,
        "user_id": ADA.requester.id, "user_name": "ada",
    }  # fmt: skip
    return Listener(origin=origin_of(body))


def _said_to(listener: Listener, answering: Coroutine[Any, Any, None]) -> Picture:
    # Nothing in it waits for anything, so no event loop is needed.
    try:
        answering.send(None)
    except StopIteration:
        return Picture(frames=[_whispered(each) for each in listener.heard])
    raise AssertionError("it waits for something")


def helping(paint: Paint) -> Picture:
    """How to ask."""
    listener = _listening(f"/{FAIRBRUSH}", HELP)
    telling = Telling(desk=Desk(), persons=Crowd())  # type: ignore[arg-type]
    return _said_to(listener, telling.tell(listener, Service(name=HELP)))  # type: ignore[arg-type]


def invite(paint: Paint) -> Picture:
    """A command where the app cannot post."""
    listener = _listening("/imagine", LIGHTHOUSE)
    elsewhere = Elsewhere(asides=Drawer(), rooms=None)  # type: ignore[arg-type]
    return _said_to(listener, elsewhere.offer(listener, NotThere()))  # type: ignore[arg-type]


# ---- Forms, App Home, the line that is typed ---------------------------------------------------------------------


def form(paint: Paint) -> Picture:
    """A form for a new picture, sent with two faults in it."""
    names = [(name, each.manifest.title) for name, each in CATALOG.workflows.items()]
    body = paint_form(Memo(channel=CHANNEL, workflow=DEFAULT), TXT2IMG, OFFERED, names=names)
    filled = {"prompt": "a fox in the snow", "seed": "lucky", "width": "510"}
    answered = faults_in_form(subjects.faults_of(filled), body) or {}
    said = {each["block_id"]: filled.get(_parameter(each), "") for each in body["blocks"]}
    drawing = Drawing(said=said, errors=answered["errors"])
    return Picture(frames=[Modal(body=body, drawing=drawing)], width=FORM)


def _parameter(block: Json) -> str:
    return [*str(block["block_id"]).split(":"), ""][1]


def edit(paint: Paint) -> Picture:
    """The form of Edit & rerun."""
    order = ADA.job(LIGHTHOUSE, 42)
    values = TXT2IMG.validate({"prompt": LIGHTHOUSE, "seed": 42, "steps": 30}, OFFERED)
    asked = Memo(channel=CHANNEL, workflow=DEFAULT, purpose=EditForm(job_id=order.id))
    return Picture(frames=[Modal(body=edit_form(asked, TXT2IMG, values, OFFERED), drawing=Drawing())], width=FORM)


def at_home(paint: Paint) -> Picture:
    """App Home."""
    records = ADA.history()
    pictures = {each.job.id: "F1" for each in records if each.state is JobState.SUCCEEDED}
    drawing = Drawing(names=NAMES, files={"F1": paint(FOREST, 7, "")})
    return Picture(frames=[Home(body=home(records, USED, pictures), drawing=drawing)])


def typing(paint: Paint) -> Picture:
    """A command that is being typed."""
    commands: Sequence[Json] = manifest_of(CATALOG).body["features"]["slash_commands"]
    return Picture(frames=[Typing(commands=commands, typed="/")])


ALBUM = Album(
    name="slack",
    style=STYLE,
    pictures={
        "typing": typing,
        "waiting": waiting,
        "running": running,
        "done": done,
        "several": several,
        "ended": ended,
        "thread": thread,
        "note": note,
        "parameters": parameters,
        "history": past,
        "help": helping,
        "invite": invite,
        "form": form,
        "edit": edit,
        "home": at_home,
    },
)
