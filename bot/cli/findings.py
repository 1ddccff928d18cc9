"""What a check found, one thing at a time."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.cli.terminal import DONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at; `exit_code` is DONE when it is well."""

    subject: str
    text: str
    exit_code: int = DONE
    detail: Mapping[str, object] = field(default_factory=dict)  #: what a script may read of a server
