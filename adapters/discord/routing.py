"""Which part of us an interaction is for."""

from dataclasses import dataclass

from adapters.discord.answering import Answering
from adapters.discord.asking import Asking
from adapters.discord.clicking import Clicking
from adapters.discord.forming import Forming
from adapters.discord.moderating import Moderating
from adapters.discord.origins import Kind
from adapters.discord.registration import CANCEL, OWN, CommandKind
from adapters.discord.reimagining import Reimagining
from adapters.discord.telling import Telling
from bot.meanings import decode
from bot.presiding import MOD


@dataclass(frozen=True, slots=True, kw_only=True)
class Routes:
    """Everything that can be asked."""

    asking: Asking
    clicking: Clicking
    forming: Forming
    reimagining: Reimagining
    telling: Telling
    moderating: Moderating

    async def follow(self, answering: Answering) -> None:
        """Answer an interaction. Raises what whoever asked has to be told."""
        data = answering.origin.data
        match answering.origin.kind:
            case Kind.COMMAND:
                await self._command(answering, str(data.get("name")), data.get("type"))
            case Kind.COMPONENT:
                await self.clicking.click(answering, decode(data.get("custom_id")))
            case Kind.SUBMIT:
                await self.forming.submit(answering, decode(data.get("custom_id")))
            case Kind.AUTOCOMPLETE if data.get("name") == CANCEL:
                await self.telling.suggest(answering)
            case Kind.AUTOCOMPLETE if data.get("name") == MOD:
                await self.moderating.suggest(answering)
            case Kind.AUTOCOMPLETE:
                await self.asking.suggest(answering)

    async def _command(self, answering: Answering, name: str, kind: object) -> None:
        if kind == CommandKind.MESSAGE_MENU:
            await self.reimagining.pick(answering, name)
        elif name == MOD:
            await self.moderating.moderate(answering)
        elif name in OWN:
            await self.telling.tell(answering, name)
        else:
            await self.asking.ask(answering)
