"""Slack as a chat platform. Nothing is imported here: `fairbrush --help` has no use for slack-bolt."""
