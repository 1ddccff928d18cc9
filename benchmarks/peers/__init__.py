"""The queues that `benchmarks.queue` measures: one small program each, which speaks JSON lines with the driver."""
