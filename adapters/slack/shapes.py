"""What Slack reads and writes."""

from typing import Any

Json = dict[str, Any]
"""A JSON object: foreign where it comes from Slack, checked where it is read."""
