"""The service in Slack, as whoever uses it sees it."""
