"""The command line as it is installed, but with deadlines of seconds, and a page on which three people speak.

So a server that has lost its owner is another's within seconds. How the deadlines stand to each other is as it ships.
"""

from typing import Any

from bot.app import ServiceOptions
from bot.cli import service
from bot.cli.main import main
from bot.holding import Terms

PEOPLE = ("Ada", "Ben", "Cleo")
TERMS = Terms(heartbeat_s=1.0, lease_s=8.0)


def _brisk(**given: Any) -> ServiceOptions:
    return ServiceOptions(**{**given, "guests": (service._guest(PEOPLE),), "terms": TERMS})


if __name__ == "__main__":
    service.ServiceOptions = _brisk  # type: ignore[assignment, misc]
    main()
