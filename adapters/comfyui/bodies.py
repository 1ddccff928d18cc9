"""Reading JSON that nobody vouches for."""

import re
from collections.abc import Mapping

_CLASS_NAME = re.compile(r"[\w .()+|-]{1,60}")


def mapping_of(value: object) -> Mapping[str, object]:
    """Return a JSON object; empty for anything else."""
    return value if isinstance(value, dict) else {}


def class_name_of(value: object) -> str | None:
    """Return the name of a node class where it is plain enough to be shown to people."""
    return value if isinstance(value, str) and _CLASS_NAME.fullmatch(value) else None
