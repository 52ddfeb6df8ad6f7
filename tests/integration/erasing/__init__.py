"""Erasing somebody, on both databases."""
