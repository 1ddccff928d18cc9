"""The command line: the composition root of a one-shot run, and the operator's tools."""
