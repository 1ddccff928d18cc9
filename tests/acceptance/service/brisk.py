"""The command line as it is installed, but with deadlines of seconds, and a page on which three people speak.

So a server that has lost its owner is another's within seconds. How the deadlines stand to each other is as it ships.
It tells on its error stream what it does, for whoever looks into a failure.
"""

import logging
import os
from typing import Any

from bot.app import ServiceOptions
from bot.cli import service
from bot.cli.main import main
from bot.holding import Tenure

PEOPLE = ("Ada", "Ben", "Cleo")
TENURE = Tenure(heartbeat_s=1.0, lease_s=6.0)


def _brisk(**given: Any) -> ServiceOptions:
    return ServiceOptions(**{**given, "guests": (service._guest(PEOPLE),), "tenure": TENURE})


if __name__ == "__main__":
    told = "%(asctime)s %(process)d %(name)s %(message)s"
    os.environ["FAIRBRUSH_DEBUG"] = "1"
    logging.basicConfig(level=logging.INFO, format=told)
    service.ServiceOptions = _brisk  # type: ignore[assignment, attr-defined]
    main()
