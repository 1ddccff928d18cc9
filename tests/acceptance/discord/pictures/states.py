"""Every picture of docs/discord.md: the frames in it, from what the adapter would send at that moment."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from adapters.discord import answers
from adapters.discord.cards import Shown, ShownFile, card_message
from adapters.discord.histories import history
from adapters.discord.modals import edit_form, report_form
from adapters.discord.registration import OWN, commands_of
from adapters.discord.shapes import Json
from adapters.discord.suggesting import suggest
from bot.answers import QUEUE, Tone
from bot.clicks import command_of
from bot.commands import IMAGINE, command_names
from bot.copies import plan, told
from bot.desk import queue_row
from bot.errors import QueueFull
from bot.jobs import JobState
from bot.limits import Limits, explained
from bot.meanings import Pick
from bot.status import Button, StatusCard
from tests.acceptance.discord.pictures import jobs
from tests.acceptance.discord.pictures.frames import Form, Frame, Menu, Spoken, Typing, page_of
from tests.acceptance.discord.pictures.markdown import NOW_S
from workflows.catalog import LIBRARY, load_catalog
from workflows.cost import lower_what
from workflows.faults import Fault, InvalidValues
from workflows.vocabulary import Vocabulary

WIDTH = 660

Paint = Callable[[str, int, str], str]
"""Returns the address of a picture: of a prompt, a seed, and "", or "preview" for an unfinished one."""

LIGHTHOUSE = "a lighthouse at dusk, oil on canvas"
CATALOG = load_catalog(LIBRARY)
DEFAULT = "txt2img"
COMMANDS: Mapping[str, Json] = {each["name"]: each for each in commands_of(CATALOG, DEFAULT).commands}
OFFERED = Vocabulary(
    choices={
        "CheckpointLoaderSimple.ckpt_name": (
            "dreamshaper_8.safetensors",
            "sdxl.safetensors",
            "juggernautXL_v9.safetensors",
        ),
        "KSampler.sampler_name": (
            "euler",
            "euler_ancestral",
            "heun",
            "dpmpp_2m",
            "dpmpp_2m_sde",
            "dpmpp_3m_sde",
            "ddim",
        ),
        "KSampler.scheduler": ("normal", "karras"),
    }
)
MB = 1024**2
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
    order = jobs.job(LIGHTHOUSE, 42)
    cards = (jobs.queued(order, 40.0), jobs.loading(order))
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
    sentence = lower_what(CATALOG.workflows[DEFAULT].manifest, large.values)
    cards = (jobs.failed(large, "out_of_memory", sentence), jobs.cancelled(jobs.job(LIGHTHOUSE, 42)))
    return Picture(frames=[shown(card, paint) for card in cards])


def spoiler(paint: Paint) -> Picture:
    """A picture behind a click."""
    return Picture(
        frames=[shown(jobs.painted(jobs.job("a castle on a hill at night", 9), nsfw=True), paint, spoiler=True)]
    )


def large(paint: Paint) -> Picture:
    """A picture that is too large to be attached: a smaller copy, and a link to the original."""
    card = jobs.painted(jobs.job(LIGHTHOUSE, 42, width=2048, height=2048))
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
    wrong = _faults_of({"prompt": "a fox", "steps": "900", "sampler": "oiler", "width": "33"})
    return Picture(frames=[_whispered(answers.faults(wrong), IMAGINE), _whispered(full, IMAGINE)])


def _faults_of(raw: Mapping[str, str]) -> Sequence[Fault]:
    try:
        CATALOG.workflows[DEFAULT].validate(raw, OFFERED)
    except InvalidValues as invalid:
        return invalid.faults
    raise AssertionError("nothing is wrong with it")


def _whispered(body: Json, command: str) -> Spoken:
    return Spoken(body=body, asked=f"Ada used /{command}", names=NAMES)


def asked(paint: Paint) -> Picture:
    """What only whoever asked sees: which picture is meant, and the parameters to copy."""
    order = jobs.job("a forest in the morning mist", 7)
    which = answers.picker(Pick(button=Button.UPSCALE, job_id=order.id), range(4))
    words = answers.parameters(*command_of(jobs.record(order), CATALOG.workflows[order.workflow], OFFERED))
    return Picture(frames=[Spoken(body=which), Spoken(body=words)])


def own(paint: Paint) -> Picture:
    """Somebody's own queue and history."""
    waits = jobs.record(jobs.job(LIGHTHOUSE, 42))
    rows = [queue_row(waits, jobs.AHEAD, 40.0)]
    made = [jobs.job(prompt, 7, minutes * 60) for prompt, minutes in _ASKED_BEFORE]
    records = [
        replace(jobs.record(replace(each, created_ms=NOW_S * 1000 - int(each.id) * 1000), state), files=files)
        for each, state, files in zip(made, _STATES, ((), jobs.files(4)), strict=True)
    ]
    return Picture(
        frames=[
            _whispered(answers.facts(QUEUE, rows), "queue"),
            _whispered(history(records), "history"),
        ]
    )


_STATES = (JobState.QUEUED, JobState.SUCCEEDED)
_ASKED_BEFORE = ((LIGHTHOUSE, 1), ("a forest in the morning mist", 4))


def helping(paint: Paint) -> Picture:
    """How to ask."""
    said = {**command_names(CATALOG), **OWN}
    return Picture(frames=[_whispered(answers.help_page([*said.items()]), "help")])


def edit(paint: Paint) -> Picture:
    """The form of Edit & rerun."""
    order = jobs.job(LIGHTHOUSE, 42)
    values = CATALOG.workflows[DEFAULT].validate({"prompt": LIGHTHOUSE, "seed": 42, "steps": 30}, OFFERED)
    return Picture(frames=[Form(body=edit_form(order.id, CATALOG.workflows[DEFAULT], values, OFFERED))], width=492)


def report(paint: Paint) -> Picture:
    """The form of Report."""
    return Picture(frames=[Form(body=report_form(jobs.job(LIGHTHOUSE, 42).id))], width=492)


PICTURES: Mapping[str, Callable[[Paint], Picture]] = {
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
}


def digests() -> dict[str, str]:
    """Name what every picture shows today, without painting anything."""
    return {name: make(_unpainted).digest() for name, make in PICTURES.items()}


def _unpainted(prompt: str, seed: int, kind: str) -> str:
    return f"{prompt}/{seed}/{kind}"
