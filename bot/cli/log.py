"""What a log needs and no reader should have to see: written to standard error under FAIRBRUSH_DEBUG, else nowhere."""

import json
import logging
import os
import sys

from workflows.text import clean


def log_failure(error: Exception, *, code: str, reference: str = "", trace: bool = False) -> None:
    """Write one line of key=value about an error, and its traceback if asked for."""
    if not os.environ.get("FAIRBRUSH_DEBUG"):
        return
    facts = {"code": code, "reference": reference, "detail": getattr(error, "detail", ""), "cause": _cause(error)}
    line = " ".join(f"{key}={_value(fact)}" for key, fact in facts.items() if fact)
    logger = logging.getLogger("fairbrush.cli")
    handler = logging.StreamHandler(sys.stderr)
    logger.addHandler(handler)
    logger.error("%s", line, exc_info=error if trace else None)
    logger.removeHandler(handler)


def _cause(error: Exception) -> str:
    causes = []
    cause = error.__cause__
    while cause is not None:
        causes.append(f"{type(cause).__name__}: {cause}")
        cause = cause.__cause__
    return "; ".join(causes)


def _value(fact: str) -> str:
    return fact if fact.isidentifier() or fact.isalnum() else json.dumps(clean(fact), ensure_ascii=False)
