"""Benchmarks: each measures peers interleaved in one run, and exits 1 when a bar does not hold."""
