"""Measures the program beside raw drivers and the library's own ways: `python -m tests.bench`."""
