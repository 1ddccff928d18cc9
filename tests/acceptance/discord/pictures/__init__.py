"""Draws what the Discord adapter sends as Discord shows it."""
