"""Links that expire: a signature over one key and one moment, in the query of an address."""

import hmac
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode

MAX_QUERY = 512
"""A query of ours has a tenth of that; nobody's megabyte is parsed."""

_MOMENT = re.compile(r"[0-9]{1,12}", re.ASCII)


@dataclass(frozen=True, slots=True)
class LinkSigner:
    """Signs and verifies; whoever verifies needs the same secret, be it another process."""

    secret: bytes = field(repr=False)
    clock: Callable[[], float] = time.time  #: seconds since 1970: a link outlives the process that made it

    def __post_init__(self) -> None:
        if len(self.secret) < 16:
            raise ValueError("a secret of at least 16 bytes is needed to sign links")

    def link(self, key: str, *, for_s: float) -> str:
        """Return the query that opens one file for so many seconds."""
        until = int(self.clock() + for_s)
        return urlencode({"until": until, "signature": self._signature(key, until)})

    def opens(self, key: str, query: str) -> bool:
        """Tell whether a query opens this file now; any text has an answer."""
        if len(query) > MAX_QUERY:
            return False
        given = parse_qs(query, max_num_fields=8, errors="replace") if query.count("&") < 8 else {}
        until, signature = given.get("until", []), given.get("signature", [])
        if len(until) != 1 or len(signature) != 1 or not _MOMENT.fullmatch(until[0]):
            return False
        genuine = hmac.compare_digest(self._signature(key, int(until[0])).encode(), signature[0].encode())
        return genuine and self.clock() < int(until[0])

    def _signature(self, key: str, until: int) -> str:
        # The moment first: it holds digits alone, so no key can shift the border between the two.
        return hmac.new(self.secret, f"{until}:{key}".encode(), "sha256").hexdigest()
