"""Draws what the Discord adapter sends as Discord shows it, and takes the pictures of docs/discord.md."""
