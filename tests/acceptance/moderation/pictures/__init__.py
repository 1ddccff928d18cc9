"""The pictures of docs/moderating.md: what moderators fill in and are answered, and what members read."""
