"""Parts of `benchmarks.queue`: a queue with its engine and programs, and how soon jobs start while nothing goes on."""
