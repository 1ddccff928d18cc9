"""Makes every message of a chat platform true: cards projected from durable jobs, edited when they differ."""

from bot.noticeboard.board import Noticeboard
from bot.noticeboard.sights import Patience, Sources

__all__ = ["Noticeboard", "Patience", "Sources"]
