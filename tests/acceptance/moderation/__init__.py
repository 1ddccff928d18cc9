"""What moderators do, the same wherever they do it."""
