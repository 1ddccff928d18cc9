"""Which part of us something is for."""

from dataclasses import dataclass

from adapters.slack.answering import Answering
from adapters.slack.asking import Asking
from adapters.slack.clicking import Clicking
from adapters.slack.elsewhere import DIRECT, Elsewhere
from adapters.slack.forming import Forming
from adapters.slack.homes import Homes
from adapters.slack.moderating import Moderating, words_of
from adapters.slack.origins import Kind
from adapters.slack.reimagining import Reimagining
from adapters.slack.rooms import NotThere

_HOME_TAB = "home"


@dataclass(frozen=True, slots=True, kw_only=True)
class Routes:
    """Everything that can be asked."""

    asking: Asking
    elsewhere: Elsewhere
    clicking: Clicking
    forming: Forming
    reimagining: Reimagining
    homes: Homes
    moderating: Moderating

    async def follow(self, answering: Answering) -> None:
        """Answer what somebody did. Raises what they have to be told."""
        if answering.origin.kind is Kind.CLICK and answering.origin.name == DIRECT:
            await self._follow(await self.elsewhere.again(answering))
            return await self.elsewhere.point(answering)
        try:
            await self._follow(answering)
        except NotThere as refusal:
            await self.elsewhere.offer(answering, refusal)

    async def _follow(self, answering: Answering) -> None:
        match answering.origin.kind:
            case Kind.COMMAND | Kind.MENTION | Kind.MESSAGE if words_of(answering.origin) is not None:
                await self.moderating.moderate(answering)
            case Kind.COMMAND:
                await self.asking.ask(answering)
            case Kind.MENTION | Kind.MESSAGE:
                await self.asking.hear(answering)
            case Kind.CLICK:
                await self.clicking.click(answering)
            case Kind.HOME:
                if answering.origin.name == _HOME_TAB:
                    await self.homes.publish(answering.origin)
            case Kind.SUBMIT | Kind.SUGGEST | Kind.SHORTCUT | Kind.MENU as kind:
                await self._form(answering, kind)

    async def _form(self, answering: Answering, kind: Kind) -> None:
        if kind is Kind.SUBMIT:
            await self.forming.submit(answering)
        elif kind is Kind.SUGGEST:
            self.forming.suggest(answering)
        elif kind is Kind.SHORTCUT:
            await self.forming.open(answering)
        else:
            await self.reimagining.pick(answering)
