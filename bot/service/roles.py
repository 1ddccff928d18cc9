"""What a process of a service does."""

from enum import StrEnum


class Role(StrEnum):
    """A part of a service that may be a process of its own; without a word a process is all of them."""

    WORKER = "worker"  #: works on GPUs
    WEB = "web"  #: serves the chat page
