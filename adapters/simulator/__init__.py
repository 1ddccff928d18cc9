"""A ComfyUI look-alike without a GPU, for the demo, the tests and the benchmarks."""
