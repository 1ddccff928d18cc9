"""Tests of the pure package: what can be asked."""
