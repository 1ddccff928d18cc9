"""Everything of the page as HTML. Templates escape whatever people wrote; no script and no style stands inline."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote
from zlib import crc32

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from adapters.web.guests import Guest
from adapters.web.links import Links
from adapters.web.log import Entry
from bot.answers import Answer, Link, Strong, Tone, Typed
from bot.buttons import named
from bot.console.hours import PEOPLE
from bot.events import MediaKind
from bot.forms import Field
from bot.histories import LATEST, NOTHING_YET, standing
from bot.jobs import JobId, JobRecord, StoredFile
from workflows.faults import Fault

HERE = Path(__file__).parent

_HUES = PEOPLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A stored file as the page shows it."""

    number: int
    address: str
    file: StoredFile
    alt: str


class Pages:
    """Renders; holds nothing but compiled templates."""

    def __init__(self, links: Links) -> None:
        self._links = links
        self._templates = templates()
        # A page that was open before an upgrade asks for scripts by their content, never for a mixture.
        self._assets = assets_digest()

    def page(self, guest: Guest, *, title: str, examples: Sequence[str]) -> str:
        """Render the whole page, without messages: those come by the socket."""
        return self._render("page.html", guest=guest, title=title, examples=examples, assets=self._assets)

    def card(self, entry: Entry) -> str:
        """Render a message."""
        card = entry.card
        assert card is not None, "a deleted message is not shown"  # noqa: S101 — the caller's contract
        preview = None
        if card.preview is not None and not card.is_final:
            preview = f"/jobs/{card.job_id}/previews/{quote(card.preview, safe='')}"
        shown = self._shown(card.job_id, card.files, card.prompt)
        return self._render("card.html", card=card, entry=entry, preview=preview, shown=shown, kinds=MediaKind)

    def faults(self, faults: Sequence[Fault]) -> str:
        """Render what is wrong with a message, all of it."""
        return self._render("faults.html", faults=faults)

    def note(self, headline: str, sentence: str = "", *, tone: str = "plain", command: str = "") -> str:
        """Render an answer for one person; `command` is offered for copying. Tones: plain, bad, full."""
        return self._render("note.html", headline=headline, sentence=sentence, tone=tone, command=command)

    def answer(self, answer: Answer) -> str:
        """Render an answer for one person, whatever it is made of."""
        return self._render("answer.html", answer=answer, tone="bad" if answer.tone is Tone.BAD else "plain")

    def history(self, records: Sequence[JobRecord]) -> str:
        """Render somebody's own jobs."""
        rows = [(record, self._shown(record.job.id, record.files, _prompt(record))) for record in records]
        return self._render(
            "history.html", rows=rows, kinds=MediaKind, prompt_of=_prompt, latest=LATEST, nothing_yet=NOTHING_YET
        )

    def workflows(self, workflows: Sequence[tuple[str, str, str]]) -> str:
        """Render the list of workflows: name, title, summary."""
        return self._render("workflows.html", workflows=workflows)

    def help(self, commands: Sequence[tuple[str, str]]) -> str:
        """Render how commands are written."""
        return self._render("help.html", commands=commands)

    def form(self, fields: Sequence[Field], *, workflow: str, title: str, parent: JobId | None) -> str:
        """Render a form for a workflow."""
        return self._render("form.html", fields=fields, workflow=workflow, title=title, parent=parent)

    def _shown(self, job_id: JobId, files: Sequence[StoredFile], prompt: str) -> list[Shown]:
        total = len(files)
        return [
            Shown(
                number=number,
                address=self._links.address(job_id, number, file),
                file=file,
                alt=f"{'Picture' if total == 1 else f'Picture {number + 1} of {total}'}: {prompt or 'no words'}",
            )
            for number, file in enumerate(files)
        ]

    def _render(self, template: str, **context: object) -> str:
        return self._templates.get_template(template).render(context)


def templates() -> Environment:
    """Return the templates; they escape whatever they are given."""
    found = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {"hue": hue, "initial": _initial, "iso": _iso, "standing": standing, "word": named}
    found.tests |= {
        "typed": lambda piece: isinstance(piece, Typed),
        "strong": lambda piece: isinstance(piece, Strong),
        "link": lambda piece: isinstance(piece, Link),
    }
    return found


def assets_digest() -> str:
    """Name the state of the static files."""
    contents = (path.read_bytes() for path in sorted((HERE / "static").iterdir()))
    return sha256(b"".join(contents)).hexdigest()[:12]


def _prompt(record: JobRecord) -> str:
    return str(record.job.values.get("prompt", ""))


def hue(name: str) -> int:
    """Return the colour of a name, of eight."""
    return crc32(name.encode()) // 11 % _HUES  # the lowest bits of short names are too much alike


def _initial(name: str) -> str:
    return (name.strip() or "?")[0].upper()


def _iso(posted_ms: int) -> str:
    return datetime.fromtimestamp(posted_ms / 1000, UTC).isoformat(timespec="seconds")
