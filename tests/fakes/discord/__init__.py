"""A strict Discord of our own on 127.0.0.1: REST v10, the gateway and a CDN, and members who use it.

It is written after Discord's documentation (2026-08) and its OpenAPI description (2026-07-18). Where those are silent,
the number stands in `limits.py` with where it was seen.

    async with FakeDiscord() as discord:                    # server.py: guilds, channels, members, switches
        channel = discord.channel(discord.guild(), "general")
        ada = discord.member("ada")                         # members.py: slash, complete, menu, click, choose, submit
        with pointed_at(discord):                           # pointing.py: discord.py of this process talks to it
            ...
            asked = await ada.slash(channel, "imagine", prompt="a cat")
            await asked.shows("Done")                       # the message that says so; its `versions` have their times
        assert not discord.record.too_many                  # record.py: every request, when, and how it was answered

`discord.faults.plan(Lost(), "POST /channels/{channel_id}/messages")` (faults.py), `discord.gateway.drop()` (gateway.py)
and `discord.clock.advance(901)` let the world go wrong; `Limits(ack_s=30)` is for tests that are not about deadlines.
"""

import importlib
import warnings

with warnings.catch_warnings():  # discord.py 2.7 imports audioop, which Python 3.11 and 3.12 call deprecated
    warnings.simplefilter("ignore", DeprecationWarning)
    importlib.import_module("discord")
