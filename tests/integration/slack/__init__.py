"""Slack's adapter over real sockets, against a Slack of our own."""
