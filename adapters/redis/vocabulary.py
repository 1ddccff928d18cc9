"""What the servers offer: one snapshot per server, shared by all processes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from adapters.redis import answers
from adapters.redis.edge import Edge
from adapters.redis.serial import read, written
from workflows.vocabulary import Vocabulary

TOLD_S = 60.0
"""How long a server counts as somebody's after it was told of; a process tells several times in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisVocabulary:
    """The vocabulary as the servers last told it."""

    edge: Edge

    async def keep(self, server: str, vocabulary: Vocabulary) -> None:
        """Replace what is known of a server."""
        classes = None if vocabulary.classes is None else sorted(vocabulary.classes)
        content = {
            "choices": vocabulary.choices,
            "families": vocabulary.families,
            "classes": classes,
            "labels": sorted(vocabulary.labels),
            "memory": vocabulary.memory,
        }
        await self.edge.ask("HSET", self.edge.keys.key("vocabulary"), server, written(content))
        await self.told([server])

    async def told(self, servers: Iterable[str]) -> None:
        """Say that these servers are still somebody's; one that is down keeps what it offered last."""
        await self.edge.run("told", *servers)

    async def forget(self, server: str) -> None:
        """Forget a server that the operator took away."""
        await self.edge.ask("HDEL", self.edge.keys.key("vocabulary"), server)

    async def by_server(self) -> Mapping[str, Vocabulary]:
        """Return what each server offers that is still somebody's, by its name."""
        found = answers.rows(await self.edge.run("offered", round(TOLD_S * 1000)))
        offers = {
            answers.text(server): answers.data(offer) for server, offer in zip(found[::2], found[1::2], strict=True)
        }
        return {server: _vocabulary(offer) for server, offer in sorted(offers.items()) if offer is not None}


def _vocabulary(text: bytes) -> Vocabulary:
    content = read(text)
    choices = cast("dict[str, list[str]]", content["choices"])
    # An older version told none of these.
    classes = cast("list[str] | None", content.get("classes"))
    labels = cast("list[str]", content.get("labels", []))
    memory = cast("int | None", content.get("memory"))
    return Vocabulary(
        choices={source: tuple(values) for source, values in choices.items()},
        families=cast("dict[str, str]", content["families"]),
        classes=None if classes is None else frozenset(classes),
        labels=frozenset(labels),
        memory=memory,
    )
