"""The parts of `python -m benchmarks.pool`."""
