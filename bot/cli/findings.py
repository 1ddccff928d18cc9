"""What a check found, one thing at a time."""

from dataclasses import dataclass

from bot.cli.terminal import DONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at; `exit_code` is DONE when it is well."""

    subject: str
    text: str
    exit_code: int = DONE
