"""Chance, fixed once: a seed that nobody named is drawn when the job is made, so a retry paints the same picture."""

import secrets
from collections.abc import Callable

from workflows.values import Values
from workflows.workflow import Workflow

DRAWN_SEED_MAX = 2**32 - 1
"""Random seeds stay this short, so that people can read them out and every other program takes them."""


def with_seeds(workflow: Workflow, values: Values, below: Callable[[int], int] = secrets.randbelow) -> Values:
    """Return the values with every random seed drawn; `below(n)` gives a number from 0 to n - 1."""
    return workflow.draw_seeds(values, lambda most: below(min(most, DRAWN_SEED_MAX) + 1))
