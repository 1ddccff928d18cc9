"""Parts of `benchmarks.fairness`: scenes, who may take turns, simulated time, the recount, the pictures."""
