"""What the servers offer: one snapshot per server, shared by all processes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from adapters.redis import answers
from adapters.redis.edge import Edge
from adapters.redis.serial import read, written
from workflows.vocabulary import Vocabulary, merged


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisVocabulary:
    """The vocabulary as the servers last told it."""

    edge: Edge

    async def keep(self, server: str, vocabulary: Vocabulary) -> None:
        """Replace what is known of a server."""
        content = {"choices": vocabulary.choices, "families": vocabulary.families}
        await self.edge.ask("HSET", self.edge.keys.key("vocabulary"), server, written(content))

    async def forget(self, server: str) -> None:
        """Forget a server that the operator took away."""
        await self.edge.ask("HDEL", self.edge.keys.key("vocabulary"), server)

    async def by_server(self) -> Mapping[str, Vocabulary]:
        """Return what each server offers, by its name."""
        name = self.edge.keys.key("vocabulary")
        servers = answers.rows(await self.edge.ask("HKEYS", name))
        if not servers:
            return {}
        names = [answers.text(server) for server in servers]
        found = map(answers.data, answers.rows(await self.edge.ask("HMGET", name, *names)))
        return {
            server: _vocabulary(text) for server, text in sorted(zip(names, found, strict=True)) if text is not None
        }

    async def merged(self) -> Vocabulary:
        """Return what at least one server offers."""
        return merged((await self.by_server()).values())


def _vocabulary(text: bytes) -> Vocabulary:
    content = read(text)
    choices = cast("dict[str, list[str]]", content["choices"])
    return Vocabulary(
        choices={source: tuple(values) for source, values in choices.items()},
        families=cast("dict[str, str]", content["families"]),
    )
