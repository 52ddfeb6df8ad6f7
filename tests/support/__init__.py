"""Machinery that tests, bench and fault runs share."""
