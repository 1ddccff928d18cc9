"""What benchmarks conclude from what they measured."""
