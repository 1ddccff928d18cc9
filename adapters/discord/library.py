"""discord.py, imported in one place: Python 3.11 and 3.12 call `audioop` deprecated, which discord.py 2.7 imports.

Whoever needs it imports it from here: `from adapters.discord.library import discord`.
"""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import discord

__all__ = ["discord"]
