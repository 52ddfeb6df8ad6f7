"""Tests of the pure parts: no store, no clock, no files."""
