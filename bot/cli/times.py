"""Times as an operator reads them."""


def spell(ms: int) -> str:
    """Return a length of time in the unit that fits."""
    if ms <= -500:
        return f"−{spell(-ms)}"
    seconds = round(ms / 1000)
    if seconds < 200:
        return f"{seconds} s"
    minutes = round(seconds / 60)
    if minutes < 100:
        return f"{minutes} min"
    return f"{minutes / 60:.1f} h" if minutes < 2880 else f"{round(minutes / 1440)} days"
