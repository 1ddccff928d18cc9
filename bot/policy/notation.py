"""How durations and quotas are written, by people and for them: `2d`, `600s/day`, `40 pictures/day`. Pure.

What is written here can be typed there: the audit, answers and the command line say a quota as it is set.
"""

import re
from collections.abc import Sequence

from bot.errors import SubmissionError
from bot.policy.quotas import Per, Quota, Refill
from workflows.faults import shown
from workflows.numbers import several

SHORTEST_S = 1
"""A second: what is shorter is over before anybody hears of it, and would be told as none."""

LONGEST_S = 10 * 366 * 86_400
"""Ten years: whoever means longer means for ever."""

LARGEST = 1_000_000_000
"""Pictures or GPU seconds."""

MAX_DIGITS = 12
"""Characters of the number of a duration."""

ROLLING = "rolling"
CALENDAR = "calendar"

_UNITS = {
    **dict.fromkeys(("s", "sec", "second"), 1),
    **dict.fromkeys(("m", "min", "minute"), 60),
    **dict.fromkeys(("h", "hr", "hour"), 3600),
    **dict.fromkeys(("d", "day"), 86_400),
    **dict.fromkeys(("w", "week"), 7 * 86_400),
    **dict.fromkeys(("mo", "month"), 30 * 86_400),  # as a rolling quota's
    **dict.fromkeys(("y", "year"), 365 * 86_400),
}
_DURATION = re.compile(r"(?:for\s+)?(?P<number>[+-]?\d+(?:\.\d+)?)\s*(?P<unit>[a-z]+)", re.IGNORECASE)
_AMOUNT = re.compile(r"(\d{1,10})\s*(s|gpu|gpu-seconds|seconds|min|h|pictures?|images?|p)?", re.IGNORECASE)
_PERS = {"hour": Per.HOUR, "h": Per.HOUR, "day": Per.DAY, "d": Per.DAY, "month": Per.MONTH}
_PICTURES = frozenset({"picture", "pictures", "image", "images", "p"})
_GPU = {"s": 1, "gpu": 1, "gpu-seconds": 1, "seconds": 1, "min": 60, "h": 3600}


def duration_s(text: str) -> float | None:
    """Read how long something is to be; None when it is no duration."""
    found = _DURATION.fullmatch(text.strip())
    unit = _unit(found["unit"]) if found else None
    # Nobody means so many digits, and a number of them takes long to be read.
    if not found or unit is None or len(found["number"]) > MAX_DIGITS:
        return None
    seconds = float(found["number"]) * unit
    return seconds if SHORTEST_S <= seconds <= LONGEST_S else None


def is_duration(text: str) -> bool:
    """Tell whether it is written as a duration, also as one that cannot be: `0s`, `0.4s`, `-2d`, `99999d`."""
    found = _DURATION.fullmatch(text.strip())
    return found is not None and _unit(found["unit"]) is not None


def _unit(word: str) -> int | None:
    word = word.lower()
    one = word.removesuffix("s")
    return _UNITS.get(word) or (_UNITS.get(one) if len(one) > 1 else None)


def amount_of(text: str) -> tuple[int | None, int | None] | None:
    """Read GPU seconds or pictures, the one that it is not as None; None when it is neither."""
    found = _AMOUNT.fullmatch(text.strip())
    if not found or not found[2]:
        return None
    number, unit = int(found[1]), found[2].lower()
    gpu_s, pictures = (None, number) if unit in _PICTURES else (number * _GPU[unit], None)
    return (gpu_s, pictures) if (gpu_s or 0) <= LARGEST and (pictures or 0) <= LARGEST else None


def amounts_words(pictures: int, gpu_s: int) -> str:
    """Write what somebody may use beyond a quota, leaving out what is none of it."""
    amounts = [several(pictures, "picture")] * bool(pictures) + [several(gpu_s, "GPU second")] * bool(gpu_s)
    return " and ".join(amounts)


def quota_of(text: str) -> Quota:
    """Read `600s/day`, `40 pictures/hour calendar`; raises SubmissionError that says how one is written."""
    *words, last = text.strip().lower().split() or [""]
    is_calendar = last == CALENDAR
    said = " ".join(words) if last in (CALENDAR, ROLLING) else " ".join([*words, last])
    amount, _, per = said.partition("/")
    found = amount_of(amount)
    if found is None or per.strip() not in _PERS:
        raise SubmissionError(
            f"{shown(text)} is no quota. Write 40 pictures/day or 600s/day (GPU seconds); hour and month go, too."
        )
    gpu_s, pictures = found
    refill = Refill.CALENDAR if is_calendar else Refill.ROLLING
    return Quota(per=_PERS[per.strip()], refill=refill, gpu_s=gpu_s, pictures=pictures)


def quota_words(quota: Quota) -> str:
    """Write a quota as it is read."""
    amounts = [several(quota.pictures, "picture")] if quota.pictures is not None else []
    amounts += [f"{quota.gpu_s}s"] if quota.gpu_s is not None else []
    refill = f" {CALENDAR}" if quota.refill is Refill.CALENDAR else ""
    return ", ".join(f"{amount}/{quota.per}{refill}" for amount in amounts) or "no limit"


def quotas_words(quotas: Sequence[Quota]) -> str:
    """Write quotas one after the other."""
    return ", ".join(map(quota_words, quotas)) or "no limit"
