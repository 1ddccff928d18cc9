"""The promises about the console: who is let in, and for how long."""
