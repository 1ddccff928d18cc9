"""Every picture of docs/discord.md: the frames in it, from what the adapter would send at that moment."""

from collections.abc import Mapping
from dataclasses import replace

import bot.answers
from adapters.discord import answers
from adapters.discord.cards import Shown, ShownFile, card_message
from adapters.discord.histories import history
from adapters.discord.modals import edit_form, report_form
from adapters.discord.registration import OWN, commands_of
from adapters.discord.shapes import Json
from adapters.discord.suggesting import suggest
from bot.answers import QUEUE, Tone
from bot.commands import IMAGINE, command_names
from bot.copies import plan, told
from bot.desk import queue_row
from bot.errors import QueueFull
from bot.jobs import Place, Requester, Tenant
from bot.limits import Limits, explained
from bot.meanings import Pick
from bot.repeating import command_of
from bot.status import Button, StatusCard
from tests.acceptance.discord.pictures.frames import STYLE, Form, Menu, Spoken, Typing
from tests.acceptance.pictures import subjects
from tests.acceptance.pictures.album import Album, Paint, Picture
from tests.acceptance.pictures.subjects import CATALOG, DEFAULT, FOREST, LIGHTHOUSE, OFFERED, Ada

TOWN = Tenant(platform="discord", id="183746152837465102")
ADA = Ada(
    requester=Requester(tenant=TOWN, id="193847261904437251", name="Ada"),
    place=Place(tenant=TOWN, channel="283746152837465103"),
)
NAMES = {ADA.requester.id: "Ada"}
COMMANDS: Mapping[str, Json] = {each["name"]: each for each in commands_of(CATALOG, DEFAULT).commands}
MB = 1024**2


def shown(card: StatusCard, paint: Paint, *, spoiler: bool = False, along: Shown | None = None) -> Spoken:
    """Return a job's message in the channel, with its pictures."""
    prompt, seed = card.prompt, int(dict(card.facts)["seed"])
    along = along or _along(card, spoiler=spoiler)
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
    order = ADA.job(LIGHTHOUSE, 42)
    cards = (subjects.queued(order, 40.0), subjects.loading(order))
    return Picture(frames=[shown(card, paint) for card in cards])


def running(paint: Paint) -> Picture:
    """A job that is being painted."""
    return Picture(frames=[shown(subjects.painting(ADA.job(LIGHTHOUSE, 42), 12), paint)])


def done(paint: Paint) -> Picture:
    """A finished picture."""
    return Picture(frames=[shown(subjects.painted(ADA.job(LIGHTHOUSE, 42)), paint)])


def several(paint: Paint) -> Picture:
    """Four pictures in one message."""
    order = ADA.job(FOREST, 7, count=4)
    return Picture(frames=[shown(subjects.painted(order, 4), paint)])


def ended(paint: Paint) -> Picture:
    """A job that failed, and one that was cancelled."""
    cards = (ADA.too_large(), subjects.cancelled(ADA.job(LIGHTHOUSE, 42)))
    return Picture(frames=[shown(card, paint) for card in cards])


def spoiler(paint: Paint) -> Picture:
    """A picture behind a click."""
    return Picture(
        frames=[shown(subjects.painted(ADA.job("a castle on a hill at night", 9), nsfw=True), paint, spoiler=True)]
    )


def large(paint: Paint) -> Picture:
    """A picture that is too large to be attached: a smaller copy, and a link to the original."""
    card = subjects.painted(ADA.job(LIGHTHOUSE, 42, width=2048, height=2048))
    files = (replace(card.files[0], width=2048, height=2048, bytes=11 * MB),)
    planned = plan(files, per_file=10 * MB, per_message=25 * MB)
    found = [(part.file, part.why) for part in planned.parts if part.why is not None]
    reasons = tuple(told(found, per_file=10 * MB, platform="Discord"))
    link = (f"Original of {files[0].name}", "https://pictures.example.org/files/…")
    along = Shown(files=_along(card, spoiler=False).files, remarks=reasons, links=(link,))
    return Picture(frames=[shown(card, paint, along=along)])


def commands(paint: Paint) -> Picture:
    """What a slash offers."""
    return Picture(frames=[Menu(commands=[*COMMANDS.values()])])


def typing(paint: Paint) -> Picture:
    """Options that are being typed, and what is suggested for one of them."""
    prompt = {"name": "prompt", "value": "a fox in the snow"}
    typed = {"name": "sampler", "value": "dpm", "focused": True}
    offered = suggest({"name": IMAGINE, "options": [prompt, typed]}, CATALOG, OFFERED, DEFAULT)
    imagine = COMMANDS[IMAGINE]
    filled = (("prompt", "a fox in the snow"),)
    completing = Typing(
        command=imagine, filled=filled, focused="sampler", typed="dpm", offered=[each["name"] for each in offered]
    )
    return Picture(frames=[Typing(command=imagine, filled=filled), completing])


def faults(paint: Paint) -> Picture:
    """What is wrong with an order, all of it at once, and a full queue."""
    full = answers.note(str(explained(QueueFull(counter="person", retry_after_s=40), Limits())), tone=Tone.BAD)
    wrong = subjects.faults_of(subjects.WRONG)
    return Picture(frames=[_whispered(answers.answered(bot.answers.faults(wrong)), IMAGINE), _whispered(full, IMAGINE)])


def _whispered(body: Json, command: str) -> Spoken:
    return Spoken(body=body, asked=f"Ada used /{command}", names=NAMES)


def asked(paint: Paint) -> Picture:
    """What only whoever asked sees: which picture is meant, and the parameters to copy."""
    order = ADA.job(FOREST, 7)
    which = answers.picker(Pick(button=Button.UPSCALE, job_id=order.id), range(4))
    words = answers.parameters(*command_of(subjects.record(order), CATALOG.workflows[order.workflow], OFFERED))
    return Picture(frames=[Spoken(body=which), Spoken(body=words)])


def own(paint: Paint) -> Picture:
    """Somebody's own queue and history."""
    waits = subjects.record(ADA.job(LIGHTHOUSE, 42))
    rows = [queue_row(waits, subjects.AHEAD, 40.0)]
    return Picture(
        frames=[
            _whispered(answers.answered(bot.answers.facts(QUEUE, rows)), "queue"),
            _whispered(history(ADA.history()), "history"),
        ]
    )


def helping(paint: Paint) -> Picture:
    """How to ask."""
    said = {**command_names(CATALOG), **OWN}
    return Picture(frames=[_whispered(answers.help_page([*said.items()]), "help")])


def edit(paint: Paint) -> Picture:
    """The form of Edit & rerun."""
    order = ADA.job(LIGHTHOUSE, 42)
    values = CATALOG.workflows[DEFAULT].validate({"prompt": LIGHTHOUSE, "seed": 42, "steps": 30}, OFFERED)
    return Picture(frames=[Form(body=edit_form(order.id, CATALOG.workflows[DEFAULT], values, OFFERED))], width=492)


def report(paint: Paint) -> Picture:
    """The form of Report."""
    return Picture(frames=[Form(body=report_form(ADA.job(LIGHTHOUSE, 42).id))], width=492)


ALBUM = Album(
    name="discord",
    style=STYLE,
    pictures={
        "waiting": waiting,
        "running": running,
        "done": done,
        "several": several,
        "ended": ended,
        "spoiler": spoiler,
        "large": large,
        "commands": commands,
        "typing": typing,
        "faults": faults,
        "asked": asked,
        "own": own,
        "help": helping,
        "edit": edit,
        "report": report,
    },
)
