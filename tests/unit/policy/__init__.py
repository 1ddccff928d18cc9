"""Tests of what an operator and moderators allow."""
