"""Everything that opens a socket or a file: one folder per outside system; none imports another."""
