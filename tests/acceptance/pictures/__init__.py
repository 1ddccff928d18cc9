"""Draws what a chat platform's adapter sends as that platform shows it, for the pictures of its page in docs/."""
