"""Everything that must last: jobs, charges, the vocabulary, settings and notices in Redis or the embedded engine."""
