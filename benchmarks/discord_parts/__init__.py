"""The parts of `python -m benchmarks.discord`."""
