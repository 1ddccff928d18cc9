"""Discord as a chat platform. Nothing is imported here: `fairbrush --help` has no use for discord.py."""
