"""What is asked for: the same pictures for everybody who is measured."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from uuid import uuid4

from adapters.comfyui.address import ComfyAddress
from adapters.comfyui.server import ComfyServer
from bot.jobs import Job, JobId, Place, Requester, Tenant
from workflows.catalog import LIBRARY, load_catalog
from workflows.graph import WireGraph
from workflows.values import RawValue, Values
from workflows.vocabulary import Vocabulary

TENANT = Tenant(platform="local", id="local")
WORKFLOW = load_catalog(LIBRARY).workflows["txt2img"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One picture that somebody wants."""

    person: str
    values: Values

    @property
    def graph(self) -> WireGraph:
        """Return what a bare client sends."""
        return WORKFLOW.bind(self.values).wire()

    @property
    def model(self) -> str:
        """Return its checkpoint."""
        return str(self.values["model"])

    def job(self, *, requirement: str, estimate_ms: int) -> Job:
        """Return what Fairbrush enqueues."""
        return Job(
            id=JobId(uuid4()),
            workflow=WORKFLOW.name,
            digest=WORKFLOW.digest,
            values=self.values,
            requester=Requester(tenant=TENANT, id=self.person, name=self.person),
            place=Place(tenant=TENANT, channel=f"channel of {self.person}"),
            estimate_ms=estimate_ms,
            created_ms=0,
            requirement=requirement,
        )


async def offered(url: str) -> Vocabulary:
    """Ask a server what can be chosen."""
    async with ComfyServer("asked", ComfyAddress.of(url)) as server:
        return await server.vocabulary() or Vocabulary()


def orders(
    count: int,
    vocabulary: Vocabulary,
    *,
    steps: int | Sequence[int],
    people: int = 8,
    models: Sequence[str] = (),
    seed: int = 0,
) -> list[Order]:
    """Let people ask in turn, each for a picture of its own; where there is a choice of anything it is chance's."""
    chance = Random(seed)
    made: list[Order] = []
    for number in range(count):
        taken = steps if isinstance(steps, int) else chance.choice(steps)
        raw: dict[str, RawValue] = {"prompt": "a lighthouse at dusk", "steps": taken, "seed": seed * 1_000_000 + number}
        if models:
            raw["model"] = chance.choice(models)
        values = WORKFLOW.validate(raw, vocabulary)
        made.append(Order(person=f"person{number % people:02}", values=values))
    return made
