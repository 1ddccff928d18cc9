"""The parts of a service on a real store."""
