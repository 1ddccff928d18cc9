"""Draws what the Slack adapter sends as Slack shows it."""
