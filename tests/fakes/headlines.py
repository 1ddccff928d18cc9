"""How the headlines of cards begin (bot/status.py), for whoever looks for them in a message."""

PAINTING, PAINTED, CANCELLED = "Painting, step", "Painted", "Cancelled"
