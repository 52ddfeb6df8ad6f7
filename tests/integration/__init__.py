"""Tests of the parts that have input and output, on SQLite and on PostgreSQL."""
