"""Parts of `benchmarks.scale`: what a queue is filled with, the filled queue and its engine, what is measured of it."""
