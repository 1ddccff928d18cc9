"""The parts of a service, which bot/app.py joins."""
