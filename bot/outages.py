"""What is away for a while: the log tells when that began and when it was over, and nothing of the tries between."""

import logging
from dataclasses import dataclass

from bot.errors import FairbrushError


@dataclass(slots=True)
class Outage:
    """One thing that is tried again and again; it is there until it is lost."""

    log: logging.Logger
    what: str  #: as the log is to call it
    _lasts: bool = False

    def lost(self, error: FairbrushError) -> None:
        """Note a try in vain. The detail is for DEBUG: what a server says may repeat a prompt, or be a foreign page."""
        if not self._lasts:
            self.log.warning("%s: lost code=%s reason=%s", self.what, error.code, error)
            self.log.debug("%s: detail=%s", self.what, error.detail)
        self._lasts = True

    def broke(self, error: Exception) -> None:
        """Note a try in vain by an error that nobody foresaw, which is ours."""
        if not self._lasts:
            self.log.error("%s: failed", self.what, exc_info=error)
        self._lasts = True

    def over(self) -> None:
        """Note one that went well."""
        if self._lasts:
            self.log.warning("%s: back", self.what)
        self._lasts = False
