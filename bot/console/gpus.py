"""How each GPU is, and what it runs. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence

from bot.console.lines import job_line
from bot.console.views import GpuView
from bot.gpus import UNATTENDED, Seen
from bot.jobs import JobRecord, Tenant
from bot.policy.periods import minute
from bot.servers import ServerState, server_of
from bot.shares import model_of
from workflows.requirements import read_requirement

Loaded = Mapping[str, Sequence[str]]
"""By what requirements call it: the model files that have to be loaded for them."""


_NAMED = 500
"""Models whose files are remembered."""


class Known:
    """The files of models that were told once. What is not known is asked for again: it may be known by then."""

    def __init__(self) -> None:
        self._files: dict[str, Sequence[str]] = {}

    def missing(self, models: Iterable[str]) -> frozenset[str]:
        """Return of which models the files have to be looked up."""
        return frozenset(models) - self._files.keys()

    def learn(self, models: Iterable[str], meanings: Mapping[str, bytes]) -> None:
        """Take files from what requirements mean; a requirement that is forgotten tells none."""
        for model in models:
            meaning = next((text for key, text in meanings.items() if key.startswith(f"{model}.")), None)
            requirement = read_requirement(meaning) if meaning else None
            if requirement:
                self._files[model] = requirement.loaded

    def of(self, models: Iterable[str]) -> Loaded:
        """Return the files of these; where too many are remembered, all others are forgotten."""
        found = {model: self._files[model] for model in models if model in self._files}
        if len(self._files) > _NAMED:
            self._files = dict(found)
        return found


def gpu_views(
    seen: Iterable[Seen], running: Iterable[JobRecord], tenant: Tenant | None, loaded: Loaded, now_ms: int
) -> tuple[GpuView, ...]:
    """Return each server of the pool; of jobs of other communities than the one that is shown only their number."""
    theirs: dict[str, list[JobRecord]] = {}
    for record in running:
        theirs.setdefault(server_of(record.server or ""), []).append(record)
    return tuple(_view(each, theirs.get(each.name, []), tenant, loaded, now_ms) for each in seen if not each.removed)


def models_of(seen: Iterable[Seen], running: Iterable[JobRecord]) -> frozenset[str]:
    """Return of which loaded models the names have to be known."""
    told = {model for each in seen if each.status for model in each.status.models}
    return frozenset({*told, *(model_of(record.requirement) for record in running)} - {""})


def _view(each: Seen, runs: Sequence[JobRecord], tenant: Tenant | None, loaded: Loaded, now_ms: int) -> GpuView:
    shown = [record for record in runs if tenant in (None, record.job.requester.tenant)]
    errors = each.status.errors if each.status else ()
    return GpuView(
        name=each.name,
        state=None if each.state == UNATTENDED else ServerState(each.state),
        reason=each.reason,
        since_ms=0 if each.since_ms is None else now_ms - each.since_ms,
        model=_model(each, runs, loaded),
        jobs=tuple(map(job_line, shown)),
        elsewhere=len(runs) - len(shown),
        errors=tuple(f"{minute(at_ms)}: {sentence}" for at_ms, sentence in errors),
    )


def _model(each: Seen, runs: Sequence[JobRecord], loaded: Loaded) -> str | None:
    """Name what it has loaded: what it runs needs, else what it told."""
    needed = [model for record in runs if (model := model_of(record.requirement))]
    told = needed or (list(each.status.models) if each.status else [])
    names = dict.fromkeys(_named(file) for model in told for file in loaded.get(model, ()))
    return ", ".join(names) or None


def _named(file: str) -> str:
    # By the path in the models folder; the file's own name is what people know it by.
    return re.split(r"[/\\]", file)[-1].rpartition(".")[0] or file
