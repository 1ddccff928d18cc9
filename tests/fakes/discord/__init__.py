"""A strict Discord of our own on 127.0.0.1: REST v10, the gateway and a CDN, and members who use it.

It is written after Discord's documentation (2026-08) and its OpenAPI description (2026-07-18). Where those are silent,
the number stands in `limits.py` with where it was seen.
"""

import importlib
import warnings

with warnings.catch_warnings():  # discord.py 2.7 imports audioop, which Python 3.11 and 3.12 call deprecated
    warnings.simplefilter("ignore", DeprecationWarning)
    importlib.import_module("discord")
