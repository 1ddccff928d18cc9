"""Asking a server where a run is."""

from urllib.parse import quote

from adapters.comfyui.outputs import Wanted
from adapters.comfyui.rest import Rest
from adapters.comfyui.whereabouts import Nowhere, Over, Whereabouts, in_history, in_queue


async def where(rest: Rest, prompt_id: str, wanted: Wanted | None) -> Whereabouts:
    """Ask the queue, then the history; raises ServerLost.

    In this order, since a run goes from the one to the other in one step: asked the other way round, a run that ends
    between the questions would seem to be nowhere.
    """
    queue = (await rest.get("/queue")).mapping()
    return in_queue(queue, prompt_id) or await recorded(rest, prompt_id, wanted)


async def recorded(rest: Rest, prompt_id: str, wanted: Wanted | None) -> Over | Nowhere:
    """Ask the history alone; raises ServerLost."""
    history = (await rest.get(f"/history/{quote(prompt_id, safe='')}")).mapping()
    return in_history(history, prompt_id, wanted) or Nowhere()
