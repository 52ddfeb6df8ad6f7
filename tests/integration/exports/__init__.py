"""Tests of what leaves the house, on both databases."""
